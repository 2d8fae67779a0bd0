"""Braket's OpenQASM 3, refused: what the devices do not take, with the line, and hostile programs."""

from __future__ import annotations

import contextlib
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qrelay.local.kipu.backends import BACKENDS
from qrelay.local.kipu.backends_braket import device
from qrelay.local.kipu.execution import ExecutionRefused, Order, execute
from qrelay.local.readers.braket import read

SV1 = device(BACKENDS["aws.sim.sv1"])
CEPHEUS = device(BACKENDS["aws.rigetti.cepheus"])
FORTE = device(BACKENDS["aws.ionq.forte"])
DEVICES = {"sv1": SV1, "cepheus": CEPHEUS, "forte": FORTE}
HEAD = "OPENQASM 3.0;\nqubit[2] q;\n"


def words(text: str, machine: str = "sv1") -> str:
    with pytest.raises(ExecutionRefused) as refused:
        read(text, DEVICES[machine])
    assert refused.value.code == "CompilationError"
    return refused.value.message


@pytest.mark.parametrize(
    ("body", "line", "says"),
    [
        ("cx q[0], q[1];", 3, "'cx' is not a supported operation"),
        ("h q;\nrx q[0];", 4, "takes 1 angles, not 0"),
        ("h(0.1) q[0];", 3, "takes 0 angles, not 1"),
        ("cnot q[0];", 3, "acts on 2 qubits, not on 1"),
        ("cnot q[0], q[0];", 3, "same qubit twice"),
        ("x q[2];", 3, "out of range"),
        ("x q[-1];", 3, "not negative"),
        ("x q[0:1];", 3, "ranges"),
        ("x q[{0}];", 3, "no set"),
        ("x r[0];", 3, "'r' is not declared"),
        ("rx(a) q[0];", 3, "'a' is not a constant"),
        ("rx(1/0) q[0];", 3, "has no value"),
        ("rx(sqrt(-1)) q[0];", 3, "has no value"),
        ("rx(9**9**9) q[0];", 3, "has no value"),
        ("rx(1e999) q[0];", 3, "not finite"),
        ("rx(1im) q[0];", 3, "only numbers"),
        ("x[10ns] q[0];", 3, "duration"),
        ("ctrl @ x q[0], q[1];", 3, "modifiers"),
        ("qubit[2] r;", 3, "Only 1 qubit register"),
        ("bit b;\nbit c;", 4, "Only 1 classical register"),
        ("bit[2] b;\nb[0] = measure q[0];\nx q[0];", 5, "measured qubits [0]"),
        ("bit[2] b;\nb[0] = measure q[0];\nb[1] = measure q[0];", 5, "a second time"),
        ("bit[2] b;\nb[0] = measure q[0];\nb[0] = measure q[1];", 5, "written a second time"),
        ("bit[2] b;\nb[0] = measure q[0];\nmeasure q[1];", 5, "cannot be mixed"),
        ("bit[3] b;\nb = measure q;", 4, "2 qubits cannot be measured into 3 bits"),
        ("bit[2] b;\nb[5] = measure q[0];", 4, "out of range"),
        ("bit b;\nb[0] = measure q[0];", 4, "single bit cannot be indexed"),
        ("bit[2] b;\nb |= measure q;", 4, "'|='"),
        ("c = measure q;", 3, "'c' is not declared"),
        ('include "stdgates.inc";', 3, "include is not supported"),
        ("input float a;", 3, "Missing input variable 'a'"),
        ("gate g a { x a; }", 3, "local simulator"),
        ("for int i in [0:1000000000] { x q[0]; }", 3, "local simulator"),
        ("while (true) { x q[0]; }", 3, "local simulator"),
        ("if (true) { x q[0]; }", 3, "local simulator"),
        ("def f(qubit a) { x a; }", 3, "local simulator"),
        ("const int n = 1;", 3, "local simulator"),
        ("reset q[0];", 3, "local simulator"),
        ("let a = q;", 3, "local simulator"),
        ("end;", 3, "not supported"),
        ("h $0;", 3, "physical qubits"),
        ("@hint\nh q;", 3, "annotations"),
        ("box { x q[0]; }", 3, "must be preceded"),
        ("#pragma braket noise bit_flip(0.1) q[0]", 3, "noise pragmas are not computed"),
        ("#pragma braket result probability", 3, "result pragmas are not computed"),
        ("#pragma braket magic", 3, "unknown pragma"),
        ("#pragma other", 3, "unknown pragma"),
        ("#pragma braket unitary([[1, 0], [0, 2]]) q[0]", 3, "not unitary"),
        ("#pragma braket unitary([[1, 0], [0, nan]]) q[0]", 3, "is written"),
        ("#pragma braket unitary([[1, 0], [0, 1+-1]]) q[0]", 3, "'1+-1' is not a complex number"),
        ("#pragma braket unitary([[1, 0], [0, 1e999]]) q[0]", 3, "not a complex number"),
        ("#pragma braket unitary([[1, 0, 0], [0, 1, 0]]) q[0]", 3, "of one length"),
        ("#pragma braket unitary([[1, 0], [0, 1]]) q", 3, "does not act on 2 qubits"),
        ("#pragma braket unitary([[1, 0], [0, 1]]) q[0]; x q[1]", 3, "ends with its qubits"),
        ("#pragma braket unitary([[1, 0], [0, 1]]) (1) q[0]", 3, "ends with its qubits"),
        ("#pragma braket unitary q[0]", 3, "is written"),
        ("#pragma braket unitary([[1, 0], [0, 1]]) r[0]", 3, "'r' is not declared"),
        ("#pragma braket unitary([[1, 0], [0, 1]]) q[9]", 3, "out of range"),
        ("#pragma braket unitary([[1, 0], [0, 1]]) q[", 3, "column"),
        ("h q[0]", 4, "column"),
        ("rx( q[0];", 3, "column"),
        ("h q[0];\n\n  ?", 5, "column 3"),
    ],
)
def test_refusals_name_the_line(body: str, line: int, says: str) -> None:
    """A program that a device refuses taken, or refused without its line."""
    message = words(f"{HEAD}{body}\n")
    assert message.startswith(f"[line {line}] ")
    assert says in message


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("h q[0];", "Qubit register q has unused qubits q[1]."),
        ("bit[2] b;\nh q;\nb[0] = measure q[0];", "requires all qubits in the program to be measured"),
    ],
)
def test_simulators_want_all_qubits(body: str, says: str) -> None:
    """What Amazon's simulators refuse: qubits left out, or not measured."""
    assert says in words(HEAD + body)


