"""Classical conditions in QIR's adaptive profiles: results are read where they are needed, and decided by in branches.

A result keeps what was measured into it last, in whatever block that was, so no value has to be carried from block to
block. What is plain logic about bits needs branches only; numbers need the integer computations of Adaptive_RI.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any, NoReturn, TypeAlias

from qrelay.formats.qir_calls import Code
from qrelay.program.control import BitIs, Condition, Expression, RegisterIs

__all__ = ["Conditions"]

_Refuse: TypeAlias = Callable[[str], NoReturn]

_WIDEST = 63
"""Bits of the numbers that are computed with: what is beyond cannot be told from a negative i64."""

_COMPARISONS = {
    "equal": "eq", "not_equal": "ne", "less": "ult", "less_equal": "ule", "greater": "ugt", "greater_equal": "uge",
}  # fmt: skip
_BITWISE = {"bit_and": "and", "bit_or": "or", "bit_xor": "xor"}


class Conditions:
    """Writes conditions into code.

    Args:
        code: where to.
        written: the bits that some measurement before this point may have been made into; others read 0 for certain.
        refuse: raises the error for what the profile cannot say, given the words behind the operation's name.
    """

    def __init__(self, code: Code, written: Collection[int], refuse: _Refuse) -> None:
        self._code, self._written, self._refuse = code, written, refuse

    def known(self, condition: Condition) -> int | None:
        """The value, if no measurement can change it; truth values are 0 and 1."""
        if isinstance(condition, BitIs):
            return None if condition.bit in self._written else int(not condition.value)
        if isinstance(condition, RegisterIs):
            return self._known_equal(condition.bits, condition.value)
        return self._known_number(condition)

    def _known_equal(self, bits: tuple[int, ...], value: int) -> int | None:
        if value < 0 or value >> len(bits):
            return 0
        sure = [place for place, bit in enumerate(bits) if bit not in self._written]
        if any(value >> place & 1 for place in sure):
            return 0
        return 1 if len(sure) == len(bits) else None

    def _known_number(self, node: Expression) -> int | None:
        word, operands, width = node.operator, node.operands, node.width
        if word == "const":
            value = operands[0]
            assert isinstance(value, int)
            return int(value) & ((1 << width) - 1) if width else int(value)
        if word in ("bit", "bits"):
            return None if any(bit in self._written for bit in operands) else 0
        compared = _register_and_number(node)
        if compared is not None:
            found = self._known_equal(*compared)
            return found if found is None or word == "equal" else 1 - found
        values = [self._known_number(inner) for inner in operands if isinstance(inner, Expression)]
        if word == "and" and 0 in values:
            return 0
        if word == "or" and any(values):
            return 1
        if None in values or (word == "div" and values[-1] == 0):
            return None
        return _worked_out(word, [value for value in values if value is not None], width)

    def branch(self, condition: Condition, yes: Any, no: Any) -> None:
        """End the open block: go on at `yes` if the condition holds, else at `no`."""
        code = self._code
        if not code.open:
            return
        if isinstance(condition, Expression):
            condition = _one_bit(condition)
        known = self.known(condition)
        if known is not None:
            code.jump(yes if known else no)
        elif isinstance(condition, BitIs):
            read = code.read(condition.bit)
            code.branch(read, *((yes, no) if condition.value else (no, yes)))
        elif isinstance(condition, RegisterIs):
            self._compare_bits(condition.bits, condition.value, yes, no)
        else:
            self._branch(condition, yes, no)

    def compare(self, value: Expression, number: Any, label: int, yes: Any, no: Any) -> None:
        """End the open block: go on at `yes` if the value is `label`. `number` is what `number` gave for the value, and
        not looked at where the value is a register."""
        code = self._code
        if value.operator == "bits":
            self.branch(RegisterIs(tuple(bit for bit in value.operands if isinstance(bit, int)), label), yes, no)
        elif label < 0 or label >> max(1, value.width):
            code.jump(no)
        else:
            code.branch(code.compare("eq", number, code.constant(label)), yes, no)

    def _compare_bits(self, bits: tuple[int, ...], value: int, yes: Any, no: Any) -> None:
        """Bit by bit, out at the first that differs: any width, and no arithmetic."""
        code = self._code
        open_bits = [(bit, value >> place & 1) for place, bit in enumerate(bits) if bit in self._written]
        for count, (bit, wanted) in enumerate(open_bits, 1):
            on = yes if count == len(open_bits) else code.label()
            code.branch(code.read(bit), *((on, no) if wanted else (no, on)))
            if on is not yes:
                code.place(on)

    def _branch(self, node: Expression, yes: Any, no: Any) -> None:
        code = self._code
        word, operands = node.operator, node.operands
        inner = [operand for operand in operands if isinstance(operand, Expression)]
        compared = _register_and_number(node)
        if compared is not None:
            found = (yes, no) if word == "equal" else (no, yes)
            self._compare_bits(*compared, *found)
        elif word == "not" or (word == "invert" and not node.width):
            self.branch(inner[0], no, yes)
        elif word in ("and", "or"):
            on = code.label()
            self.branch(inner[0], *((on, no) if word == "and" else (yes, on)))
            code.place(on)
            self.branch(inner[1], yes, no)
        elif word == "cast" and not node.width:
            self.branch(inner[0], yes, no)
        elif word == "bits":
            bits = tuple(bit for bit in operands if isinstance(bit, int))
            self._compare_bits(bits, 0, no, yes)
        else:
            code.branch(self._truth(node), yes, no)

    def _truth(self, node: Expression) -> Any:
        """An i1: whether the node is true, or is a number other than zero."""
        code = self._code
        if node.operator == "bit":
            bit = node.operands[0]
            assert isinstance(bit, int)
            return code.read(bit)
        word = _COMPARISONS.get(node.operator)
        if word is not None:
            left, right = (self.number(inner) for inner in node.operands if isinstance(inner, Expression))
            return code.compare(word, left, right)
        return code.compare("ne", self.number(node), code.constant(0))

    def _bool(self, node: Expression) -> Any:
        """The i64 0 or 1 of a truth value, or of a number other than zero."""
        known = self._known_number(node)
        if known is not None:
            return self._code.constant(int(known != 0))
        return self._code.widen(self._truth(node)) if node.width else self.number(node)

    def number(self, node: Expression) -> Any:
        """An i64: the node's number; truth values are 0 and 1."""
        code = self._code
        if node.width > _WIDEST:
            self._refuse(
                f"computes with a number of {node.width} bits, and the integers of qir.v1's adaptive profiles hold"
                f" {_WIDEST}. Compare the register with one number, or test its bits one by one."
            )
        known = self._known_number(node)
        if known is not None:
            if known >> _WIDEST:  # also what is negative, as only a program by hand can have it
                self._refuse(f"computes with {known}, which does not fit the {_WIDEST} bits of qir.v1's integers.")
            return code.constant(known)
        word, operands, width = node.operator, node.operands, node.width
        if word == "bit" or word in _COMPARISONS:
            return code.widen(self._truth(node))
        if word == "bits":
            return self._register(tuple(bit for bit in operands if isinstance(bit, int)))
        inner = [operand for operand in operands if isinstance(operand, Expression)]
        if word == "not" or (word == "invert" and not width):
            return code.compute("xor", self._bool(inner[0]), code.constant(1))
        if word in ("and", "or"):
            return code.compute(word, self._bool(inner[0]), self._bool(inner[1]))
        if word == "cast":
            if not width:
                return self._bool(inner[0])
            value = self.number(inner[0])
            return self._cut(value, width) if inner[0].width > width else value
        if word == "invert":
            return code.compute("xor", self.number(inner[0]), code.constant((1 << width) - 1))
        if word == "index":
            return self._shift("lshr", inner[0], inner[1], inner[0].width, one_bit=True)
        if word in _BITWISE:
            return code.compute(_BITWISE[word], self.number(inner[0]), self.number(inner[1]))
        if word in ("shift_left", "shift_right"):
            return self._shift("shl" if word == "shift_left" else "lshr", inner[0], inner[1], width)
        return self._arithmetic(word, inner, width)

    def _register(self, bits: tuple[int, ...]) -> Any:
        code = self._code
        total: Any = None
        for place, bit in enumerate(bits):
            if bit not in self._written:
                continue
            digit = code.widen(code.read(bit))
            if place:
                digit = code.compute("shl", digit, code.constant(place))
            total = digit if total is None else code.compute("or", total, digit)
        return total

    def _cut(self, value: Any, width: int) -> Any:
        return self._code.compute("and", value, self._code.constant((1 << width) - 1))

    def _shift(self, word: str, what: Expression, by: Expression, width: int, *, one_bit: bool = False) -> Any:
        """Bits that leave the number are lost. A shift by its width or more gives 0, which LLVM leaves undefined."""
        code = self._code
        value, known = self.number(what), self._known_number(by)
        if known is not None:
            if not 0 <= known < width:
                return code.constant(0)
            value = code.compute(word, value, code.constant(known)) if known else value
            return self._cut(value, 1 if one_bit else width) if one_bit or word == "shl" else value
        steps = self.number(by)
        fits = code.widen(code.compare("ult", steps, code.constant(width)))
        shifted = code.compute(word, value, code.compute("mul", steps, fits))
        if one_bit or word == "shl":
            shifted = self._cut(shifted, 1 if one_bit else width)
        return code.compute("mul", shifted, fits)

    def _arithmetic(self, word: str, inner: list[Expression], width: int) -> Any:
        """Modulo 2**width, by steps that never leave an i64: the profile says nothing of what happens there."""
        code = self._code
        most = {"add": _WIDEST - 1, "sub": _WIDEST - 1, "mul": _WIDEST // 2, "div": _WIDEST}.get(word)
        if most is None or not width:
            self._refuse(f"computes {word!r}, for which qir.v1 has no word.")
        if width > most:
            self._refuse(
                f"computes {word!r} with numbers of {width} bits; qir.v1's integers have room for it up to {most}."
            )
        left, right = self.number(inner[0]), self.number(inner[1])
        if word == "div":
            if self._known_number(inner[1]) == 0:
                self._refuse("divides by zero.")
            if (
                self._known_number(inner[1]) is None
            ):  # no machine may be made to divide by zero; what comes is undefined
                zero = code.widen(code.compare("eq", right, code.constant(0)))
                right = code.compute("or", right, zero)
            return code.compute("udiv", left, right)
        if word == "sub":
            left = code.compute("add", left, code.constant(1 << width))
        return self._cut(code.compute(word, left, right), width)


def _one_bit(node: Expression) -> Condition:
    """A bit of a register by its number, whatever the register's width."""
    if node.operator == "index":
        whole, place = node.operands
        if isinstance(whole, Expression) and isinstance(place, Expression) and place.operator == "const":
            number = place.operands[0]
            if whole.operator == "bits" and isinstance(number, int) and 0 <= number < len(whole.operands):
                bit = whole.operands[number]
                assert isinstance(bit, int)
                return BitIs(bit, value=True)
    return node


def _register_and_number(node: Expression) -> tuple[tuple[int, ...], int] | None:
    """The bits and the number, where the node asks whether they are equal or not."""
    if node.operator not in ("equal", "not_equal"):
        return None
    left, right = node.operands
    assert isinstance(left, Expression)
    assert isinstance(right, Expression)
    if left.operator == "const":
        left, right = right, left
    while left.operator == "cast" and isinstance(left.operands[0], Expression) and left.width >= left.operands[0].width:
        if not left.operands[0].width:
            break
        left = left.operands[0]
    if left.operator != "bits" or right.operator != "const":
        return None
    value = right.operands[0]
    assert isinstance(value, int)
    return tuple(bit for bit in left.operands if isinstance(bit, int)), int(value)


def _worked_out(word: str, values: list[int], width: int) -> int | None:
    first, last = values[0], values[-1]
    mask = (1 << width) - 1
    if word in _COMPARISONS:
        order = {"equal": first == last, "not_equal": first != last, "less": first < last, "less_equal": first <= last,
                 "greater": first > last, "greater_equal": first >= last}  # fmt: skip
        return int(order[word])
    if word == "not" or (word == "invert" and not width):
        return int(not first)
    if word in ("and", "or"):
        return int(bool(first) and bool(last)) if word == "and" else int(bool(first) or bool(last))
    if word == "cast":
        return first & mask if width else int(first != 0)
    if word == "index":
        return first >> last & 1
    found = {
        "invert": lambda: ~first,
        "bit_and": lambda: first & last,
        "bit_or": lambda: first | last,
        "bit_xor": lambda: first ^ last,
        "shift_left": lambda: first << last if last < width else 0,
        "shift_right": lambda: first >> last,
        "add": lambda: first + last,
        "sub": lambda: first - last,
        "mul": lambda: first * last,
        "div": lambda: first // last,
    }.get(word)
    if found is None:
        return None
    return found() & mask if width else found()
