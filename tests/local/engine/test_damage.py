"""Damaged payloads: whatever is sent, the engine answers or refuses; it never fails in another way."""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from qrelay.local.execution import Execution, ExecutionRefused, execute

QASM = """OPENQASM 2.0;
include "qelib1.inc";
gate foo(a) x,y { cx x,y; rz(a/2) y; }
qreg q[3]; creg c[2]; creg d[1];
foo(0.3) q[1],q[0];
measure q[0]->c[0];
if(c==1) foo(0.3) q[0],q[1];
zz q[0],q[1]; v q[2]; u3(0.1,pi/2,0.3) q[0];
reset q[0]; barrier q;
measure q[2]->d[0];
"""
IONQ = [
    {
        "qubits": 3,
        "gateset": "qis",
        "circuit": [
            {"gate": "rx", "target": 0, "rotation": 0.3},
            {"gate": "pauliexp", "targets": [0, 1], "terms": ["XX", "ZI"], "coefficients": [0.1, 0.2], "time": 0.4},
            {"gate": "z", "targets": [1], "controls": [0, 2], "rotation": 0.2},
        ],
    },
    {
        "qubits": 3,
        "gateset": "native",
        "circuit": [
            {"gate": "gpi", "target": 0, "phase": 0.3},
            {"gate": "ms", "targets": [0, 1], "phases": [0.1, 0.2], "angle": 0.2},
            {"gate": "zz", "targets": [0, 1], "angle": 0.2},
        ],
    },
]
QIR = """%Qubit = type opaque
%Result = type opaque
@0 = internal constant [4 x i8] c"0_t\\00"
define i64 @ENTRYPOINT__main() #0 {
block_0:
  call void @__quantum__rt__initialize(i8* null)
  call void @__quantum__qis__ry__body(double 0.7, %Qubit* inttoptr (i64 1 to %Qubit*))
  call void @__quantum__qis__m__body(%Qubit* inttoptr (i64 1 to %Qubit*), %Result* inttoptr (i64 0 to %Result*))
  %var_1 = call zeroext i1 @__quantum__rt__read_result(%Result* inttoptr (i64 0 to %Result*))
  br i1 %var_1, label %block_1, label %block_2
block_1:
  call void @__quantum__qis__x__body(%Qubit* inttoptr (i64 0 to %Qubit*))
  %var_2 = sdiv i64 7, 2
  br label %block_2
block_2:
  %var_3 = phi i64 [0, %block_0], [%var_2, %block_1]
  %var_4 = icmp sgt i64 %var_3, 2
  %var_5 = select i1 %var_4, double 0.5, double 1.5
  %var_6 = fadd double %var_5, 0.25
  call void @__quantum__rt__tuple_record_output(i64 2, i8* @0)
  call void @__quantum__rt__double_record_output(double %var_6, i8* null)
  call void @__quantum__rt__result_record_output(%Result* inttoptr (i64 0 to %Result*), i8* null)
  ret i64 0
}
declare void @__quantum__rt__initialize(i8*)
declare void @__quantum__qis__ry__body(double, %Qubit*)
declare void @__quantum__qis__x__body(%Qubit*)
declare void @__quantum__qis__m__body(%Qubit*, %Result*) #1
declare zeroext i1 @__quantum__rt__read_result(%Result*)
declare void @__quantum__rt__tuple_record_output(i64, i8*)
declare void @__quantum__rt__double_record_output(double, i8*)
declare void @__quantum__rt__result_record_output(%Result*, i8*)
attributes #0 = { "entry_point" "qir_profiles"="adaptive_profile" SIZES }
attributes #1 = { "irreversible" }
!llvm.module.flags = !{!0, !1}
!0 = !{i32 1, !"qir_major_version", i32 1}
!1 = !{i32 1, !"dynamic_qubit_management", i1 false}
""".replace("SIZES", '"required_num_qubits"="2" "required_num_results"="1"')
WORDS = ["0", "-1", "9" * 25, "null", "true", '""', "[]", "{}", "i64", "i1", "double", "%x", "@y", "(", ")", '"', "\n",
         ",", "NaN", "1e999", "1e-5", "inttoptr", "ptr", "label", "%Qubit*", "br", "ret", "phi", "call"]  # fmt: skip