@pytest.mark.parametrize(
    ("text", "machine", "says"),
    [
        ("OPENQASM 2.0;\nqreg q[1];\nh q;\n", "sv1", "not OpenQASM 3"),
        ("OPENQASM 3.0;\n", "sv1", "uses no qubits"),
        ("qubit[35] q;\nh q;\n", "sv1", "35 qubits are declared"),
        ("qubit[0] q;\n", "sv1", "0 qubits are declared"),
        ("qubit[99999999999999999999] q;\nh q;", "sv1", "are declared"),
        ("h $108;", "cepheus", "has no qubit $108"),
        ("h $99999999999999999999;", "cepheus", "has no qubit"),
        ("qubit[2] q;\ncnot q[0], $1;", "cepheus", "mixes physical qubits"),
        ("h $1;\nqubit[2] q;", "cepheus", "mixes physical qubits"),
        ("qubit q;\nh q;\nmeasure q;", "cepheus", "a classical bit for every measurement"),
        ("qubit q;\nv q;", "cepheus", "'v' is not a supported operation"),
        ("#pragma braket verbatim\nbox { rx(1) $0; h $0; }", "cepheus", "'h' is not a native gate"),
        ("#pragma braket verbatim\nbox { cz $0, $20; }", "cepheus", "has unconnected qubits 0 and 20"),
        ("#pragma braket verbatim\nbox { cz $7, $8; }", "cepheus", "has unconnected qubits 7 and 8"),
        ("qubit q;\n#pragma braket verbatim\nbox { rx(1) q; }", "cepheus", "Physical qubits are required"),
        ("#pragma braket verbatim\nrx(1) $0;", "cepheus", "must be followed by a box"),
        ("rx(1) $0;\n#pragma braket verbatim\n", "cepheus", "must be followed by a box"),
        ("#pragma verbatim\nbox { rx(1) $0; }", "cepheus", 'must include "braket"'),
        ("#pragma braket verbatim\nbox[1ns] { rx(1) $0; }", "cepheus", "duration of a box"),
        ("bit b;\n#pragma braket verbatim\nbox { b = measure $0; }", "cepheus", "gates only"),
        ("#pragma braket unitary([[0, 1], [1, 0]]) $0\n", "cepheus", "unitary pragmas are not supported"),
        ("#pragma braket verbatim\nbox { gpi(1) $0; }\nx $1;\n", "forte", "one verbatim box"),
        ("qubit[2] q;\ncz q[0], q[1];", "forte", "'cz' is not a supported operation"),
        ("qubit[2] q;\nbit[2] b;\nh q;\nb[1] = measure q[1];", "forte", "all qubits in the program to be measured"),
    ],
)
def test_devices_have_rules_of_their_own(text: str, machine: str, says: str) -> None:
    """A rule of one device applied to another, or to none."""
    assert says in words(text, machine)


