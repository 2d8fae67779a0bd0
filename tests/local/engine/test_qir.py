"""QIR: modules of the QDK from Qiskit, OpenQASM and Q#, judged by the QDK's own simulator and by Qiskit."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable
from typing import Any

import pyqir
import pytest
from qdk import TargetProfile, init, qsharp
from qdk.qiskit import QSharpBackend
from qdk.simulation import run_qir
from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister
from qiskit.circuit.library import get_standard_gate_name_mapping
from scipy.stats import chi2_contingency
from tests.local.engine.modules import ADAPTIVE, BELL, FLOATS, SAMPLED, call, module, q, r, record

from qrelay.local import engine
from qrelay.local.readers import qir, qir_calls


def distribution(text: str | bytes) -> dict[int, float]:
    """Exact probabilities of all qubits of a base-profile module."""
    data = text.encode() if isinstance(text, str) else text
    circuit, _, _ = qir.program(qir.load(data), None, profile="Base").circuit()
    gates = QuantumCircuit(circuit.qubits)
    for item in circuit.data:
        if item.operation.name != "measure":
            gates.append(item.operation, item.qubits)
    return engine.probabilities(gates)


ONE = dict.fromkeys(["h", "x", "y", "z", "s", "t", "sx", "id"], 1)
TWO = ["cx", "cy", "cz", "ch", "swap", "crx", "cry", "crz", "rxx", "ryy", "rzz"]
CALLS: dict[tuple[str, str], tuple[str, int]] = {
    **{(name, "body"): (name, width) for name, width in ONE.items()},
    **{(name, "body"): (name, 1) for name in ("rx", "ry", "rz")},
    **{(name, "body"): (name, 2) for name in TWO},
    ("ccx", "body"): ("ccx", 3),
    ("s", "adj"): ("sdg", 1),
    ("t", "adj"): ("tdg", 1),
    ("sx", "adj"): ("sxdg", 1),
    ("cnot", "body"): ("cx", 2),
    ("ccnot", "body"): ("ccx", 3),
    ("toffoli", "body"): ("ccx", 3),
}  # fmt: skip


def test_every_call_is_judged() -> None:
    """A gate added to the reader without a test."""
    assert set(qir_calls._GATES) == set(CALLS)


@pytest.mark.parametrize("name", CALLS, ids="__".join)
def test_every_call(name: tuple[str, str], same: Any, stirred: Any, exactly: Any) -> None:
    """A call read as another gate, with its angle halved or its qubits in another order."""
    known, width = CALLS[name]
    places = [2, 0, 1][:width]
    turned = bool(get_standard_gate_name_mapping()[known].params)
    circuit = stirred(3, lambda c: getattr(c, known)(*[0.77] * turned, *places))
    body = []
    for item in stirred(3, lambda c: c.barrier()).data:
        qubits = [q(circuit.find_bit(qubit).index) for qubit in item.qubits]
        if item.operation.name == "barrier":
            body.append(call(name[0], *["double 7.7e-01"] * turned, *(q(place) for place in places), form=name[1]))
        else:
            body.append(call(item.operation.name, *(f"double {float(a):.17e}" for a in item.operation.params), *qubits))
    same(distribution(module("\n".join(body), qubits=3, results=0)), exactly(circuit))


@pytest.mark.parametrize("seed", range(8))
def test_random_circuits_through_the_qdk(seed: int, same: Any, exactly: Any) -> None:
    """Modules as Microsoft's own backend writes them: labels, i64 0, initialize, helper qubits."""
    draw = random.Random(seed)
    circuit = QuantumCircuit(4)
    names = ["h", "x", "y", "z", "s", "sdg", "t", "tdg", "sx", "rx", "ry", "rz", "cx", "cy", "cz", "rxx", "ryy", "rzz",
             "swap", "ccx", "crx", "ch", "cp"]  # fmt: skip
    gates = get_standard_gate_name_mapping()
    for _ in range(30):
        gate = gates[draw.choice(names)]
        angles = [draw.uniform(-4, 4) for _ in gate.params]
        circuit.append(gate.base_class(*angles) if angles else gate, draw.sample(range(4), gate.num_qubits))
    measured = circuit.copy()
    measured.measure_all()
    backend = QSharpBackend(target_profile=TargetProfile.Base)
    text = backend.qir(measured, optimization_level=0)  # above that it may write qubits that its own parser refuses
    data = qir.load(str(text).encode())
    program = qir.program(data, "ENTRYPOINT__main", profile="Base")
    _, shape, leaves = program.circuit()
    assert shape.kind == "array"
    qubit_of = {action.result: action.qubits[0] for _, action in program.steps() if action.kind == "measure"}
    found: Counter[int] = Counter()
    for state, share in distribution(str(text)).items():
        # with Qiskit's output semantics the QDK records the highest bit first
        bits = enumerate(reversed(leaves))
        found[sum((state >> qubit_of[leaf.result] & 1) << bit for bit, leaf in bits)] += share
    same(found, exactly(circuit))


