"""Compile once, bind many: a program with parameters is written once, and each binding fills its numbers in.

The writer writes the program with its angles still open; each shows itself as a marker (`qrelay.program.angles`), at
which the text is cut once. What a binding gives is, byte for byte, what the writer would write for the program bound to
the same values (a zero may lose its sign); a template that does not say so of a probe is not filled but written anew
each time, and `compiled` is False. What no probe can tell is a writer that has another word for special values and asks
for them in a way that an angle cannot refuse: its row says `fills=False`.

A framework may round an expression of its own, such as `2*a + b - 0.3`, in another order than the coefficients that
were read from it: then payloads of the circuit bound by the framework differ from these by the last digits of a number.
And a circuit bound to special values may be read in shorter words (`x` for a turn by exactly π), which a template
cannot know beforehand: what it means is the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import replace
from functools import partial
from struct import pack
from typing import Any

from qrelay.errors import QrelayError
from qrelay.formats.catalogue import InputFormat, first_that_can, row_and_options
from qrelay.formats.numbers import texts
from qrelay.formats.payload import Payload
from qrelay.program import Program
from qrelay.program.angles import Tape, find_markers
from qrelay.program.values import Values, all_finite, ordered

__all__ = ["Template", "choose_template", "probe", "template"]


def template(program: Program, format: str, **options: Any) -> Template:  # noqa: A002 - the services' own word
    """Write a program with parameters in the named format, to be bound many times. Options as `encode` takes them.

    Raises what `encode` raises for the program bound to values.
    """
    row, given = row_and_options(format, options)
    return _written(row, program.check(), given)


def choose_template(program: Program, formats: Iterable[str], **options: Any) -> Template:
    """The same in the first of these formats that can say the program; formats and errors as `choose` has them."""
    return first_that_can(program, formats, options, _written)


class Template:
    """A payload whose angles are still open.

    Attributes:
        parameters: their names, in the order in which `bind` takes values.
        compiled: bindings fill numbers in. False: each is written from the start, right but slow.
    """

    __slots__ = ("_base", "_text", "_write", "parameters")

    def __init__(
        self,
        parameters: Iterable[str],
        write: Callable[[list[float]], Payload],
        text: _Text | None = None,
        base: Payload | None = None,
    ) -> None:
        """`write` makes the payload for values in order; `text` and `base` save it the work where both are known."""
        self.parameters = tuple(parameters)
        self._write, self._text, self._base = write, text, base

    @property
    def compiled(self) -> bool:
        """Whether a binding is filled in."""
        return self._base is not None and (self._text is not None or not self.parameters)

    def bind(self, values: Values = ()) -> Payload:
        """The payload for these values: by name, or in the order of `parameters`.

        Raises:
            UnboundParameters: a mapping lacks names.
            InvalidOption: unknown names, a wrong number of values, a value that is no finite real number, or one at
                which an expression of the circuit has no real value.
            UnsupportedCircuit: an angle becomes infinite; names the operation and its index.
        """
        numbers = ordered(self.parameters, values)
        if self._base is not None and self.compiled:
            data = self._base.data if self._text is None else self._text.filled(numbers)
            if data is not None:
                return replace(self._base, data=data, input_params=deepcopy(self._base.input_params))
        return self._write(numbers)

    def __repr__(self) -> str:
        return f"<Template of {len(self.parameters)} parameters{'' if self.compiled else ', not compiled'}>"


class _Text:
    """A written program, cut at its markers."""

    def __init__(self, data: bytes, program: Program, number: Callable[[float], str]) -> None:
        symbols = program.symbols
        assert symbols is not None
        pieces, slots = find_markers(data.decode("latin-1"))  # any bytes, and the same ones back
        distinct = dict.fromkeys(slots)
        if {index for index, _ in distinct} - set(range(len(symbols))):
            raise ValueError("a marker of another program")
        self._tape: Tape = symbols.tape([index for index, _ in distinct])
        place = {slot: i for i, slot in enumerate(distinct)}
        self._slots = [place[slot] for slot in slots]
        self._once = self._slots == list(range(len(distinct)))
        self._as_bytes = [is_hex for _, is_hex in distinct]
        self._number = number
        self.has_words = not all(self._as_bytes)
        self._room = [""] * (2 * len(pieces) - 1)
        self._room[0::2] = pieces  # and between each two of them a number

    def filled(self, values: Sequence[float]) -> bytes | None:
        """The text for these values; None if an angle is not finite, which the writer says better."""
        numbers = self._tape(values)
        if not all_finite(numbers):
            return None
        found: list[str]
        if self.has_words and not any(self._as_bytes):
            found = texts(numbers, self._number)
        else:
            digits = pack(f">{len(numbers)}d", *numbers).hex()
            found = [digits[i : i + 16] for i in range(0, len(digits), 16)]
            if self.has_words:
                pairs = zip(self._as_bytes, found, numbers, strict=True)
                found = [text if is_hex else self._number(number) for is_hex, text, number in pairs]
        room = self._room.copy()
        room[1::2] = found if self._once else [found[place] for place in self._slots]
        return "".join(room).encode("latin-1")


def _written(row: InputFormat, program: Program, given: Mapping[str, Any]) -> Template:
    write = partial(_write, row, program, given)
    if program.symbols is None:
        base = write([])
        return Template((), write, None, base)
    starts = (0.05, 1.05, -0.95)  # of every kind that an expression might refuse: below 1, above, negative
    probes = (probe(len(program.parameters), start) for start in starts)
    tried = next(filter(None, (_bound(program, values) for values in probes)), None)
    if tried is None:
        return Template(program.parameters, write)
    values, bound = tried
    base = row.payload(bound, given)
    text = _text(row, program, given) if row.fills else None
    if text is not None and text.filled(values) != base.data:
        text = None
    if text is not None and text.has_words:  # numbers that are written with exponents, too
        tiny = _bound(program, [value * 1e-7 for value in values])
        if tiny is not None and text.filled(tiny[0]) != row.write(tiny[1], **given):
            text = None
    return Template(program.parameters, write, text, base)


def _write(row: InputFormat, program: Program, given: Mapping[str, Any], values: list[float]) -> Payload:
    return row.payload(program.bound(values), given)


def _text(row: InputFormat, program: Program, given: Mapping[str, Any]) -> _Text | None:
    """None if the writer wants to know more of an angle than a marker tells: then only numbers can be written."""
    try:
        return _Text(row.write(program, **given), program, row.number)
    except (QrelayError, ArithmeticError, TypeError, ValueError):
        return None


def _bound(program: Program, values: list[float]) -> tuple[list[float], Program] | None:
    try:
        return values, program.bound(values)
    except QrelayError:
        return None


def probe(count: int, start: float = 0.05) -> list[float]:
    """So many values, from `start` up to 0.9 more, at which nothing is special.

    They follow the golden ratio's multiples, which come close to each other slowest.
    """
    return [start + 0.9 * ((place + 1) * 0.6180339887498949 % 1) for place in range(count)]
