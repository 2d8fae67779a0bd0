"""Answers that the vendors' own packages write and read judge our decoders: same counts, bit for bit.

Run with qhub-quantum 1.18.1 installed: it brings qiskit-ibm-runtime and amazon-braket-sdk, and its own readers of IQM's
and qsim's answers.
"""

from __future__ import annotations

import json
import random
from typing import Any

import numpy as np
import pytest

from qrelay.program import Layout, Register, payload_names
from qrelay.results import LostShots, decode, decode_items


def _layout(dice: random.Random, sizes: list[int]) -> Layout:
    total = sum(sizes)
    registers, start = [], 0
    for index, size in enumerate(sizes):
        registers.append(Register(f"reg{index}", tuple(range(start, start + size))))
        start += size
    return Layout(total, tuple(registers), tuple(dice.sample(range(total), total)), total)


@pytest.mark.parametrize("seed", range(40))
def test_p01_what_ibms_encoder_writes(seed: int) -> None:
    runtime = pytest.importorskip("qiskit_ibm_runtime")
    containers = pytest.importorskip("qiskit.primitives.containers")
    dice = random.Random(seed)
    sizes = [dice.randrange(1, 20) for _ in range(dice.randrange(1, 4))]
    shape = dice.choice([(), (2,), (2, 3)])
    shots = 25
    noise = np.random.default_rng(seed)
    fields = {
        f"reg{index}": containers.BitArray.from_bool_array(noise.random((*shape, shots, size)) < 0.3)
        for index, size in enumerate(sizes)
    }
    pub = containers.SamplerPubResult(containers.DataBin(**fields, shape=shape))
    data = json.dumps(containers.PrimitiveResult([pub]), cls=runtime.RuntimeEncoder).encode()
    layout = _layout(dice, sizes)
    places = list(np.ndindex(shape))
    outcomes = decode_items(data, "ibm.runtime.result", [layout] * len(places), shots)
    assert len(outcomes) == len(places)
    for outcome, place in zip(outcomes, places, strict=True):
        for name, array in fields.items():
            assert outcome.memory(name) == array[place].get_bitstrings()
            assert outcome.counts(name) == array[place].get_counts()


@pytest.mark.parametrize("seed", range(40))
def test_p01_how_the_hubs_sdk_reads_iqm(seed: int) -> None:
    job = pytest.importorskip("qhub.quantum.sdk.qiskit.providers.iqm.iqm_qiskit_job")
    dice = random.Random(seed)
    layout = _layout(dice, [dice.randrange(1, 5) for _ in range(dice.randrange(1, 4))])
    keys = [
        f"{name}_{len(bits)}_{place}_{index}"
        for place, (name, (_, bits)) in enumerate(zip(payload_names(layout), layout.groups, strict=True))
        for index in range(len(bits))
    ]
    dice.shuffle(keys)
    states = {"".join(dice.choice("01") for _ in keys) for _ in range(6)}
    counts = {state: dice.randrange(1, 50) for state in sorted(states)}
    theirs = job._remap_counts(counts, keys)
    data = json.dumps({"measurement_counts": [{"measurement_keys": keys, "counts": counts}]}).encode()
    for given in (layout, None):
        assert decode(data, "iqm.result", given, sum(counts.values())).counts() == theirs


@pytest.mark.parametrize("seed", range(20))
def test_p01_how_the_hubs_sdk_reads_states_of_qsim(seed: int) -> None:
    quantum_info = pytest.importorskip("qiskit.quantum_info")
    pytest.importorskip("qhub.quantum.sdk")
    job = pytest.importorskip("qhub.quantum.sdk.qiskit.providers.kipu.kipu_qsim_job")
    state = quantum_info.random_statevector(2 ** (1 + seed % 6), seed=seed)
    answer = {"statevector": [[value.real, value.imag] for value in state.data.tolist()]}
    theirs = job.HubKipuQsimJob._build_result_data(None, answer).statevector
    ours: Any = decode(json.dumps(answer).encode(), "kipu.qsim.result")
    assert np.array_equal(ours.statevector, theirs)


@pytest.mark.parametrize("seed", range(20))
def test_p01_how_brakets_sdk_reads_atoms(seed: int) -> None:
    """Its counts are by words of e(mpty), r(ydberg) and g(round), the first site first; of successful shots only."""
    tasks = pytest.importorskip("braket.tasks")
    schema = pytest.importorskip("braket.task_result")
    dice = random.Random(seed)
    measurements = []
    for _ in range(30):
        status = dice.choice(["Success"] * 9 + ["Failure"])
        before = [int(dice.random() < 0.95) for _ in range(4)]
        after = [dice.getrandbits(1) if there else 0 for there in before]
        shot = {"preSequence": before, "postSequence": after}
        measurements.append({"shotMetadata": {"shotStatus": status}, "shotResult": shot})
    metadata = {"id": "x", "shots": 30, "deviceId": "aquila"}
    name = "braket.task_result.analog_hamiltonian_simulation_task_result"
    header = {"name": name, "version": "1"}
    text = json.dumps({"braketSchemaHeader": header, "taskMetadata": metadata, "measurements": measurements})
    model = schema.AnalogHamiltonianSimulationTaskResult.parse_raw(text)
    theirs = tasks.AnalogHamiltonianSimulationQuantumTaskResult.from_object(model).get_counts()
    with pytest.warns(LostShots):
        outcome = decode(text.encode(), name, None, 30)
    turned = {"g": "0", "r": "1", "e": "-"}
    expected = {"".join(turned[word] for word in reversed(key)): count for key, count in theirs.items()}
    assert outcome.counts() | dict(outcome.lost or {}) == expected
    assert len(outcome.errors) == 30 - sum(theirs.values())


@pytest.mark.parametrize("seed", range(20))
def test_p01_how_brakets_sdk_reads_program_sets(seed: int) -> None:
    tasks = pytest.importorskip("braket.tasks")
    schema = pytest.importorskip("braket.task_result")
    dice = random.Random(seed)
    programs = []
    for _ in range(3):
        qubits = dice.sample(range(4), 4)
        executable = {
            "braketSchemaHeader": {"name": "braket.task_result.program_set_executable_result", "version": "1"},
            "inputsIndex": 0,
            "measurements": [[dice.getrandbits(1) for _ in qubits] for _ in range(10)],
            "measuredQubits": qubits,
        }
        source = {"braketSchemaHeader": {"name": "braket.ir.openqasm.program", "version": "1"}, "source": "x"}
        programs.append({"executableResults": [executable], "source": source, "additionalMetadata": {"action": source}})
    metadata = {"id": "x", "deviceId": "y", "requestedShots": 30, "successfulShots": 30, "totalFailedExecutables": 0}
    document = {
        "braketSchemaHeader": {"name": "braket.task_result.program_set_task_result", "version": "1"},
        "programResults": programs,
        "taskMetadata": metadata | {"programMetadata": [{"executables": [{}]}] * 3},
    }
    model = schema.ProgramSetTaskResult.parse_raw(json.dumps(document))
    theirs = [entry.entries[0] for entry in tasks.ProgramSetQuantumTaskResult.from_object(model).entries]
    ours = decode_items(json.dumps(document).encode(), "braket.task_result.program_set_task_result", None, 30)
    for mine, their in zip(ours, theirs, strict=True):
        assert mine.counts() == {key[::-1]: count for key, count in their.counts.items()}
        assert mine.shot_bits().tolist() == their.measurements.tolist()
        assert (mine.shots_asked, mine.layout.qubits) == (10, tuple(their.measured_qubits))
