"""Angles that depend on parameters: floats to everybody who only calculates and writes, expressions to those who bind.

An `Angle` records the arithmetic that it goes through. Binding repeats it step by step on the parameters' values: what
was calculated before binding and what is calculated after it are the same numbers, bit for bit (a zero may lose its
sign). To writers it shows itself as a marker, which `find_markers` finds again: as text by `repr`, as a NaN with a
payload of its own by `struct.pack`. So an expression that gets lost on the way, in `math.sin(angle)` for instance, is
not a number either, and writers refuse it as they refuse every NaN.
"""

from __future__ import annotations

import operator
import re
import struct
from collections.abc import Callable, Iterable, Sequence
from math import copysign
from numbers import Real
from threading import Lock
from typing import Any, Final, NoReturn, TypeAlias

from qrelay.errors import InvalidOption, UnboundParameters

__all__ = ["Angle", "Symbols", "Tape", "find_markers"]

_Key: TypeAlias = tuple[Any, ...]

_FUNCTIONS: dict[str, Callable[[float, float], float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
}

_NAN_WORD = 0x7FFD51 << 40
_MARKER = re.compile(r"\x1a(\d+)\x1a|7ffd51([0-9a-f]{10})")
"""As text between two control characters, which no writer lets into its text in any other way; as hexadecimal NaN."""


def find_markers(text: str) -> tuple[list[str], list[tuple[int, bool]]]:
    """The pieces between markers, one more than there are markers; of each marker the angle's index and whether it
    stands there as the hexadecimal digits of its bytes, highest first."""
    parts = _MARKER.split(text)
    slots = [
        (int(plain), False) if plain is not None else (int(word, 16), True)
        for plain, word in zip(parts[1::3], parts[2::3], strict=True)
    ]
    return parts[0::3], slots


class Angle(float):
    """A number that is known once the parameters of its `Symbols` have values.

    +, -, *, / and negation, with numbers and with other angles of the same `symbols`, give angles. It is never equal to
    a number and counts as true, so that code which saves a step for a special value does without. Whatever else asks
    for its value raises UnboundParameters.
    """

    __slots__ = ("index", "symbols")
    __array_ufunc__: Final = None  # NumPy's scalars leave arithmetic with it to it

    index: int
    symbols: Symbols

    @property
    def parameters(self) -> tuple[str, ...]:
        """The parameters that it depends on."""
        return self.symbols.used_by([self.index])

    def __repr__(self) -> str:
        return f"\x1a{self.index}\x1a"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        if spec:
            self._refuse()
        return repr(self)

    def __add__(self, other: Any) -> Any:
        return self.symbols.combined("+", self, other)

    def __radd__(self, other: Any) -> Any:
        return self.symbols.combined("+", other, self)

    def __sub__(self, other: Any) -> Any:
        return self.symbols.combined("-", self, other)

    def __rsub__(self, other: Any) -> Any:
        return self.symbols.combined("-", other, self)

    def __mul__(self, other: Any) -> Any:
        return self.symbols.combined("*", self, other)

    def __rmul__(self, other: Any) -> Any:
        return self.symbols.combined("*", other, self)

    def __truediv__(self, other: Any) -> Any:
        return self.symbols.combined("/", self, other)

    def __rtruediv__(self, other: Any) -> Any:
        return self.symbols.combined("/", other, self)

    def __neg__(self) -> Any:
        return self.symbols.combined("*", self, -1.0)

    def __pos__(self) -> Angle:
        return self

    def __bool__(self) -> bool:
        return True

    def __hash__(self) -> int:
        return hash((Angle, self.index))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Angle) and other.index == self.index and other.symbols is self.symbols

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __reduce__(self) -> tuple[Any, ...]:
        return Symbols.angle, (self.symbols, self.index)

    def __reduce_ex__(self, protocol: object) -> tuple[Any, ...]:
        return self.__reduce__()

    def _refuse(self, *_: Any) -> NoReturn:
        raise UnboundParameters(self.parameters)

    # what has no answer without a value
    __lt__ = __le__ = __gt__ = __ge__ = _refuse
    __mod__ = __rmod__ = __floordiv__ = __rfloordiv__ = __divmod__ = __rdivmod__ = __pow__ = __rpow__ = _refuse
    __abs__ = __float__ = __int__ = __trunc__ = __floor__ = __ceil__ = __round__ = _refuse
    is_integer = as_integer_ratio = hex = _refuse


