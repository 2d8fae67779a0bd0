"""Templates of the frameworks' circuits: angles to draw, and what a binding is held against."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import strategies as st

import qrelay
from qrelay.errors import QrelayError
from qrelay.formats import INPUT_FORMATS, Template, encode

__all__ = ["ANGLES", "FORMATS", "assert_bindings", "expression", "made"]

FORMATS = list(INPUT_FORMATS)

_NUMBER = re.compile(rb"0x[0-9a-f]{16}|-?\d+(?:\.\d+)?(?:e[+-]?\d+)?")


def _numbers(data: bytes) -> tuple[list[bytes], list[float]]:
    """What stands between the numbers of a text, and the numbers."""
    found = _NUMBER.findall(data)
    words = [_of_digits(word) if word.startswith(b"0x") else float(word) for word in found]
    return _NUMBER.split(data), words


def _of_digits(word: bytes) -> float:
    value: float = struct.unpack(">d", bytes.fromhex(word[2:].decode()))[0]
    return value


def _assert_same_but_for_rounding(found: bytes, wanted: bytes) -> None:
    """Numbers agree to 1e-14 of an angle's size: the framework may round the terms of a sum in another order."""
    texts, numbers = _numbers(found)
    wanted_texts, wanted_numbers = _numbers(wanted)
    assert texts == wanted_texts
    assert numbers == pytest.approx(wanted_numbers, rel=1e-14, abs=1e-14)


def made(circuit: Any, format_name: str, wanted: Callable[[], bytes]) -> Template | None:
    """A template; None if the format refuses the circuit, which it must do before and after binding."""
    try:
        return qrelay.template(circuit, format_name)
    except QrelayError as error:
        with pytest.raises(type(error)):
            wanted()
        return None


ANGLES = st.one_of(
    st.tuples(st.just("parameter"), st.integers(0, 2)),
    st.tuples(st.just("number"), st.floats(-3, 3, allow_subnormal=False)),
    st.tuples(st.just("linear"), st.integers(0, 2), st.sampled_from([-1, 2, 0.3, 1 / 3]), st.sampled_from([0, 0.2])),
    st.tuples(st.just("sum"), st.integers(0, 2), st.integers(0, 2), st.sampled_from([1, -1, 0.5])),
    st.tuples(st.just("product"), st.integers(0, 2), st.integers(0, 2)),
    st.tuples(st.just("sine"), st.integers(0, 2)),
)


def expression(angle: tuple[Any, ...], parameters: Any, sine: Callable[[Any], Any]) -> Any:
    kind, *parts = angle
    if kind == "parameter":
        return parameters[parts[0]]
    if kind == "number":
        return parts[0]
    if kind == "linear":
        return parameters[parts[0]] * parts[1] + parts[2]
    if kind == "sum":
        return parameters[parts[0]] + parameters[parts[1]] * parts[2]
    if kind == "product":
        return parameters[parts[0]] * parameters[parts[1]]
    return sine(parameters[parts[0]])


def assert_bindings(circuit: Any, format_name: str, values: list[float], bound: Any) -> None:
    template = made(circuit, format_name, lambda: qrelay.encode(bound, format_name).data)
    if template is None:
        return
    assert template.compiled == INPUT_FORMATS[format_name].fills
    found = template.bind(values)
    assert found == encode(qrelay.read(circuit, symbolic=True).bound(values), format_name)
    if template.compiled:
        wanted = qrelay.encode(bound, format_name)
        assert found.layout == wanted.layout
        _assert_same_but_for_rounding(found.data, wanted.data)
