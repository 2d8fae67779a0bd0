"""Numbers as texts: what is written at once is what Python writes one by one."""

from __future__ import annotations

import math

from hypothesis import example, given
from hypothesis import strategies as st

from qrelay.formats.numbers import texts
from qrelay.formats.openqasm_lines import real

_numbers = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False),
    st.floats(-10, 10),
    st.floats(1e-6, 1e-3),
    st.floats(1e14, 1e18),
    st.integers(-(10**6), 10**6).map(float),
)


@given(st.lists(_numbers, max_size=30))
@example([])
@example([0.0, -0.0, 1.0, 0.1, math.pi, 1e15, 123456789.125])
@example([1e-4])
@example([9.999999999999999e-05])
@example([1e16])
@example([9999999999999998.0])
@example([0.5, -3e-300])
def test_they_are_pythons_own(numbers: list[float]) -> None:
    """Bug: an encoder of JSON writes 0.00005 where the writers have 5e-05, and a template's bytes are others."""
    for number in (repr, real):
        assert texts(numbers, number) == texts(tuple(numbers), number) == [number(value) for value in numbers]
