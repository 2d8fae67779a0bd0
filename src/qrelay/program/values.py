"""Values that are given to parameters: by name or in order, checked, and made plain floats."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from math import isfinite
from numbers import Real
from typing import Any, TypeAlias, cast

from qrelay.errors import InvalidOption, UnboundParameters
from qrelay.program.angles import Angle

__all__ = ["Values", "all_finite", "ordered"]

Values: TypeAlias = Mapping[str, float] | Sequence[float]
"""Values of parameters: by name, or in the order of `parameters`."""

_NO_SEQUENCES = (set, frozenset, bytes, bytearray)  # without an order, or of something else than numbers


def ordered(names: tuple[str, ...], values: Values) -> list[float]:
    """Values as floats in the order of the names.

    Names may be a framework's own parameters; a whole ParameterVector has a sequence; a ParamResolver is a mapping.

    Raises:
        UnboundParameters: a mapping lacks names.
        InvalidOption: values of unknown names, a wrong number of values, or a value that is no finite real number.
    """
    given: list[Any]
    values = getattr(values, "param_dict", values)
    if isinstance(values, Mapping):
        by_name = values
        if len(by_name) != len(names) or not all(map(by_name.__contains__, names)):
            by_name = _by_name(names, values)
        given = [by_name[name] for name in names]
    else:
        values = values.tolist() if hasattr(values, "tolist") else values
        if not hasattr(values, "__len__") or not hasattr(values, "__iter__") or isinstance(values, _NO_SEQUENCES):
            raise InvalidOption(
                f"values={_shown(values)} is neither a mapping from names nor a sequence of numbers.", option="values"
            )
        given = list(values)
        if len(given) != len(names):
            raise InvalidOption(
                f"{len(given)} values for {len(names)} parameters ({_listed(names)}); give each its own, in order.",
                option="values",
            )
    if set(map(type, given)) <= {float} and all_finite(given):
        return cast("list[float]", given)
    return [_number(name, value) for name, value in zip(names, given, strict=True)]


def all_finite(numbers: Sequence[float]) -> bool:
    """A sum is finite only if all of its terms are; and if it is not, they may have been large."""
    return isfinite(sum(numbers)) or all(map(isfinite, numbers))


def _by_name(names: tuple[str, ...], values: Mapping[Any, Any]) -> dict[str, Any]:
    """Keys may be a framework's own parameters too, which know their names."""
    by_name: dict[str, Any] = {}
    for key, value in values.items():
        for name, its_value in _members(key, value):
            if name in by_name:
                raise InvalidOption(f"Parameter {name!r} has two values.", option="values")
            by_name[name] = its_value
    unknown = [key for key in by_name if key not in names]
    if unknown:
        near = get_close_matches(str(unknown[0]), names, n=3)
        hint = f"Did you mean {' or '.join(near)}?" if near else f"Its parameters: {_listed(names)}."
        raise InvalidOption(f"The circuit has no parameter {unknown[0]!r}. {hint}", option="values")
    missing = [name for name in names if name not in by_name]
    if missing:
        raise UnboundParameters(missing)
    return by_name


def _members(key: Any, value: Any) -> Iterable[tuple[Any, Any]]:
    if isinstance(key, str):
        return [(key, value)]
    members = getattr(key, "params", None)
    if not isinstance(members, Sequence):
        return [(getattr(key, "name", key), value)]
    if isinstance(value, (*_NO_SEQUENCES, Mapping)) or not hasattr(value, "__len__") or len(value) != len(members):
        raise InvalidOption(
            f"The value of vector {getattr(key, 'name', key)!r} is {_shown(value)}; it has {len(members)} elements.",
            option="values",
        )
    return [(member.name, each) for member, each in zip(members, value, strict=True)]


def _number(name: str, value: Any) -> float:
    if isinstance(value, bool | Angle) or not isinstance(value, Real):
        raise InvalidOption(f"The value of {name!r} is {_shown(value)}, which is no real number.", option="values")
    try:
        number = float(value)
    except OverflowError:  # a whole number, of any length
        number = float("inf")
    if not isfinite(number):
        raise InvalidOption(f"The value of {name!r} is {_shown(value)}; angles are finite.", option="values")
    return number


def _shown(value: Any) -> str:
    try:
        return f"{value!r:.60}"
    except ValueError:  # Python prints no more than some thousand digits
        return "too long a number"


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:8])
    return f"{shown}, …" if len(names) > 8 else shown or "none"
