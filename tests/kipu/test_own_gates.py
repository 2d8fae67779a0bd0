"""AWS's machines take fewer gates than Braket's dialect has: programs go out in the device's own, or not at all."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from qrelay.errors import InvalidOption, UnsupportedCircuit
from qrelay.formats import encode
from qrelay.kipu import Hub
from qrelay.program import Program, Register
from qrelay.program.gates import GATES

cirq = pytest.importorskip("cirq")
pytest.importorskip("qiskit")

_FORMAT = "BRAKET_OPEN_QASM_V3"
_MACHINES = ("aws.ionq.forte", "aws.rigetti.cepheus")
_FORTE = "x y z h s si t ti v vi rx ry rz cnot swap xx yy"
_PARAMS = (0.7, -1.9, 0.4, 2.2)


def _every_gate() -> Program:
    """Each gate of the table that needs up to five qubits, once, on six qubits; the last one is left alone."""
    operations: list[Any] = [
        (name, tuple(range(gate.num_qubits)), _PARAMS[: gate.num_params])
        for name, gate in GATES.items()
        if gate.num_qubits <= 5
    ]
    operations += [("measure", (qubit,), (qubit,)) for qubit in range(6)]
    return Program(6, 6, operations, (Register("c", tuple(range(6))),))


def _words(data: bytes) -> set[str]:
    lines = [
        line for line in data.decode().splitlines() if not line.startswith(("//", "OPENQASM", "bit", "qubit", "b["))
    ]
    return {re.split(r"[ (]", line)[0] for line in lines}


@pytest.mark.parametrize("machine", _MACHINES)
def test_p04_every_gate_runs_on_every_machine(machine: str, local: Callable[..., Hub]) -> None:
    """Catches programs in words that the simulators have and the machine refuses, after the queue."""
    hub = local()
    job = hub.submit(machine, _every_gate(), shots=100)
    assert sum(job.result(60).counts().values()) == 100


@pytest.mark.parametrize(
    ("name", "theirs"),
    [
        ("ionq-forte", _FORTE),
        ("rigetti-cepheus", "cz ccnot cnot cphaseshift cswap h i iswap phaseshift rx ry rz s si swap t ti x y z"),
    ],
)
def test_p04_only_what_the_device_supports(
    name: str, theirs: str, described: Callable[[str], dict[str, Any]], remote: Callable[..., Hub]
) -> None:
    """`theirs` are the device's own supportedOperations as AWS has them; forte describes `zz` and takes it in verbatim
    boxes only."""
    sent: list[bytes] = []

    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            sent.append(request.content)
            return httpx.Response(201, json={"id": "1", "status": "PENDING"})
        return httpx.Response(200, json=[described(name)])

    hub = remote(answer)
    (target,) = hub.targets()
    hub.submit(target, _every_gate(), shots=100)
    words = _words(json.loads(sent[0])["input"]["qasm"].encode())
    assert words <= set(theirs.split())


def test_p04_what_a_machine_cannot_say_is_refused_before_any_request(
    described: Callable[[str], dict[str, Any]], remote: Callable[..., Hub]
) -> None:
    """Catches a job that is queued for hours and then refused."""
    posted: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            posted.append(request)
        document = described("rigetti-cepheus")
        document["configuration"]["gates"] = [{"name": "cnot"}, {"name": "x"}, {"name": "rz"}]
        return httpx.Response(200, json=[document])

    hub = remote(answer)
    for format_name in (None, _FORMAT):
        with pytest.raises(UnsupportedCircuit, match="'h'"):
            hub.submit(
                "aws.rigetti.cepheus", Program(1, 1, [("h", (0,), ()), ("measure", (0,), (0,))]), format=format_name
            )
    assert not posted


@pytest.mark.parametrize("machine", _MACHINES)
def test_p04_a_cirq_circuit_keeps_its_meaning(machine: str, local: Callable[..., Hub]) -> None:
    """A circuit that ends in one state only, through gates that neither machine has."""
    from qrelay.cirq import Service

    one, two, three = cirq.LineQubit.range(3)
    circuit = cirq.Circuit(
        cirq.X(one), cirq.H(two), cirq.CZ(one, two), cirq.H(two), cirq.CSWAP(one, two, three),
        cirq.Y(one).controlled_by(three), cirq.ISWAP(one, three), cirq.XX(one, two) ** 0.5, cirq.XX(one, two) ** -0.5,
        cirq.measure(three, one, two, key="m"),
    )  # fmt: skip
    wanted = cirq.Simulator().run(circuit).measurements["m"][0].tolist()
    found = Service(local()).sampler(machine).run(circuit, repetitions=100).measurements["m"]
    assert found.tolist() == [wanted] * 100


def test_p04_gates_of_a_format_are_an_option() -> None:
    bell = Program(2, 2, [("h", (0,), ()), ("measure", (0,), (0,)), ("measure", (1,), (1,))])
    assert _words(encode(bell, _FORMAT, gates=["rx", "ry", "ms"]).data) == {"rx", "ry"}
    assert _words(encode(bell, _FORMAT, gates={"h", "id"}).data) == {"h", "i"}
    with pytest.raises(UnsupportedCircuit, match="nothing happens to the qubits"):
        encode(bell, _FORMAT, gates=["h"])
    with pytest.raises(InvalidOption, match="takes names"):
        encode(bell, _FORMAT, gates="h")
    with pytest.raises(UnsupportedCircuit):
        encode(bell, _FORMAT, gates=[])


def test_p04_silence_about_gates_is_no_refusal(
    described: Callable[[str], dict[str, Any]], remote: Callable[..., Hub]
) -> None:
    """A description without gates: what the machines are known to take."""
    document = described("ionq-forte")
    document["configuration"]["gates"] = []
    (target,) = remote(lambda _: httpx.Response(200, json=[document])).targets()
    data = encode(_every_gate(), _FORMAT, gates=target.gates).data
    assert _words(data) <= set(_FORTE.split())
