"""QIR that breaks a rule: of the language, of its own profile, or of the target's."""

from __future__ import annotations

import re
from typing import Any

import pytest
from tests.local.engine.modules import ADAPTIVE, BELL, FLOATS, JOB, SAMPLED, call, module, q, r, record

from qrelay.local.execution import ExecutionRefused


def changed(old: str, new: str) -> str:
    text = module(BELL, qubits=2, results=2)
    assert old in text
    return text.replace(old, new)


FLOAT_SUM = "  %a = fadd double 1.0, 2.0\n"
REFUSED: dict[str, tuple[str | bytes, str, str]] = {
    "no text": (b"\xff\xfe\x00", "InvalidInputData", "not text"),
    "broken bitcode": (b"BC\xc0\xde1234", "CompilationError", "bitcode"),
    "something else": ("OPENQASM 2.0;", "CompilationError", "line 1"),
    "no entry point": (changed('"entry_point" ', ""), "InvalidInputData", "entry point"),
    "no profile": (changed('"qir_profiles"="base_profile" ', ""), "CompilationError", "qir_profiles"),
    "full profile": (changed('"base_profile"', '"full"'), "CompilationError", "'full'"),
    "no size": (changed('"required_num_qubits"="2" ', ""), "CompilationError", "required_num_qubits"),
    "no flags": (changed("!llvm.module.flags = !{!0, !1, !2, !3}", ""), "CompilationError", "qir_major_version"),
    "dynamic qubits": (changed('dynamic_qubit_management", i1 false', 'dynamic_qubit_management", i1 true'),
                       "CompilationError", "dynamic_qubit_management"),
    "qubit outside": (changed('num_qubits"="2"', 'num_qubits"="1"'), "CompilationError", "qubit 1 is used"),
    "result outside": (changed('num_results"="2"', 'num_results"="1"'), "CompilationError", "result 1 is used"),
    "undeclared": (changed("declare void @__quantum__qis__cx__body", "declare void @other"), "CompilationError",
                   "line 7: @__quantum__qis__cx__body is called but not declared"),
    "unknown call": (changed("qis__cx__body", "qis__iswap__body"), "CompilationError",
                     "line 7: @__quantum__qis__iswap"),
    "declared otherwise": (changed("declare void @__quantum__qis__cx__body(%Qubit*, %Qubit*)",
                                   "declare void @__quantum__qis__cx__body(%Qubit*)"), "CompilationError", "line 7"),
    "too few arguments": (module(call("cx", q(0)), qubits=1, results=0), "CompilationError", "takes 2 arguments"),
    "qubit for a result": (module(call("m", q(0), q(0)), qubits=1, results=1), "CompilationError",
                           "must be a %Result*"),
    "one qubit twice": (module(call("cx", q(0), q(0)), qubits=1, results=0), "CompilationError", "twice"),
    "python's float": (module(call("rx", "double 1e-05", q(0)), qubits=1, results=0), "CompilationError", "line 6"),
    "whole number": (module(call("rx", "double 1", q(0)), qubits=1, results=0), "CompilationError", "'1'"),
    "not a number": (module(call("rx", "double 0x7FF8000000000000", q(0)), qubits=1, results=0), "CompilationError",
                     "finite"),
    "gate after measurement": (module("\n".join([call("m", q(0), r(0)), call("x", q(0))]), qubits=1, results=1),
                               "CompilationError", "line 7: the base profile"),
    "reset": (module(call("reset", q(0)), qubits=1, results=0), "CompilationError", "no reset"),
    "reading in base": (module(f"  %a = call i1 @__quantum__rt__read_result({r(0)})", qubits=1, results=1),
                        "CompilationError", "line 6: the base profile"),
    "short array": (module(record(0, 1).replace("i64 2", "i64 3"), qubits=1, results=2), "CompilationError", "lacks"),
    "adaptive on rigetti": (changed("base_profile", "adaptive_profile"), "CompilationError", "takes Base only"),
    "too many qubits": (module("", qubits=21, results=0), "InvalidInputData", "the target has 20"),
    "never closed": (changed("ret void\n}", "ret void"), "CompilationError", "line"),
    "no end": (changed("  ret void\n", ""), "CompilationError", "has no end"),
    "arguments": (changed("@ENTRYPOINT__main()", "@ENTRYPOINT__main(i64 %n)"), "InvalidInputData", "takes arguments"),
    "defined twice": (changed("declare void @__quantum__qis__cx__body", "declare void @__quantum__qis__ry__body"),
                      "CompilationError", "defined twice"),
    "jump nowhere": (changed("  ret void", "  br label %nowhere"), "CompilationError", "'nowhere'"),
    "endless": (changed("  ret void", "  br label %entry"), "CompilationError", "never ends"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_refusals_name_the_place(name: str, run: Any) -> None:
    """A module that breaks a rule of QIR is run as if it did not."""
    data, code, words = REFUSED[name]
    with pytest.raises(ExecutionRefused) as caught:
        run(data, num_qubits=20, **SAMPLED)
    assert caught.value.code == code
    assert words in caught.value.message


ADAPTIVE_REFUSED = {
    "floats on h2": (FLOAT_SUM, ADAPTIVE, "floating-point"),
    "division by zero": ("  %a = sdiv i64 1, 0\n", ADAPTIVE, "division by zero"),
    "overflow": ("  %a = fmul double 1.0e300, 1.0e300\n", FLOATS, "not a finite number"),
    "floats compared as integers": ("  %a = icmp ult double 1.0, 2.0\n", FLOATS, "of type double"),
    "integers without bits": ("  %a = add i0 1, 1\n", ADAPTIVE, "i1 to i128 here, not of type i0"),
    "integers that fill the memory": ("  %a = add i99999999999 1, 1\n", ADAPTIVE, "line 6: whole numbers"),
    "widening that fills the memory": ("  %a = zext i8 1 to i999999999\n", ADAPTIVE, "line 6: whole"),
    "integers larger than a float": ("  %a = uitofp i4096 -1 to double\n", FLOATS, "line 6: whole numbers"),
    "an address recorded": (("  %a = select i1 true, i8* null, i8* null\n  call void @__quantum__rt__int_record_output("
                             "i64 %a, i8* null)\n"), ADAPTIVE, "addresses"),
    "undefined": ("  %a = add i64 %b, 1\n", ADAPTIVE, "%b has no value"),
    "unknown instruction": ("  %a = alloca i64\n", ADAPTIVE, "'alloca'"),
    "a loop without end": ("  %a = add i64 1, 1\n  br label %on\non:\n  %b = add i64 1, 1\n  br label %on\nend:\n",
                           ADAPTIVE, "does not end"),
}  # fmt: skip


@pytest.mark.parametrize("name", ADAPTIVE_REFUSED)
def test_refusals_of_adaptive_modules(name: str, run: Any) -> None:
    """What a target cannot compute is computed all the same."""
    body, job, words = ADAPTIVE_REFUSED[name]
    with pytest.raises(ExecutionRefused, match=re.escape(words)) as caught:
        run(module(body, qubits=1, results=0, profile="adaptive_profile"), **job)
    assert caught.value.code == "CompilationError"
    if name == "floats on h2":
        body += "  call void @__quantum__rt__double_record_output(double %a, i8* null)"
        text = module(body, qubits=1, results=0, profile="adaptive_profile")
        assert run(text, params={"shots": 1}, **FLOATS)["Results"][0]["Shots"] == [3.0]


@pytest.mark.parametrize(
    ("provider", "target", "base", "ints", "floats"),
    [
        ("ionq", "ionq.simulator", True, False, False),
        ("ionq", "ionq.qpu.forte-1", True, False, False),
        ("rigetti", "rigetti.sim.qvm", True, False, False),
        ("quantinuum", "quantinuum.sim.h2-1sc", True, True, False),
        ("quantinuum", "quantinuum.qpu.helios-1", True, True, True),
    ],
)
def test_targets_take_their_profile(provider: str, target: str, base: bool, ints: bool, floats: bool, run: Any) -> None:
    """A module of a richer profile runs on a target that cannot run it."""
    sums = ["", "  %a = add i64 1, 2\n", FLOAT_SUM]
    for body, profile, taken in zip(
        sums, ["base_profile", "adaptive_profile", "adaptive_profile"], [base, ints, floats], strict=True
    ):
        text = module(body, qubits=1, results=0, profile=profile)
        fields = JOB | {"provider": provider, "target": target, "params": {"shots": 1}}
        if taken:
            assert len(run(text, **fields)["Results"][0]["Shots"]) == 1
        else:
            with pytest.raises(ExecutionRefused):
                run(text, **fields)