def plain(value: Any) -> Any:
    """A result of the QDK as our answers write it."""
    if isinstance(value, tuple):
        return {f"Item{index}": plain(part) for index, part in enumerate(value, 1)}
    if isinstance(value, list):
        return [plain(part) for part in value]
    if type(value).__name__ == "Result":
        return int(str(value) == "One")
    return value


def agree(text: str, run: Any, shots: int = 1500, **job: Any) -> Counter[str]:
    """Our answer and the QDK's simulator draw from one distribution, with the same nesting."""
    answer = run(text, params={"shots": shots}, seed=17, **job)
    ours = Counter(str(shot) for shot in answer["Results"][0]["Shots"])
    theirs = Counter(str(plain(shot)) for shot in run_qir(text, shots=shots, seed=5, type="cpu"))
    keys = sorted(set(ours) | set(theirs))
    assert sum(ours.values()) == shots
    if len(keys) > 1:
        assert chi2_contingency([[ours[key] for key in keys], [theirs[key] for key in keys]]).pvalue > 1e-6
    else:
        assert ours == theirs
    return ours


def compiled(source: str, profile: TargetProfile) -> str:
    init(target_profile=profile)
    qsharp.eval(source)
    return str(qsharp.compile("Main()"))


def test_registers_of_qiskit_through_the_qdk(run: Any) -> None:
    """Permuted, partial measurement into registers of unequal size."""
    circuit = QuantumCircuit(QuantumRegister(4, "q"), ClassicalRegister(3, "a"), ClassicalRegister(1, "b"))
    circuit.ry(0.7, 0)
    circuit.cx(0, 2)
    circuit.ry(1.9, 3)
    circuit.x(1)
    circuit.measure([2, 3, 1, 0], [1, 0, 3, 2])
    text = str(QSharpBackend(target_profile=TargetProfile.Base).qir(circuit))
    assert len(agree(text, run, **SAMPLED)) == 4


NESTED = """
operation Main() : (Result[], Result, (Result, Result)[]) {
    use q = Qubit[4];
    H(q[0]); Rx(0.3, q[1]); CNOT(q[0], q[1]); Ry(1.1, q[2]); Adjoint T(q[2]); CCNOT(q[0], q[1], q[3]);
    Rzz(0.2, q[0], q[1]); SX(q[0]); Controlled H([q[0]], q[1]); SWAP(q[2], q[3]);
    let a = [M(q[0]), M(q[2])];
    let b = MResetZ(q[1]);
    let c = M(q[3]);
    ResetAll(q);
    return (a, b, [(b, c), (c, a[0])]);
}
"""


def test_nested_records_of_a_q_sharp_program(run: Any) -> None:
    """Tuples in arrays in tuples, a result recorded twice."""
    agree(compiled(NESTED, TargetProfile.Base), run, **SAMPLED)


def test_a_single_result(run: Any) -> None:
    """A program that records no container."""
    source = "operation Main() : Result { use q = Qubit(); X(q); return MResetZ(q); }"
    answer = run(compiled(source, TargetProfile.Base), params={"shots": 2}, **SAMPLED)
    assert answer["Results"] == [{"Histogram": [{"Outcome": 1, "Display": "1", "Count": 2}], "Shots": [1, 1]}]


DECIDING = """
import Std.Math.*;
operation Main() : (Result[], Bool, Int, Result) {
    use q = Qubit[3];
    mutable n = 0;
    H(q[0]);
    for i in 0..2 {
        Ry(0.4 + 0.5 * IntAsDouble(i), q[1]);
        if M(q[1]) == One { set n += i + 1; Rx(0.7, q[2]); } else { S(q[0]); }
        Reset(q[1]);
    }
    if n == 2 { X(q[0]); } elif n > 2 { Ry(0.3, q[0]); } else { H(q[0]); }
    let a = [M(q[0]), M(q[2])];
    let b = MResetZ(q[1]);
    let even = n % 2 == 0 and a[0] == Zero;
    ResetAll(q);
    return (a, even, n * 3 - 7, b);
}
"""
DECIDING = DECIDING.replace("import Std.Math.*;", "import Std.Convert.*;")

FLOATING = """
operation Main() : (Double, Result, Int) {
    use q = Qubit[2];
    mutable angle = 0.1;
    mutable n = 5;
    H(q[0]);
    if M(q[0]) == One { set angle = angle * 2.0 + 0.3; set n = n / 2 - 7; }
    Ry(1.0, q[1]);
    if M(q[1]) == One { set angle = angle - 4.0 / 3.0; set n = n ^^^ 12; }
    Rx(angle, q[0]);
    let r = MResetZ(q[0]);
    Reset(q[1]);
    return (angle, r, n);
}
"""

