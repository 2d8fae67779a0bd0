"""Control flow as OpenQASM 2 can say it: each statement on its own behind comparisons with numbers.

`if`, `else` and `switch`, one in the other, become a list of simple operations, each with the tests that must hold.
Tests are then said as comparisons, at most one of which holds. A comparison is made where its statement stands, later
than the circuit makes it; so a measurement that changes a bit of it must come last, or the circuit is refused.

Registers start at zero, so a bit that nothing has been measured into yet needs no comparison. A statement behind
several comparisons may run again when a measurement into a bit of theirs made another of them true: it is that
measurement, and measuring a qubit twice in a row changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from qrelay.formats.truth import bits_of, holds, value_of
from qrelay.program import Operation
from qrelay.program.control import BitIs, Condition, Expression, RegisterIs
from qrelay.program.program import walk

__all__ = ["CannotSay", "Dialect", "Guards"]

_MOST_BITS = 10
"""A condition is worked out for every value of so many bits, no more."""

_MOST_COMPARISONS = 64
"""One statement is written behind so many comparisons, no more."""

_NOTHING_TO_DO = ("barrier", "delay", "global_phase")


class CannotSay(Exception):
    """Why the control flow cannot be written."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """What may stand in an `if`: always a whole register and the number that it equals.

    Attributes:
        bits: also one bit of a register.
        orders: also !=, <= and >=.
    """

    bits: bool = False
    orders: bool = False


@dataclass(frozen=True, slots=True)
class _Test:
    """A condition that was looked at before the `entered`-th statement; `only` it, if it is a plain one."""

    bits: frozenset[int]
    holds: Callable[[Mapping[int, int]], bool]
    entered: int
    only: BitIs | RegisterIs | None = None


class Guards:
    """Writes conditions on the registers of one program; is to be told of every measurement, in order."""

    def __init__(self, registers: Iterable[tuple[str, tuple[int, ...]]], dialect: Dialect) -> None:
        self._registers = list(registers)
        self._by_bits = {bits: name for name, bits in self._registers}
        self._places = {bit: (at, i) for at, (_, bits) in enumerate(self._registers) for i, bit in enumerate(bits)}
        self._dialect = dialect
        self._written: set[int] = set()

    def measured(self, bit: int) -> None:
        """Something may now stand in the bit."""
        self._written.add(bit)

    def statements(self, operation: Operation) -> Iterator[tuple[str, Operation]]:
        """For a block: simple operations in order, each with what it stands behind, such as `if(c==1) ` or nothing.

        An operation may come several times, each time behind another comparison. Barriers, delays and phases are left
        out. Raises CannotSay.
        """
        flat: list[tuple[tuple[_Test, ...], Operation]] = []
        self._flatten((operation,), (), flat)
        changed: dict[int, int] = {}
        for index, (tests, inner) in enumerate(flat):
            for test in tests:
                if any(changed.get(bit, -1) >= test.entered for bit in test.bits):
                    raise CannotSay("changes its own condition on the way")
            # all at once: a measurement behind the first comparison must not change how the second is worked out
            for start in list(self._comparisons(tests)):
                yield start, inner
            if inner[0] == "measure":
                self.measured(inner[2][0])
                changed[inner[2][0]] = index

    # --- from blocks to a list ------------------------------------------------------------------------------------

    def _flatten(
        self,
        operations: Iterable[Operation],
        tests: tuple[_Test, ...],
        out: list[tuple[tuple[_Test, ...], Operation]],
    ) -> None:
        for operation in operations:
            name, _, arguments = operation
            if name in _NOTHING_TO_DO:
                continue
            if name == "if":
                condition, then, otherwise = arguments
                branches = [(_test(condition, len(out)), then), (_opposite(condition, len(out)), otherwise)]
                self._branches(branches, tests, out)
            elif name == "switch":
                self._branches(list(_cases(*arguments, entered=len(out))), tests, out)
            elif name in ("for", "while", "break", "continue"):
                raise CannotSay("is a loop that ends by itself" if name != "for" else "is a loop that is left midway")
            else:
                out.append((tests, operation))

    def _branches(
        self,
        branches: list[tuple[_Test, tuple[Operation, ...]]],
        tests: tuple[_Test, ...],
        out: list[tuple[tuple[_Test, ...], Operation]],
    ) -> None:
        """Only one of the branches runs, so their order is free: one that changes the conditions comes last."""
        read = frozenset().union(*(test.bits for test, _ in branches))
        for test, branch in sorted(branches, key=lambda pair: _writes(pair[1], read)):
            self._flatten(branch, (*tests, test), out)

    # --- from tests to comparisons --------------------------------------------------------------------------------

    def _comparisons(self, tests: Sequence[_Test]) -> Iterator[str]:
        """What the statement stands behind, once for each comparison; nothing if the tests never hold."""
        only = tests[0].only if len(tests) == 1 else None
        if isinstance(only, RegisterIs) and only.value >> len(only.bits):
            return  # no register is as large as that
        if plain := self._plain(only):
            yield f"if({plain}) "
            return
        bits, values = self._worked_out(tests)
        if not bits:
            yield from [""] if values else []
            return
        registers = {self._places[bit][0] for bit in bits}
        if len(registers) > 1:
            raise CannotSay("depends on bits of several registers at once")
        name, whole = self._registers[registers.pop()]
        if len(bits) == 1 and self._dialect.bits:
            (value,) = values
            yield f"if({name}[{whole.index(bits[0])}]=={value[0]}) "
            return
        wanted = self._numbers(whole, bits, values)
        yield from (f"if({name}{comparison}) " for comparison in self._said(wanted, whole))

    def _plain(self, condition: BitIs | RegisterIs | None) -> str | None:
        """A condition that the dialect says as it stands."""
        if isinstance(condition, RegisterIs) and condition.bits in self._by_bits:
            return f"{self._by_bits[condition.bits]}=={condition.value}"
        if isinstance(condition, BitIs) and (bit := (condition.bit,)) in self._by_bits:
            return f"{self._by_bits[bit]}=={int(condition.value)}"
        if isinstance(condition, BitIs) and self._dialect.bits:
            at, place = self._places[condition.bit]
            return f"{self._registers[at][0]}[{place}]=={int(condition.value)}"
        return None

    def _worked_out(self, tests: Sequence[_Test]) -> tuple[tuple[int, ...], set[tuple[int, ...]]]:
        """The bits that matter, and those of their values for which all tests hold."""
        read: frozenset[int] = frozenset().union(*(test.bits for test in tests))
        bits = tuple(sorted(read & self._written))
        if len(bits) > _MOST_BITS:
            raise CannotSay(f"depends on {len(bits)} bits in a way that is written out for up to {_MOST_BITS} only")
        values = set()
        try:
            for value in product((0, 1), repeat=len(bits)):
                measured = dict(zip(bits, value, strict=True))
                if all(test.holds(measured) for test in tests):
                    values.add(value)
        except ArithmeticError:
            raise CannotSay("divides by a number that may be zero") from None
        for place in reversed(range(len(bits))):
            if all((*value[:place], 1 - value[place], *value[place + 1 :]) in values for value in values):
                bits = bits[:place] + bits[place + 1 :]
                values = {value[:place] + value[place + 1 :] for value in values}
        return bits, values

    def _numbers(self, whole: tuple[int, ...], bits: tuple[int, ...], values: set[tuple[int, ...]]) -> list[int]:
        """The register's own values at which the bits have one of the values, ascending; unwritten bits are 0."""
        others = [bit for bit in whole if bit in self._written and bit not in bits]
        if len(others) > _MOST_BITS:
            raise CannotSay(f"tests {len(bits)} of {len(whole)} bits of a register")
        weight = {bit: 1 << place for place, bit in enumerate(whole)}
        own = [sum(weight[bit] for bit, digit in zip(bits, value, strict=True) if digit) for value in values]
        rest = [
            sum(weight[bit] for bit, digit in zip(others, digits, strict=True) if digit)
            for digits in product((0, 1), repeat=len(others))
        ]
        return sorted(one + other for one in own for other in rest)

    def _said(self, wanted: list[int], whole: tuple[int, ...]) -> Iterator[str]:
        if self._dialect.orders:
            possible = self._numbers(whole, (), {()}) if len(whole) <= _MOST_BITS else []
            if possible[: len(wanted)] == wanted and len(wanted) > 1:
                yield f"<={wanted[-1]}"
                return
            if possible[-len(wanted) :] == wanted and len(wanted) > 1:
                yield f">={wanted[0]}"
                return
            missing = sorted(set(possible).difference(wanted))
            if len(missing) == 1 < len(wanted):
                yield f"!={missing[0]}"
                return
        if len(wanted) > _MOST_COMPARISONS:
            raise CannotSay(f"would take {len(wanted)} comparisons with one number each")
        yield from (f"=={value}" for value in wanted)


