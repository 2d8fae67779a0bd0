"""Analog programs: taken as the vendors' packages tell them, checked for shape, and never made of circuits."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

import pytest

import qrelay
from qrelay.errors import InvalidOption, UnsupportedCircuit
from qrelay.formats import choose, encode, formats_of, ready_made
from qrelay.program import Program, Register

BELL = Program(1, 1, [("h", (0,), ()), ("measure", (0,), (0,))], (Register("c", (0,)),))
PULSER, AHS = "pasqal.pulser.v1", "BRAKET_AHS_PROGRAM"


def _field(values: list[float], pattern: Any = "uniform") -> dict[str, Any]:
    return {"time_series": {"values": values, "times": [0.0, 1e-6][: len(values)]}, "pattern": pattern}


PROGRAM: dict[str, Any] = {
    "setup": {"ahs_register": {"sites": [[0, 0], [0, 4e-6], [4e-6, 0]], "filling": [1, 1, 0]}},
    "hamiltonian": {
        "drivingFields": [
            {"amplitude": _field([0.0, 1.5e7]), "phase": _field([0.0, 0.0]), "detuning": _field([-5e7, 5e7])}
        ],
        "localDetuning": [{"magnitude": _field([0.0, 2.5e7], [0.8, 1.0, 0.9])}],
    },
}
SEQUENCE: dict[str, Any] = {
    "version": "1",
    "name": "theirs",
    "register": [{"name": "q0", "x": 0.0, "y": 0.0}, {"name": "q1", "x": 0.0, "y": 7.0}],
    "device": "AnalogDevice",
    "channels": {"ryd": "rydberg_global"},
    "variables": {},
    "operations": [{"op": "delay", "channel": "ryd", "time": 100}],
    "measurement": "ground-rydberg",
}


@pytest.fixture
def sequence() -> Any:
    pulser = pytest.importorskip("pulser")
    register = pulser.Register({"a": (0, 0), "b": (0, 7), "c": (7, 0)})
    made = pulser.Sequence(register, pulser.MockDevice)
    made.declare_channel("ryd", "rydberg_global")
    made.add(pulser.Pulse.ConstantPulse(100, 2.0, 0.0, 0.0), "ryd")
    made.measure("ground-rydberg")
    return made


def test_atoms_without_places_and_older_json_are_refused() -> None:
    """Catches a sequence that the service takes and cannot run, and a refusal that does not say what the thing is."""
    pulser = pytest.importorskip("pulser")
    layout = pulser.register.register_layout.RegisterLayout([[7.0 * x, 7.0 * y] for x in range(3) for y in range(3)])
    made = pulser.Sequence(layout.make_mappable_register(2), pulser.MockDevice)
    made.declare_channel("ryd", "rydberg_global")
    with pytest.raises(InvalidOption, match=r"build\(qubits="):
        ready_made(made)
    assert ready_made(made.build(qubits={"q0": 2})).num_qubits == 1
    with pytest.raises(InvalidOption, match="to_abstract_repr"):
        ready_made({"_build": True, "__module__": "pulser.sequence", "__name__": "Sequence", "calls": []})


def test_pulser_sequence_is_wrapped_as_the_service_has_it(sequence: Any) -> None:
    """Pulser itself reads the sequence out of the upload again, its JSON schema included."""
    import pulser

    payload = qrelay.encode(sequence, PULSER)
    assert (payload.content_type, payload.output_format) == ("application/json", "pasqal.pulser-results.v1")
    assert (payload.num_qubits, payload.layout) == (3, None)
    document = json.loads(payload.data)
    assert list(document) == ["sequence_builder"]
    back = pulser.Sequence.from_abstract_repr(json.dumps(document["sequence_builder"]))
    assert back.to_abstract_repr() == sequence.to_abstract_repr()


def test_pulser_json_passes_wrapped_or_bare(sequence: Any) -> None:
    bare = sequence.to_abstract_repr()
    wrapped = json.dumps({"sequence_builder": json.loads(bare)}, indent=1)
    nested = json.dumps({"sequence_builder": bare})
    assert ready_made(bare).data == ready_made(sequence).data
    assert ready_made(wrapped).data == wrapped.encode()
    assert ready_made(nested).data == nested.encode()


def test_pulser_shape_by_hand_is_pulsers() -> None:
    """The document that the refusals below are made from is one that Pulser takes."""
    pulser = pytest.importorskip("pulser")
    assert pulser.Sequence.from_abstract_repr(json.dumps(SEQUENCE | {"device": json.loads(_device(pulser))}))
    assert ready_made(SEQUENCE).num_qubits == 2


def _device(pulser: Any) -> str:
    told: str = pulser.MockDevice.to_abstract_repr()
    return told


def test_sequences_that_cannot_be_run(sequence: Any) -> None:
    import pulser

    open_ended = pulser.Sequence(pulser.Register({"a": (0, 0)}), pulser.MockDevice)
    open_ended.declare_channel("ryd", "rydberg_global")
    time = open_ended.declare_variable("t", dtype=int)
    open_ended.delay(time, "ryd")
    with pytest.raises(InvalidOption, match="build"):
        ready_made(open_ended)
    assert ready_made(open_ended.build(t=100)).num_qubits == 1
    with pytest.raises(InvalidOption, match="Sequence itself"):
        ready_made(sequence.register)


def _broken(document: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    copy: Any = deepcopy(document)
    place = copy
    *parents, last = path.split("/")
    for name in parents:
        place = place[int(name)] if name.isdigit() else place[name]
    if value is None:
        del place[last]
    else:
        place[int(last) if last.isdigit() else last] = value
    return copy  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("version", None, "version"),
        ("version", "2", "version"),
        ("device", None, "device"),
        ("measurement", "z", "measurement"),
        ("register", [], "register"),
        ("register", [5], r"register\[0\]"),
        ("channels", {}, "channels"),
        ("operations/0", {"channel": "ryd"}, r"operations\[0\]"),
        ("operations/0/channel", "other", r"operations\[0\].*'other'"),
        ("operations", 5, "operations"),
    ],
)
def test_damaged_sequences_are_named(path: str, value: Any, said: str) -> None:
    for document in (_broken(SEQUENCE, path, value), {"sequence_builder": _broken(SEQUENCE, path, value)}):
        with pytest.raises(InvalidOption, match=said):
            ready_made(document, PULSER)


def test_braket_program_is_wrapped_as_the_hub_has_it() -> None:
    ahs = pytest.importorskip("braket.ir.ahs")
    program = ahs.Program.parse_obj(PROGRAM)
    payload = qrelay.encode(program, AHS)
    assert payload.num_qubits == 3
    document = json.loads(payload.data)
    assert list(document) == ["ahs_program"]
    assert ahs.Program.parse_obj(document["ahs_program"]) == program

    class Analog:
        """Braket's SDK has such a class; its IR comes from to_ir()."""

        register = hamiltonian = ()

        def to_ir(self) -> Any:
            return program

    assert ready_made(Analog()) == payload


