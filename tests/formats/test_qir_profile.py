"""The checker of QIR profiles, on modules of three producers and on modules that were broken by hand, one rule each."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.formats.forms import FORMS, program

from qrelay.errors import InvalidOption, UnsupportedCircuit
from qrelay.formats import encode
from qrelay.formats.qir_profile import Violation, check_profile

PROFILES = ("base", "adaptive_ri", "adaptive_rif")
BASE = encode(FORMS["for"], "qir.v1").data.decode()
ADAPTIVE = encode(FORMS["switch on a sum"], "qir.v1").data.decode()
RIF = encode(FORMS["if"], "qir.v1", profile="adaptive_rif").data.decode()


def _said(text: str, profile: str) -> str:
    return "; ".join(map(str, check_profile(text, profile)))


@pytest.mark.parametrize("form", FORMS)
def test_our_modules_keep_their_profile_and_those_above(form: str) -> None:
    data = encode(FORMS[form], "qir.v1").data
    held = [profile for profile in PROFILES if not check_profile(data, profile)]
    assert held == list(PROFILES if b'"base_profile"' in data else PROFILES[1:])


SOURCES = {
    "straight": (
        (
            "operation Main() : (Result[], Result) { use q = Qubit[3]; H(q[0]); CNOT(q[0], q[1]); Rx(0.3, q[2]);"
            " (MResetEachZ(q[0..1]), MResetZ(q[2])) }"
        ),
        PROFILES,
    ),
    "branches and sums": (
        (
            "operation Main() : (Result, Int, Bool) { use q = Qubit[3]; H(q[0]); let r = M(q[0]); mutable n = 0;"
            " if r == One { X(q[1]); n = 3; } else { H(q[2]); }"
            " for i in 1..3 { H(q[1]); if M(q[1]) == One { n += 1; }} if n > 2 { X(q[2]); } ResetAll(q); (r, n, n > 2)}"
        ),
        PROFILES[1:],
    ),
    "floating-point": (
        (
            "operation Main() : Result[] { use q = Qubit[2]; mutable a = 0.3; mutable n = 1; H(q[0]);"
            " if M(q[0]) == One { a = a * 2.0; n = 3; X(q[0]); } H(q[1]); if M(q[1]) == One { a = a + 0.1; }"
            " Rx(a / 3.0, q[1]); MResetEachZ(q) }"
        ),
        PROFILES[2:],
    ),
}


@pytest.mark.parametrize("source", SOURCES)
def test_modules_of_the_qdks_compiler(source: str) -> None:
    """Each is compiled for every profile that can say it, and keeps that one and those above, and none below."""
    pytest.importorskip("qdk")
    from qdk import TargetProfile, init, qsharp

    names = dict(zip(PROFILES, ("Base", "Adaptive_RI", "Adaptive_RIF"), strict=True))
    text, able = SOURCES[source]
    for profile in able:
        init(target_profile=getattr(TargetProfile, names[profile]))
        qsharp.eval(text)
        module = str(qsharp.compile("Main()"))
        held = [name for name in PROFILES if not check_profile(module, name)]
        assert held == list(PROFILES[PROFILES.index(profile) :]), _said(module, profile)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _texts(inner)


def test_modules_that_the_services_sdk_really_sent(shared: Path) -> None:
    found = 0
    for path in sorted((shared / "fixtures" / "azure").glob("*.json")):
        for text in _texts(json.loads(path.read_text())):
            if "attributes #0" in text:
                found += 1
                assert [check_profile(text, profile) for profile in PROFILES] == [[], [], []]
    assert found >= 3


def test_opaque_pointers_and_bitcode_are_read_alike() -> None:
    pyqir = pytest.importorskip("pyqir")
    for form, text in (("for", BASE), ("switch on a sum", ADAPTIVE)):
        module = pyqir.Module.from_ir(pyqir.Context(), text)
        opaque = str(module)
        assert "inttoptr (i64 2 to ptr)" in opaque
        ours = encode(FORMS[form], "qir.v1", bitcode=True).data
        for profile in PROFILES:
            wanted = sorted(violation.what for violation in check_profile(text, profile))
            for other in (opaque, module.bitcode, ours):
                assert len(check_profile(other, profile)) == len(wanted)


RECORDS = "  call void @__quantum__rt__tuple_record_output"
X = "declare void @__quantum__qis__x__body(%Qubit*)"
CX = "declare void @__quantum__qis__cx__body(%Qubit*, %Qubit*)"


def call(name: str, what: str, kind: str = "void") -> str:
    return f"  call {kind} @__quantum__{name}({what})\n"


def qubit(number: int) -> str:
    return f"%Qubit* inttoptr (i64 {number} to %Qubit*)"


def adds(module: str, code: str, declared: str = "") -> str:
    """The module with code before its first record."""
    assert RECORDS in module
    return declares(module.replace(RECORDS, code + RECORDS, 1), declared)


def declares(module: str, declared: str) -> str:
    return module.replace("attributes #0", f"{declared}\n\nattributes #0", 1)


def swaps(module: str, old: str, new: str = "") -> str:
    assert old in module
    return module.replace(old, new, 1)


TURN = "declare void @__quantum__qis__rx__body(double, %Qubit*)"
LOOP = "  br label %a\na:\n  br label %b\nb:\n  br i1 true, label %a, label %c\nc:\n"
OWN = "define void @own(%Qubit* %q) {\nentry:\n  ret void\n}"
INTS = '"int_computations", !{!"i64"}'
DYNAMIC = '"dynamic_qubit_management", i1 '

# profile; a module that keeps it but for one thing; what the checker says of it
BROKEN = {
    "a gate behind a measurement": (
        "base",
        adds(BASE, call("qis__x__body", qubit(0)), X),
        "called behind a measurement",
    ),
    "a gate behind a record": (
        "adaptive_ri",
        declares(swaps(ADAPTIVE, "  ret void\n", call("qis__x__body", qubit(0)) + "  ret void\n"), ""),
        "called behind a record",
    ),
    "a reset in base": (
        "base",
        declares(
            swaps(BASE, "block_0:\n", "block_0:\n" + call("qis__reset__body", qubit(0))),
            "declare void @__quantum__qis__reset__body(%Qubit*)",
        ),
        "resets a qubit",
    ),
    "a read in base": (
        "base",
        adds(
            BASE,
            "  %v =" + call("rt__read_result", "%Result* null", "i1")[1:],
            "declare i1 @__quantum__rt__read_result(%Result*)",
        ),
        "reads a result",
    ),
    "a condition in base": ("base", adds(BASE, "  br i1 true, label %a, label %a\na:\n"), "branches by a condition"),
    "arithmetic in base": ("base", adds(BASE, "  %v = add i64 1, 2\n"), "the instruction add"),
    "a branch back": (
        "adaptive_ri",
        adds(ADAPTIVE, "  br i1 true, label %block_0, label %a\na:\n"),
        "back to .*block_0",
    ),
    "a loop of two blocks": ("adaptive_ri", adds(ADAPTIVE, LOOP), "branches back to the block 'a'"),
    "a switch": (
        "adaptive_ri",
        adds(ADAPTIVE, "  switch i64 1, label %a [\n    i64 0, label %a\n  ]\na:\n"),
        "the instruction switch",
    ),
    "memory": ("adaptive_rif", adds(ADAPTIVE, "  %m = alloca i64\n"), "the instruction alloca"),
    "floats in RI": ("adaptive_ri", adds(ADAPTIVE, "  %f = fadd double 1.0, 2.0\n"), "the instruction fadd"),
    "a choice of floats in RI": (
        "adaptive_ri",
        adds(ADAPTIVE, "  %f = select i1 true, double 1.0, double 2.0\n"),
        "computes with floating-point numbers, which adaptive_ri",
    ),
    "floats that no flag announces": (
        "adaptive_rif",
        adds(swaps(RIF, "float_computations", "other"), "  %f = fadd double 1.0, 2.0\n"),
        "no module flag float_computations",
    ),
    "a variable angle in RI": (
        "adaptive_ri",
        adds(
            ADAPTIVE,
            "  %f = phi double [ 1.0, %block_0 ]\n" + call("qis__rx__body", "double %f, %Qubit* null"),
            TURN,
        ),
        "floating-point variable",
    ),
    "integers that no flag announces": (
        "adaptive_ri",
        swaps(ADAPTIVE, INTS, '"other", i1 false'),
        "no module flag int_comp",
    ),
    "a flag of floats in RI": (
        "adaptive_ri",
        swaps(ADAPTIVE, INTS, '"float_computations", !{!"double"}'),
        "float_computations announces",
    ),
    "a flag of loops": ("adaptive_ri", swaps(ADAPTIVE, INTS, '"backwards_branching", i2 1'), "announces loops"),
    "a qubit too many": (
        "base",
        swaps(BASE, "i64 1 to %Qubit*", "i64 3 to %Qubit*"),
        "qubit 3 is beyond .* which is 3",
    ),
    "a result too many": ("base", swaps(BASE, "i64 1 to %Result*", "i64 5 to %Result*"), "result 5 is beyond"),
    "a pointer that is computed": ("adaptive_ri", adds(ADAPTIVE, "  %p = inttoptr i64 1 to %Qubit*\n"), "inttoptr"),
    "a call of nobody's": (
        "adaptive_ri",
        adds(ADAPTIVE, "  call void @odd()\n", "declare void @odd()"),
        "@odd is not a call",
    ),
    "a qubit from the runtime": (
        "adaptive_ri",
        adds(
            ADAPTIVE,
            "  %q =" + call("rt__qubit_allocate", "", "%Qubit*")[1:],
            "declare %Qubit* @__quantum__rt__qubit_allocate()",
        ),
        "qubit_allocate is not a call",
    ),
    "an undeclared call": ("base", swaps(BASE, CX), "called and not declared"),
    "a call unlike its declaration": ("base", swaps(BASE, CX, CX.replace(", %Qubit*", "")), "does not match its"),
    "a function of its own": ("adaptive_ri", declares(ADAPTIVE, OWN), "@own is a function of the module's own"),
    "a measurement that is not marked": ("base", swaps(BASE, '"irreversible"', '"other"'), "lacks the attribute irrev"),
    "two returns": (
        "adaptive_ri",
        adds(ADAPTIVE, "  br i1 true, label %a, label %b\na:\n  ret void\nb:\n"),
        "returns at 2 places",
    ),
    "no profile": ("base", swaps(BASE, '"qir_profiles"="base_profile"'), "qir_profiles is ''"),
    "a profile of its own": ("base", swaps(BASE, "base_profile", "custom"), "qir_profiles is 'custom'"),
    "no number of qubits": ("base", swaps(BASE, '"required_num_qubits"="3"'), "required_num_qubits is missing"),
    "no labelling": ("base", swaps(BASE, '"output_labeling_schema"'), "output_labeling_schema is missing"),
    "no entry point": ("base", swaps(BASE, '"entry_point"'), "0 entry points"),
    "arguments": ("base", swaps(BASE, "MAIN()".replace("MAIN", "@ENTRYPOINT__main"), "@f(i64 %n)"), "takes arguments"),
    "another answer": ("base", swaps(BASE, "define void", "define double"), "returns double"),
    "no version": ("base", swaps(BASE, "qir_major_version", "other"), "qir_major_version is missing"),
    "qubits of the runtime": ("base", swaps(BASE, DYNAMIC + "false", DYNAMIC + "true"), "management is not false"),
    "a block that is missing": ("adaptive_ri", adds(ADAPTIVE, "  br label %no\na:\n"), "no block is called 'no'"),
    "a block without an end": ("adaptive_ri", adds(ADAPTIVE, "a:\n"), "does not end"),
    "initialized in the middle": (
        "base",
        adds(BASE, call("rt__initialize", "i8* null"), "declare void @__quantum__rt__initialize(i8*)"),
        "initializes in the middle",
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_what_breaks_a_profile_is_named(case: str) -> None:
    """Catches rules that the checker forgets: each module keeps its profile but for one thing."""
    profile, text, wanted = BROKEN[case]
    assert re.search(wanted, _said(text, profile)), _said(text, profile)


def test_brackets_inside_of_strings_hold_no_lines_together() -> None:
    """Catches a label such as `r[` that makes one line of the whole module, which is no module then."""
    assert check_profile('@0 = internal constant [3 x i8] c"r[\\00"\n' + BASE, "base") == []


def test_lines_are_counted_as_an_editor_does() -> None:
    lines = BASE.splitlines()
    at = next(number for number, line in enumerate(lines) if "m__body" in line)
    broken = "\n".join([*lines[: at + 1], call("qis__x__body", qubit(1)).rstrip(), *lines[at + 1 :]])
    (found,) = check_profile(declares(broken, X), "base")
    assert found == Violation(at + 2, "@__quantum__qis__x__body is called behind a measurement")


@pytest.mark.parametrize(
    "text", ["", "OPENQASM 3.0;", "define void @f() {\n", b"\xff\xfe", b"BC\xc0\xdenot bitcode", "define void @f( {\n}"]
)
def test_what_is_no_module_is_a_typed_error(text: Any) -> None:
    with pytest.raises(UnsupportedCircuit, match="no QIR module"):
        check_profile(text, "base")


def test_the_profile_is_checked() -> None:
    with pytest.raises(InvalidOption, match="profile"):
        check_profile(BASE, "full")


def test_a_long_chain_of_blocks_needs_no_recursion() -> None:
    operations = [*FORMS["if"].operations[:2], *([FORMS["if"].operations[2]] * 3000)]
    assert check_profile(encode(program(*operations), "qir.v1").data, "adaptive_ri") == []
