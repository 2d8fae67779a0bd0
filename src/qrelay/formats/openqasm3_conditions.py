"""Classical conditions in OpenQASM 3, said so that all readers agree.

They do not about the lowest bit of a register that is compared with a number (Qiskit's importer takes index 0 for it,
the QDK the highest index), nor whether arithmetic wraps at a number's width (the specification says so; the QDK does
not). So registers are never compared: conditions name single bits, numbers are put together from them, lowest first,
and what may outgrow its width is cut by a mask, which changes nothing where it wraps.

Source: openqasm.com, version 3.0, "Types and Casting" and "Classical instructions".
"""

from __future__ import annotations

from collections.abc import Mapping

from qrelay.formats.truth import bits_of
from qrelay.program.control import BitIs, Condition, Expression, RegisterIs

__all__ = ["CannotSay", "conjunction", "number", "truth"]

_WIDEST = 62
"""Bits of a number that is worked out: readers have signed integers of 64 bits for it."""

_COMPARISONS = {
    "equal": "==",
    "not_equal": "!=",
    "less": "<",
    "less_equal": "<=",
    "greater": ">",
    "greater_equal": ">=",
}
_LOGIC = {"and": "&&", "or": "||", "bit_and": "&&", "bit_or": "||", "bit_xor": "!="}
_BITWISE = {"bit_and": "&", "bit_or": "|", "bit_xor": "^"}
_GROWING = {"add": "+", "sub": "-", "mul": "*"}


class CannotSay(Exception):
    """Why the condition cannot be written."""


def conjunction(condition: Condition, bits: Mapping[int, str]) -> list[str] | None:
    """A comparison with a number as what must hold of single bits; None for other conditions.

    `bits` are the program's bits as they stand in the text.
    """
    if isinstance(condition, BitIs):
        return [_bit(bits[condition.bit], condition.value)]
    if isinstance(condition, RegisterIs):
        if condition.value >> len(condition.bits):
            return ["false"]
        return [_bit(bits[bit], condition.value >> place & 1) for place, bit in enumerate(condition.bits)]
    return None


def truth(condition: Condition, bits: Mapping[int, str]) -> str:
    """A condition, in brackets where it needs them inside another one. Raises CannotSay."""
    parts = conjunction(condition, bits)
    if parts is not None:
        return f"({' && '.join(parts)})" if len(parts) > 1 else "".join(parts) or "true"
    assert isinstance(condition, Expression)
    return _truth(condition, bits)


def number(node: Expression, bits: Mapping[int, str]) -> str:
    """An unsigned number, in brackets where it needs them. Raises CannotSay."""
    name, width = node.operator, node.width
    if width > _WIDEST:
        raise CannotSay(f"works out a number of {width} bits, and readers have no more than {_WIDEST} for it")
    if name == "bits":
        return _joined([f"(uint[{width}]({bits[int(bit)]}) << {i})" for i, bit in enumerate(node.operands)], "|")  # type: ignore[arg-type] # operands of `bits` are indices
    if name == "const":
        return str(int(node.operands[0]))  # type: ignore[arg-type] # a constant's operand is a number
    inner = [operand for operand in node.operands if isinstance(operand, Expression)]
    if name == "cast":
        return _cast(inner[0], width, bits)
    if name == "invert":
        return f"({number(inner[0], bits)} ^ {(1 << width) - 1})"
    if name in ("shift_left", "shift_right"):
        return _shifted(name, inner[0], inner[1], width, bits)
    if name in _BITWISE:
        return f"({number(inner[0], bits)} {_BITWISE[name]} {number(inner[1], bits)})"
    if name == "mul" and sum(operand.width for operand in inner) > _WIDEST:
        raise CannotSay(f"multiplies numbers of {inner[0].width} and {inner[1].width} bits")
    if name in _GROWING:
        return f"(({number(inner[0], bits)} {_GROWING[name]} {number(inner[1], bits)}) & {(1 << width) - 1})"
    if name == "div":
        if inner[1].operator != "const" or not inner[1].operands[0]:
            raise CannotSay("divides by a number that may be zero")
        return f"({number(inner[0], bits)} / {number(inner[1], bits)})"
    raise CannotSay(f"works out {name!r}, which qrelay does not know")


def _truth(node: Expression, bits: Mapping[int, str]) -> str:
    name = node.operator
    if node.width:
        return f"({number(node, bits)} != 0)"
    if name == "bit":
        return _bit(bits[int(node.operands[0])], True)  # type: ignore[arg-type] # the operand of `bit` is an index
    if name == "const":
        return "true" if node.operands[0] else "false"
    inner = [operand for operand in node.operands if isinstance(operand, Expression)]
    if name in ("not", "invert"):
        return f"!{_truth(inner[0], bits)}"
    if name == "cast":
        return _truth(inner[0], bits)
    if name == "index":
        place = inner[1].operands[0]
        if inner[1].operator == "const" and inner[0].operator == "bits" and int(place) < inner[0].width:  # type: ignore[arg-type]
            return _bit(bits[int(inner[0].operands[int(place)])], True)  # type: ignore[arg-type] # indices, both
        amount = number(inner[1], bits)
        return f"((({_to_shift(inner[0], amount, bits)} >> {amount}) & 1) != 0)"
    if name in _COMPARISONS and any(operand.width for operand in inner):
        return f"({number(inner[0], bits)} {_COMPARISONS[name]} {number(inner[1], bits)})"
    if name in ("equal", "not_equal", "bit_xor"):
        return f"(bool({_truth(inner[0], bits)}) {_COMPARISONS.get(name, '!=')} bool({_truth(inner[1], bits)}))"
    if name in _LOGIC:
        return f"({_truth(inner[0], bits)} {_LOGIC[name]} {_truth(inner[1], bits)})"
    raise CannotSay(f"decides by {name!r}, which qrelay does not know")


def _bit(text: str, value: int) -> str:
    return text if value else f"!{text}"


def _joined(parts: list[str], sign: str) -> str:
    return f"({f' {sign} '.join(parts)})" if len(parts) != 1 else parts[0]


def _cast(inner: Expression, width: int, bits: Mapping[int, str]) -> str:
    if not inner.width:
        return f"uint[{width}]({_truth(inner, bits)})"
    text = f"uint[{max(width, inner.width)}]({number(inner, bits)})"
    return f"({text} & {(1 << width) - 1})" if width < inner.width else text


def _shifted(name: str, value: Expression, by: Expression, width: int, bits: Mapping[int, str]) -> str:
    """Shifts by more than there is leave nothing, which not every reader knows."""
    if by.operator == "const":
        distance = int(by.operands[0])  # type: ignore[arg-type] # a constant's operand is a number
        if distance >= width:
            return "0"
        amount = str(distance)
    else:
        if width + (1 << by.width) - 1 > _WIDEST:
            raise CannotSay(f"shifts {width} bits by a number of {by.width} bits")
        amount = number(by, bits)
    text = _to_shift(value, amount, bits)
    if name == "shift_right":
        return f"({text} >> {amount})"
    return f"(({text} << {amount}) & {(1 << width) - 1})"


def _to_shift(value: Expression, amount: str, bits: Mapping[int, str]) -> str:
    """A number that is shifted. The QDK takes what it shifts a known number by for known too, and refuses it if it is
    not, so that a known number is put together with some of what is not known."""
    text = number(value, bits)
    if bits_of(value) or amount.isdecimal():
        return text
    return f"(({amount} & 0) | {text})"