def test_braket_json_passes_wrapped_or_bare() -> None:
    text = json.dumps({"ahs_program": PROGRAM}, indent=2)
    assert ready_made(text).data == text.encode()
    assert json.loads(ready_made(PROGRAM).data) == {"ahs_program": PROGRAM}


SITES = "setup/ahs_register/sites"
DRIVE = "hamiltonian/drivingFields/0"


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("setup", 5, "setup"),
        ("setup/ahs_register", None, "ahs_register"),
        (SITES, [[0, 0]], "filling"),
        (f"{SITES}/1", [0], r"sites\[1\]"),
        (f"{SITES}/1", [0, "x"], r"sites\[1\]"),
        ("setup/ahs_register/filling/2", 2, r"filling\[2\]"),
        ("hamiltonian/drivingFields", None, "drivingFields"),
        (f"{DRIVE}/phase", None, r"drivingFields\[0\].phase"),
        (f"{DRIVE}/amplitude/time_series/times", [0.0], "amplitude.time_series"),
        (f"{DRIVE}/detuning/pattern", "odd", "detuning.pattern"),
        ("hamiltonian/localDetuning/0/magnitude/pattern", [1.0], "pattern.*3 sites"),
        ("braketSchemaHeader", {"name": "braket.ir.openqasm.program"}, "braketSchemaHeader"),
    ],
)
def test_damaged_ahs_programs_are_named(path: str, value: Any, said: str) -> None:
    for document in (_broken(PROGRAM, path, value), {"ahs_program": _broken(PROGRAM, path, value)}):
        with pytest.raises(InvalidOption, match=said):
            ready_made(document, AHS)


@pytest.mark.parametrize("format_name", [PULSER, AHS])
def test_circuits_are_refused_there(format_name: str) -> None:
    with pytest.raises(UnsupportedCircuit, match="pulses and fields instead of gates"):
        encode(BELL, format_name)
    with pytest.raises(UnsupportedCircuit, match="no circuits"):
        qrelay.encode(BELL, format_name)
    with pytest.raises(InvalidOption, match="can be written"):
        choose(BELL, [format_name])


def test_they_are_told_apart() -> None:
    assert formats_of(SEQUENCE) == (PULSER,)
    assert formats_of(PROGRAM) == (AHS,)
    with pytest.raises(InvalidOption, match="cannot be sent as"):
        ready_made(SEQUENCE, AHS)