MIDDLE = """
operation Main() : Result[] {
    use q = Qubit[2];
    Ry(1.1, q[0]);
    CNOT(q[0], q[1]);
    let a = M(q[0]);
    Reset(q[0]);
    Ry(0.6, q[0]);
    CNOT(q[1], q[0]);
    return [a, MResetZ(q[0]), MResetZ(q[1])];
}
"""


@pytest.mark.parametrize(
    ("source", "profile", "job"),
    [
        (DECIDING, TargetProfile.Adaptive_RI, ADAPTIVE),
        (DECIDING, TargetProfile.Adaptive_RIF, FLOATS),
        (FLOATING, TargetProfile.Adaptive_RIF, FLOATS),
        (MIDDLE, TargetProfile.Adaptive_RI, ADAPTIVE),
        (NESTED, TargetProfile.Adaptive_RI, ADAPTIVE),
    ],
    ids=["integers", "integers on helios", "floats", "middle", "nested"],
)
def test_adaptive_programs_of_q_sharp(source: str, profile: TargetProfile, job: dict[str, str], run: Any) -> None:
    """A branch taken wrongly, a phi from the wrong side, a reset that keeps the qubit entangled."""
    assert len(agree(compiled(source, profile), run, **job)) > 3


def test_teleportation(run: Any, fits: Any) -> None:
    """Corrections that depend on two measurements."""
    source = """
    operation Main() : Result {
        use (a, b, c) = (Qubit(), Qubit(), Qubit());
        Ry(0.9, a); Rz(0.4, a);
        H(b); CNOT(b, c); CNOT(a, b); H(a);
        if M(b) == One { X(c); }
        if M(a) == One { Z(c); }
        Adjoint Rz(0.4, c); Adjoint Ry(0.9, c);
        ResetAll([a, b]);
        return MResetZ(c);
    }"""
    answer = run(compiled(source, TargetProfile.Adaptive_RI), params={"shots": 400}, **ADAPTIVE)
    assert answer["Results"][0]["Histogram"] == [{"Outcome": 0, "Display": "0", "Count": 400}]


@pytest.mark.parametrize("form", ["typed", "opaque", "bitcode", "llvm's own print", "null for zero"])
def test_ways_to_write_one_module(form: str, run: Any) -> None:
    """Opaque pointers, bitcode, or LLVM's print of the same module are refused or read otherwise."""
    typed = module(BELL, qubits=2, results=2)
    opaque = re.sub(r"(%Qubit|%Result|i8)\*", "ptr", typed)
    parsed = pyqir.Module.from_ir(pyqir.Context(), typed)
    data: dict[str, Callable[[], str | bytes]] = {
        "typed": lambda: typed,
        "opaque": lambda: opaque,
        "bitcode": lambda: parsed.bitcode,
        "llvm's own print": lambda: str(parsed),
        "null for zero": lambda: re.sub(r"inttoptr \(i64 0 to [^)]*\)", "null", typed),
    }
    expected = run(typed, params={"shots": 100}, seed=1, **SAMPLED)
    assert run(data[form](), params={"shots": 100}, seed=1, **SAMPLED) == expected
    assert {entry["Display"] for entry in expected["Results"][0]["Histogram"]} == {"[0, 0]", "[1, 1]"}


def test_record_calls_decide_the_order(run: Any) -> None:
    """Bits in the order of the results' numbers instead of the record calls."""
    body = "\n".join([call("x", q(2)), *(call("mz", q(i), r(2 - i)) for i in range(3)), record(2, 0, 1)])
    answer = run(module(body, qubits=3, results=3), params={"shots": 1}, **SAMPLED)
    assert answer["Results"][0]["Shots"] == [[0, 1, 0]]


def test_unwritten_results_are_zero_and_unrecorded_ones_vanish(run: Any) -> None:
    """A result that nobody wrote, and one that nobody asked for."""
    body = "\n".join([call("x", q(0)), call("m", q(0), r(1)), record(0)])
    answer = run(module(body, qubits=1, results=2), params={"shots": 2}, **SAMPLED)
    assert answer["Results"][0]["Shots"] == [[0], [0]]