SEEDS = [(QASM, "honeywell.openqasm.v1"), (QIR, "qir.v1"), *((json.dumps(body), "ionq.circuit.v1") for body in IONQ)]
ANSWERS = {
    "ionq.circuit.v1": "ionq.quantum-results.v1",
    "qir.v1": "microsoft.quantum-results.v2",
    "honeywell.openqasm.v1": "honeywell.quantum-results.v1",
}
CODES = {"InvalidInputData", "CompilationError"}


def played(text: str, form: str) -> str:
    data, params = text.encode(), {"shots": 10}
    try:
        target = ("quantinuum", "quantinuum.sim.helios-1e")
        execute(Execution(*target, form, ANSWERS[form], data, params, 25, "Adaptive_RIF", seed=1))
    except ExecutionRefused as refusal:
        return refusal.code if refusal.message else "no word"
    return "answered"


@pytest.mark.parametrize(("text", "form"), SEEDS)
def test_whole_payloads_are_answered(text: str, form: str) -> None:
    """The damage below would prove nothing on payloads that are refused anyway."""
    assert played(text, form) == "answered"


@pytest.mark.parametrize("seed", range(8))
def test_damaged_payloads_are_answered_or_refused(seed: int) -> None:
    """A KeyError, an IndexError or a panic inside the importer in place of a failed job."""
    draw = random.Random(seed)
    seen: Counter[str] = Counter()
    for _ in range(120):
        text, form = draw.choice(SEEDS)
        tokens = re.findall(r"\w+|\s+|[^\w\s]", text)
        for _ in range(draw.choice([1, 1, 2, 4])):
            place = draw.randrange(len(tokens))
            way = draw.randrange(4)
            if way == 0:
                del tokens[place]
            elif way == 1:
                tokens[place] = draw.choice(WORDS)
            elif way == 2:
                tokens[place] = draw.choice(tokens)
            else:
                tokens.insert(place, draw.choice(tokens))
        seen[played("".join(tokens), form)] += 1
    assert set(seen) == CODES | {"answered"}


EXTREME: dict[str, tuple[str, str]] = {
    "long number": (QASM.replace("creg c[2]", "creg c[99999999999999999999999]"), "honeywell.openqasm.v1"),
    "huge register": (QASM.replace("creg c[2]", "creg c[999999999]"), "honeywell.openqasm.v1"),
    "huge results": (QIR.replace('num_results"="1"', 'num_results"="999999999999"'), "qir.v1"),
    "huge array": (QIR.replace("output(i64 2, i8* @0", "output(i64 99999999999999, i8* @0"), "qir.v1"),
    "an angle larger than a float": (json.dumps(IONQ[0]).replace("0.3", "9" * 400), "ionq.circuit.v1"),
    "deep JSON": ("[" * 100_000, "ionq.circuit.v1"),
    "deep records": (
        QIR.replace(
            "  ret i64", "  call void @__quantum__rt__tuple_record_output(i64 1, i8* null)\n" * 2000 + "  ret i64"
        ),
        "qir.v1",
    ),
}


@pytest.mark.parametrize("name", EXTREME)
def test_extreme_payloads_are_refused(name: str) -> None:
    """A few bytes that fill the memory or exhaust the stack."""
    assert played(*EXTREME[name]) in CODES


def test_every_public_circuit_is_answered(shared: Path, run: Any) -> None:
    """Programs of other people's, all gates of theirs included; one of them is broken as published."""
    for path in sorted((shared / "fixtures" / "circuits").glob("*.qasm")):
        text = path.read_text()
        broken = path.name == "vqe_uccsd_n4.qasm"  # it measures q[0] and declares reg[4]
        assert played(text, "honeywell.openqasm.v1") == ("CompilationError" if broken else "answered"), path.name
