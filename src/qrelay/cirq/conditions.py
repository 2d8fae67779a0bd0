"""Cirq's classical conditions, read into the Program's.

A condition is asked for its truth by Cirq itself, on every value that the bits can have; what comes out is said as
comparisons of bits with numbers. Bits hold what was measured, before an invert_mask: the comparisons allow for that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NoReturn, TypeAlias

import cirq
import sympy

from qrelay.program.control import BitIs, Condition, Expression, RegisterIs

__all__ = ["Record", "read_condition"]

Record: TypeAlias = tuple[tuple[int, ...], tuple[bool, ...]]
"""One measurement: its classical bits, in the order of its qubits, and which of them are inverted."""

_Refuse: TypeAlias = Callable[[str], NoReturn]

_BY_FORMULAS = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""What SymPy and users' conditions may raise: an index beyond a key's bits is an IndexError, for one."""

_TABLE_BITS = 6
"""As many bits are tried out in full; more of them only in comparisons with one number."""


def read_condition(
    condition: cirq.Condition, records: Mapping[str, Sequence[Record]], refuse: _Refuse
) -> tuple[Condition, ...] | None:
    """Conditions of which at most one holds, and one does if and only if Cirq's does; None if it always holds.

    `records` are the measurements so far, by key. An empty answer says that it never holds.
    """
    missing = sorted({str(key) for key in condition.keys if not records.get(str(key))})
    if missing:
        refuse(f"depends on the measurement key {missing[0]!r}, which nothing before it measures")
    bits, inverted = _looked_at(condition, records, refuse)
    if len(bits) <= _TABLE_BITS:
        return _by_table(condition, records, bits, refuse)
    if not isinstance(condition, cirq.KeyCondition | cirq.BitMaskKeyCondition):
        refuse(
            f"depends on {len(bits)} bits in a way that qrelay reads for up to {_TABLE_BITS} only: {condition}. A "
            "cirq.BitMaskKeyCondition compares wider keys with a number, sympy.IndexedBase picks single bits of them"
        )
    return _by_comparison(condition, bits, inverted)


def _looked_at(condition: cirq.Condition, records: Mapping[str, Sequence[Record]], refuse: _Refuse) -> Record:
    """The bits that the condition may depend on: of a key that was measured several times, the right measurement's."""
    found: list[Record] = []
    for key in sorted({str(key) for key in condition.keys}):
        known = records[key]
        if isinstance(condition, cirq.KeyCondition | cirq.BitMaskKeyCondition):
            try:
                found.append(known[condition.index])
            except IndexError:
                refuse(f"depends on measurement {condition.index} of the key {key!r}, which has {len(known)} so far")
        elif isinstance(condition, cirq.SympyCondition):
            found.append(_picked(condition.expr, key, known[-1]))
        else:
            found.extend(known)
    return tuple(bit for bits, _ in found for bit in bits), tuple(flip for _, mask in found for flip in mask)


def _picked(formula: sympy.Basic, key: str, record: Record) -> Record:
    """Of a key that the formula only takes single bits of, those bits: others cannot change it."""
    picks = {one for one in formula.free_symbols if isinstance(one, sympy.Indexed) and one.base.name == key}
    rest = formula.xreplace({one: sympy.Dummy() for one in picks}).free_symbols
    bits, mask = record
    if not picks or sympy.Symbol(key) in rest:
        return record
    places = {one.indices for one in picks}
    if not all(len(place) == 1 and place[0].is_Integer and -len(bits) <= place[0] < len(bits) for place in places):
        return record
    chosen = sorted({int(place[0]) % len(bits) for place in places})
    return tuple(bits[place] for place in chosen), tuple(mask[place] for place in chosen)


def _by_table(
    condition: cirq.Condition, records: Mapping[str, Sequence[Record]], bits: Sequence[int], refuse: _Refuse
) -> tuple[Condition, ...] | None:
    count = len(bits)
    keys = sorted({str(key) for key in condition.keys})
    by_key = isinstance(condition, cirq.KeyCondition | cirq.BitMaskKeyCondition) and condition.index == -1
    if by_key or isinstance(condition, cirq.SympyCondition):
        records = {key: records[key][-1:] for key in keys}  # all others would be stored for every value
    true = set()
    for value in range(1 << count):
        measured = {bit: bool(value >> place & 1) for place, bit in enumerate(bits)}
        try:
            if condition.resolve(_store(keys, records, measured)):
                true.add(value)
        except _BY_FORMULAS as error:
            refuse(f"depends on a condition that Cirq cannot work out: {condition} ({error})")
    places = list(range(count))
    for place in reversed(range(count)):
        if all(value ^ 1 << place in true for value in true):
            true = {value for value in true if not value >> place & 1}
            places.remove(place)
    if not places:
        return None if true else ()
    values = sorted(sum((value >> place & 1) << i for i, place in enumerate(places)) for value in true)
    chosen = tuple(bits[place] for place in places)
    return tuple(_equals(chosen, value) for value in values)


def _store(
    keys: Iterable[str], records: Mapping[str, Sequence[Record]], measured: Mapping[int, bool]
) -> cirq.ClassicalDataDictionaryStore:
    """What Cirq would have recorded; bits that are not looked at are 0."""
    store = cirq.ClassicalDataDictionaryStore()
    for key in keys:
        for bits, mask in records[key]:
            digits = [int(measured.get(bit, False) ^ flip) for bit, flip in zip(bits, mask, strict=True)]
            store.record_measurement(
                cirq.MeasurementKey.parse_serialized(key), digits, cirq.LineQubit.range(len(digits))
            )
    return store


def _by_comparison(
    condition: cirq.KeyCondition | cirq.BitMaskKeyCondition, bits: tuple[int, ...], inverted: tuple[bool, ...]
) -> tuple[Condition, ...] | None:
    """A wide number, its first bit the highest, compared with one value after a mask."""
    count = len(bits)
    target, mask, equal = 0, (1 << count) - 1, False
    if isinstance(condition, cirq.BitMaskKeyCondition):
        target, equal = condition.target_value, condition.equal_target
        mask = mask if condition.bitmask is None else condition.bitmask
    kept = [place for place in range(count) if mask >> (count - 1 - place) & 1]
    if target & ~mask or target >> count or not kept:
        holds = (target == 0 and not kept) == equal
        return None if holds else ()
    value = sum((target >> (count - 1 - place) & 1 ^ inverted[place]) << i for i, place in enumerate(kept))
    chosen = tuple(bits[place] for place in kept)
    if equal:
        return (_equals(chosen, value),)
    if len(chosen) == 1:
        return (BitIs(chosen[0], value=not value),)
    whole = Expression("bits", chosen, len(chosen))
    return (Expression("not_equal", (whole, Expression("const", (value,), len(chosen)))),)


def _equals(bits: tuple[int, ...], value: int) -> Condition:
    return BitIs(bits[0], value=bool(value)) if len(bits) == 1 else RegisterIs(bits, value)