@pytest.mark.parametrize(
    "text",
    [
        HEAD + "rx(" + "(" * 100_000,
        HEAD + "rx(" + "-" * 100_000 + "1) q[0];",
        HEAD + "rx(" + "1+" * 100_000 + "1) q[0];",
        HEAD + "rx(" + "(" * 400 + "1" + ")" * 400 + ") q[0];",
        HEAD + "rx(" + "9" * 100_000 + ") q[0];",
        HEAD + "x q[" + "9" * 5000 + "];",
        HEAD + "if (true) {" * 5000,
        HEAD + "x q" + "[" * 50_000,
        HEAD + "#pragma braket unitary(" + "[" * 50_000 + ") q[0]\n",
        HEAD + "#pragma braket unitary" + " " * 200_000 + "\n",
        HEAD + "#pragma braket unitary([[" + "],[" * 200_000 + "]] q\n",
        "bit[999999999] b;\nqubit[2] q;\nb = measure q;",
        'include "' + "a" * 100_000,
        "/*" * 50_000,
        "{" * 50_000,
        "\x00",
        "x" * ((1 << 20) + 1),
    ],
    ids=range(17),
)
def test_hostile_programs_are_refused_soon(text: str) -> None:
    """Memory or minutes spent on a program that says nothing."""
    assert len(words(text)) < 400  # without the guards these take minutes or hours


def test_wide_and_entangled_programs_are_refused_at_once() -> None:
    """34 qubits in a state vector are 256 GiB."""
    pairs = "".join(f"cphaseshift({i + j}.5) q[{i}], q[{j}];\n" for i in range(34) for j in range(i))
    with pytest.raises(ExecutionRefused, match="too many for a state vector"):
        execute(Order("aws.sim.sv1", "BRAKET_OPEN_QASM_V3", f"qubit[34] q;\nh q;\n{pairs}h q;\n", {}, 100, 1))


VALID = [
    "OPENQASM 3.0;\nbit[2] b;\nqubit[2] q;\nh q[0];\ncnot q[0], q[1];\nb[0] = measure q[1];\nb[1] = measure q[0];\n",
    "OPENQASM 3;\nqubit[2] q;\nrx(pi/2) q;\n#pragma braket unitary([[0, 1im], [1im, 0]]) q[1]\nmeasure q;\n",
    "OPENQASM 3.0;\nbit[1] b;\n#pragma braket verbatim\nbox {\nrx(0.5) $0;\ncz $0, $1;\n}\nb[0] = measure $0;\n",
]


@pytest.mark.parametrize("seed", range(60))
def test_damaged_programs_are_read_or_refused(seed: int) -> None:
    """Anything but a refusal from a program with pieces missing, doubled or swapped."""
    chance = random.Random(seed)
    text = list(chance.choice(VALID))
    for _ in range(chance.randint(1, 4)):
        at, other = chance.randrange(len(text)), chance.randrange(len(text))
        match chance.randrange(4):
            case 0:
                del text[at : at + chance.randint(1, 6)]
            case 1:
                text[at:at] = text[other : other + chance.randint(1, 8)]
            case 2:
                text[at], text[other] = text[other], text[at]
            case _:
                text.insert(at, chance.choice(';{}[](),=$#@*-/"\\\n 019eπ\ud800qbx'))
        text = text or ["x"]
    for machine in DEVICES.values():
        with contextlib.suppress(ExecutionRefused):
            assert read("".join(text), machine).measured


WORDS = [
    "q",
    "b",
    "[",
    "]",
    "(",
    ")",
    "{",
    "}",
    ";",
    ",",
    "=",
    "+",
    "-",
    "**",
    "/",
    "@",
    "0",
    "1",
    "2.5",
    "$0",
    "x ",
    "rx",
]
WORDS += [
    "cnot ",
    "measure ",
    "qubit",
    "bit",
    "box",
    "#pragma braket verbatim\n",
    "if",
    "for",
    "pi",
    "->",
    "inv ",
    "\n",
]
WORDS += ["input ", "U", "let "]


@settings(max_examples=200)
@given(st.lists(st.sampled_from(WORDS), max_size=25))
def test_any_words_are_read_or_refused(pieces: list[str]) -> None:
    """Anything but a refusal from words of the language in any order."""
    for text in ("".join(pieces), HEAD + "".join(pieces)):
        with contextlib.suppress(ExecutionRefused):
            assert read(text, CEPHEUS).measured
