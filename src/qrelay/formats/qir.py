"""`qir.v1`: QIR 1.0, in the least profile that can say the program or in the one that is asked for.

Results are recorded registers last to first, each from its highest bit down, a tuple of arrays if there are several
groups, exactly one record for each classical bit. Read from left to right, the answer is then Qiskit's bit string.

Sources: QIR base and adaptive profile (github.com/qir-alliance/qir-spec); the names of the calls are those that the
QDK's simulator and the recorded modules of azure-quantum share.
"""

from __future__ import annotations

from typing import Any

from qrelay.errors import InvalidOption, UnsupportedCircuit
from qrelay.formats.numbers import refuse_infinite
from qrelay.formats.qir_adaptive import write_operations
from qrelay.formats.qir_calls import ENTRY_POINT, GATES, PROFILES
from qrelay.formats.qir_text import Text
from qrelay.formats.straight import Straight, straight
from qrelay.program import Program
from qrelay.program.control import unroll
from qrelay.program.lowering import lower
from qrelay.program.operations import BLOCKS

__all__ = ["ENTRY_POINT", "GATES", "write"]


def write(
    program: Program, *, profile: str | None = None, max_profile: str | None = None, bitcode: bool = False
) -> bytes:
    """Write a program as a QIR module.

    Args:
        program: to be written.
        profile: "base", "adaptive_ri" or "adaptive_rif", to insist on one. A base program is also one of the others.
        max_profile: the most that the target takes; the least profile that can say the program is written, which is
            the base profile or Adaptive_RI: no Program computes with the floating-point numbers that RIF adds.
        bitcode: LLVM's binary form in place of text, made by pyqir (extra `bitcode`).

    In the base profile measurements stand at the end; a qubit that is measured into several bits is measured once and
    its result recorded for each of them. The adaptive profiles keep measurements and resets where they are, and say
    control flow by forward branches; see `qrelay.formats.qir_adaptive`. A bit that nothing is measured into is recorded
    too, and reads zero. Barriers, delays and the global phase are left out: no measurement of an ideal machine can see
    them.

    Raises:
        InvalidOption: an unknown profile, or one above `max_profile`; bitcode without pyqir.
        UnsupportedCircuit: names the operation and its index; see `straight` for the base profile's rules.
    """
    asked, most = _rank(profile, "profile"), _rank(max_profile, "max_profile")
    if asked is not None and most is not None and asked > most:
        raise InvalidOption(
            f"profile={profile!r} is more than the target takes, which is {PROFILES[most]}. Leave profile out.",
            option="profile",
        )
    most = len(PROFILES) - 1 if most is None else most
    code: Any = _bitcode() if bitcode else Text()
    lowered = lower(unroll(program), GATES, where="qir.v1")
    parts = None
    if not asked:
        parts = _straight(lowered, may_fail=asked is None and most > 0)
        asked = 0 if parts is not None else 1
    try:
        if parts is not None:
            results = _base(parts, code)
        else:
            results = {}
            write_operations(lowered, code)
        written = code.finish(program.layout, results, PROFILES[asked])
    except ArithmeticError:
        refuse_infinite(program, GATES)
        raise
    if isinstance(written, bytes):
        return written
    if "(double 0x7ff" in written or "(double 0xfff" in written:
        refuse_infinite(program, GATES)
    data: bytes = written.encode()
    return data


def _rank(profile: str | None, option: str) -> int | None:
    if profile is None:
        return None
    name = str(profile).lower().replace("-", "_")
    if name not in PROFILES:
        raise InvalidOption(f"{option}={profile!r} is none of QIR's: give {', '.join(PROFILES)}.", option=option)
    return PROFILES.index(name)


def _bitcode() -> Any:
    from qrelay.formats.qir_bitcode import Bitcode

    return Bitcode()


def _straight(lowered: Program, *, may_fail: bool) -> Straight | None:
    """The program as the base profile has it; None if it cannot and may fail."""
    if may_fail and not BLOCKS.isdisjoint(lowered.names):
        return None
    try:
        return straight(lowered, GATES, "the base profile of qir.v1")
    except UnsupportedCircuit:
        if may_fail:
            return None
        raise


def _base(parts: Straight, code: Any) -> dict[int, int]:
    """Gates, then one measurement for each measured qubit, into the lowest of its bits; the result of each bit."""
    results = {}
    first_result: dict[int, int] = {}
    for bit in sorted(parts.measured):
        results[bit] = first_result.setdefault(parts.measured[bit], bit)
    code.gates(parts.gates)
    for qubit, result in first_result.items():
        code.measure(qubit, result)
    return results