LOOP = """  br label %head
head:
  %n = phi i64 [ 0, %entry ], [ %next, %body ]
  %more = icmp slt i64 %n, 3
  br i1 %more, label %body, label %done
body:
  call void @__quantum__qis__ry__body(double 5.0e-01, %Qubit* null)
  %next = add nsw i64 %n, 1
  br label %head
done:
  call void @__quantum__qis__m__body(%Qubit* null, %Result* null)
  %bit = call i1 @__quantum__rt__read_result(%Result* null)
  %word = zext i1 %bit to i64
  switch i64 %word, label %zero [
    i64 1, label %one
  ]
one:
  br label %zero
zero:
  %picked = phi i64 [ 40, %done ], [ 2, %one ]
  %kept = select i1 %bit, i64 %picked, i64 -1
  call void @__quantum__rt__int_record_output(i64 %kept, i8* null)"""


def test_loops_switches_and_selections(run: Any, fits: Any) -> None:
    """Control flow beyond what Q# writes."""
    text = module(LOOP, qubits=1, results=1, profile="adaptive_profile")
    answer = run(text, params={"shots": 3000}, seed=2, **ADAPTIVE)
    one = 0.4646313991661485  # sin²(0.75)
    fits(Counter(answer["Results"][0]["Shots"]), {2: one, -1: 1 - one})


ARITHMETIC = {
    "sdiv": ("sdiv i64 -7, 2", -3), "srem": ("srem i64 -7, 2", -1), "udiv": ("udiv i8 -1, 2", 127),
    "urem": ("urem i8 -1, 16", 15), "shl": ("shl i8 65, 1", -126), "lshr": ("lshr i8 -2, 1", 127),
    "ashr": ("ashr i8 -3, 1", -2), "xor": ("xor i64 12, 10", 6), "and": ("and i64 12, 10", 8),
    "or": ("or i64 12, 10", 14),
    "wrap": ("add i64 9223372036854775807, 1", -9223372036854775808), "mul": ("mul i64 -3, 5", -15),
    "sub": ("sub i64 3, 5", -2),
}  # fmt: skip


@pytest.mark.parametrize("name", ARITHMETIC)
def test_integer_arithmetic(name: str, run: Any) -> None:
    """Division rounded towards minus infinity, shifts of negative numbers, missing overflow."""
    code, expected = ARITHMETIC[name]
    kind = code.split()[1]
    body = f"  %a = {code}\n"
    body += f"  %b = sext {kind} %a to i64\n" if kind != "i64" else "  %b = add i64 %a, 0\n"
    body += "  call void @__quantum__rt__int_record_output(i64 %b, i8* null)"
    text = module(body, qubits=0, results=0, profile="adaptive_profile")
    assert run(text, params={"shots": 1}, **ADAPTIVE)["Results"][0]["Shots"] == [expected]


COMPARED = {"eq": 0, "ne": 1, "slt": 1, "sle": 1, "sgt": 0, "sge": 0, "ult": 0, "ule": 0, "ugt": 1, "uge": 1}


@pytest.mark.parametrize("mode", COMPARED)
def test_comparisons(mode: str, run: Any) -> None:
    """Signed and unsigned comparison of -1 and 1 exchanged."""
    body = f"  %a = icmp {mode} i64 -1, 1\n  call void @__quantum__rt__bool_record_output(i1 %a, i8* null)"
    answer = run(module(body, qubits=0, results=0, profile="adaptive_profile"), params={"shots": 1}, **ADAPTIVE)
    assert answer["Results"][0]["Histogram"] == [
        {"Outcome": bool(COMPARED[mode]), "Display": ["false", "true"][COMPARED[mode]], "Count": 1}
    ]


def test_comments_quotes_and_metadata_are_no_code(run: Any) -> None:
    """A semicolon in a label taken for a comment."""
    text = module(BELL, qubits=2, results=2)
    label = '@0 = internal constant [4 x i8] c"a;b\\00" ; a label\n'
    text = text.replace("define void", 'source_filename = "a;b"\n' + label + "define void")
    text = text.replace("i64 2, i8* null", "i64 2, i8* getelementptr inbounds ([4 x i8], [4 x i8]* @0, i64 0, i64 0)")
    text = text.replace("entry:", "entry: ; preds =")
    assert sum(entry["Count"] for entry in run(text, params={"shots": 7}, **SAMPLED)["Results"][0]["Histogram"]) == 7


def test_a_label_before_a_call_stays_a_label_in_the_next_function() -> None:
    """A line known from one function taken for the call alone in another: its block was lost."""
    labelled = "on: call void @__quantum__qis__x__body(%Qubit* null)"
    text = module(f"  br label %on\n{labelled}", qubits=1, results=0)
    second = f"define void @other() #0 {{\nentry:\n  br label %on\n{labelled}\n  ret void\n}}\n"
    text = text.replace("attributes #0", f"{second}\nattributes #0")
    loaded = qir.load(text.encode())
    for entry in ("ENTRYPOINT__main", "other"):
        assert len(list(qir.program(loaded, entry, profile="Base").steps())) == 1