class Symbols:
    """The parameters of one program, and every expression of them that was ever formed: equal ones only once."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names = tuple(names)
        self._lock = Lock()
        self._nodes: list[_Key] = []
        self._made: dict[_Key, int] = {}
        self._angles: dict[int, Angle] = {}
        for place in range(len(self.names)):
            self.angle(self._index(("parameter", place)))

    def __getstate__(self) -> dict[str, Any]:
        return {"names": self.names, "_nodes": self._nodes}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state, _lock=Lock(), _angles={}, _made={key: i for i, key in enumerate(state["_nodes"])})

    def __len__(self) -> int:
        """How many expressions there are, numbers among them."""
        return len(self._nodes)

    @property
    def parameters(self) -> tuple[Angle, ...]:
        """One angle for each name: the parameter itself."""
        return tuple([self.angle(place) for place in range(len(self.names))])

    def derived(self, function: Callable[[Sequence[float]], Sequence[float]], place: int) -> Angle:
        """What `function` gives at that place when it is called with the values of all parameters, in order.

        It is called once for each binding, however many angles come from it.
        """
        return self.angle(self._index(("derived", function, place)))

    @staticmethod
    def total(terms: Sequence[Angle], offset: float) -> Angle | float:
        """The terms and the offset in this order, and no sum with nothing in it: readers make linear expressions so."""
        if not terms:
            return offset
        total = terms[0]
        for term in terms[1:]:
            total = total + term
        return total + offset if offset else total

    def angle(self, index: int) -> Angle:
        """The angle of that index, always the same object."""
        angle = self._angles.get(index)
        if angle is None:
            made = float.__new__(Angle, struct.unpack(">d", (_NAN_WORD | index).to_bytes(8))[0])
            made.symbols, made.index = self, index
            angle = self._angles.setdefault(index, made)
        return angle

    def combined(self, name: str, left: Any, right: Any) -> Any:
        """The angle that arithmetic makes of two numbers, of which one at least is an angle."""
        for side in (left, right):
            if isinstance(side, complex):  # which would take the NaN for a number
                raise TypeError(f"an angle with parameters is real; {side!r} is not")
            if not isinstance(side, Real):
                return NotImplemented
        left_number = None if type(left) is Angle else float(left)
        right_number = None if type(right) is Angle else float(right)
        if name == "/" and right_number == 0:
            raise ZeroDivisionError("an angle with parameters is divided by zero")
        if name in ("*", "/") and right_number == 1:
            return left
        if name == "*" and left_number == 1:
            return right
        if name == "*" and 0 in (left_number, right_number):
            return 0.0  # values are finite
        return self.angle(self._index((name, self._operand(left), self._operand(right))))

    def _operand(self, value: Any) -> int:
        if not isinstance(value, Angle):
            number = float(value)
            return self._index(("number", number, copysign(1.0, number)))
        if value.symbols is not self:
            names = ", ".join(sorted({*self.names, *value.symbols.names}))
            raise InvalidOption(
                f"Angles of different programs cannot be combined (parameters {names}): read them as one circuit.",
                option="parameters",
            )
        return value.index

    def _index(self, key: _Key) -> int:
        index = self._made.get(key)
        if index is None:
            with self._lock:
                index = self._made.get(key)
                if index is None:
                    index = len(self._nodes)
                    self._nodes.append(key)
                    self._made[key] = index
        return index

    def node(self, index: int) -> tuple[Any, ...]:
        """What an expression is: `("parameter", place)`, `("number", value, sign)`, `("derived", function, place)`, or
        one of + - * / with the two expressions that it is formed of."""
        return self._nodes[index]

    def needed(self, indices: Iterable[int]) -> list[int]:
        """These nodes and all that they are made of, ascending: what a node is made of comes before it."""
        found = set(indices)
        pending = list(found)
        while pending:
            node = self._nodes[pending.pop()]
            if node[0] in _FUNCTIONS:
                new = {node[1], node[2]} - found
                found |= new
                pending += new
        return sorted(found)

    def used_by(self, indices: Iterable[int]) -> tuple[str, ...]:
        """Names of the parameters that these depend on; what is derived counts as depending on all."""
        needed = [self._nodes[index] for index in self.needed(indices)]
        if any(node[0] == "derived" for node in needed):
            return self.names
        return tuple(self.names[node[1]] for node in needed if node[0] == "parameter")

    def tape(self, indices: Sequence[int]) -> Tape:
        """How these angles are worked out from values."""
        nodes = {index: self._nodes[index] for index in self.needed(indices)}
        groups: dict[Callable[[Sequence[float]], Sequence[float]], list[int]] = {}
        constants: list[float] = []
        levels: dict[int, int] = {}
        steps: dict[tuple[int, str], list[int]] = {}
        for index, node in nodes.items():
            if node[0] == "derived":
                groups.setdefault(node[1], []).append(index)
            elif node[0] in _FUNCTIONS:
                level = levels[index] = 1 + max(levels.get(node[1], 0), levels.get(node[2], 0))
                steps.setdefault((level, node[0]), []).append(index)
        places = {index: node[1] for index, node in nodes.items() if node[0] == "parameter"}
        count = len(self.names)
        derived = []
        for function, members in groups.items():
            derived.append((function, _gather([nodes[index][2] for index in members])))
            places |= {index: count + i for i, index in enumerate(members)}
            count += len(members)
        for index, node in nodes.items():
            if node[0] == "number":
                places[index] = count + len(constants)
                constants.append(node[1])
        count += len(constants)
        recorded = []
        for (_, name), members in sorted(steps.items()):
            sides = [_gather([places[nodes[index][side]] for index in members]) for side in (1, 2)]
            recorded.append((_FUNCTIONS[name], sides[0], sides[1]))
            places |= {index: count + i for i, index in enumerate(members)}
            count += len(members)
        return Tape(self.names, derived, constants, recorded, _gather([places[index] for index in indices]))


_Gather: TypeAlias = Callable[[Sequence[float]], Sequence[float]]


def _gather(places: Sequence[int]) -> _Gather:
    """What takes the numbers at these places, in this order."""
    if len(places) > 1:
        return operator.itemgetter(*places)
    return lambda numbers: [numbers[place] for place in places]


class Tape:
    """The recorded arithmetic from parameters' values to angles; steps that do not wait for each other go together.

    Each step's operands are those that were recorded, so that it is rounded as it was.
    """

    def __init__(
        self,
        names: tuple[str, ...],
        derived: Sequence[tuple[_Gather, _Gather]],
        constants: Sequence[float],
        steps: Sequence[tuple[Callable[[float, float], float], _Gather, _Gather]],
        results: _Gather,
    ) -> None:
        self._names = names
        self._derived, self._constants, self._steps, self._results = derived, constants, steps, results

    def __call__(self, values: Sequence[float]) -> Sequence[float]:
        """The angles, for values in the order of the parameters.

        Raises InvalidOption: an expression has no real value there.
        """
        numbers = list(values)
        try:
            for function, chosen in self._derived:
                numbers += chosen(function(values))
            numbers += self._constants
            for step, left, right in self._steps:
                numbers += map(step, left(numbers), right(numbers))
        except (ArithmeticError, ValueError, TypeError) as error:
            at = ", ".join(f"{name}={value!r}" for name, value in zip(self._names, values, strict=True))
            raise InvalidOption(f"An angle has no real value at {at}: {error}", option="values") from error
        return self._results(numbers)