def _writes(operations: Iterable[Operation], bits: frozenset[int]) -> bool:
    everything = (inner for operation in operations for _, inner in walk(0, operation))
    return any(name == "measure" and arguments[0] in bits for name, _, arguments in everything)


def _test(condition: Condition, entered: int) -> _Test:
    only = condition if isinstance(condition, BitIs | RegisterIs) else None
    return _Test(bits_of(condition), lambda values: holds(condition, values), entered, only)


def _opposite(condition: Condition, entered: int) -> _Test:
    only = BitIs(condition.bit, not condition.value) if isinstance(condition, BitIs) else None
    return _Test(bits_of(condition), lambda values: not holds(condition, values), entered, only)


def _cases(
    chosen_by: Expression,
    cases: Sequence[tuple[Sequence[Any] | None, tuple[Operation, ...]]],
    *,
    entered: int,
) -> Iterator[tuple[_Test, tuple[Operation, ...]]]:
    """A `switch`: the first case whose labels have the value, or the default if none has."""
    bits = bits_of(chosen_by)
    kept = [(None if labels is None or None in labels else tuple(map(int, labels)), block) for labels, block in cases]
    named = frozenset(label for labels, _ in kept if labels is not None for label in labels)
    seen: frozenset[int] = frozenset()
    for labels, block in kept:
        own = None if labels is None else frozenset(labels) - seen
        seen |= own or frozenset()

        def chosen(values: Mapping[int, int], own: frozenset[int] | None = own) -> bool:
            value = value_of(chosen_by, values)
            return value not in named if own is None else value in own

        yield _Test(bits, chosen, entered, _label(chosen_by, own)), block


def _label(chosen_by: Expression, labels: frozenset[int] | None) -> BitIs | RegisterIs | None:
    """A case of a single label as the plain condition that it is."""
    if labels is None or len(labels) != 1 or chosen_by.operator not in ("bit", "bits"):
        return None
    bits = tuple(bit for bit in chosen_by.operands if type(bit) is int)
    (value,) = labels
    if chosen_by.operator == "bit":
        return BitIs(bits[0], bool(value)) if value in (0, 1) else None
    return RegisterIs(bits, value)
