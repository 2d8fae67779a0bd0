"""The table of `Sampler.sample`: a row for each repetition, a column for each parameter and each measurement key."""

from __future__ import annotations

from collections.abc import Sequence

import cirq
import pandas as pd

from qrelay.errors import InvalidOption

__all__ = ["data_frame", "parameters_of_all"]


def parameters_of_all(points: Sequence[cirq.ParamResolver]) -> list[str]:
    """The parameters that every point gives a value to, by name. Raises InvalidOption if points differ in them."""
    if not points:
        raise InvalidOption("`params` has no points, so there is nothing to sample.", option="params")
    names, *others = [sorted(map(str, point.param_dict)) for point in points]
    for other in others:
        if other != names:
            raise InvalidOption(
                f"The points of `params` have different parameters, {names} and {other}, which make no table.",
                option="params",
            )
    return names


def data_frame(
    points: Sequence[cirq.ParamResolver], parameters: Sequence[str], results: Sequence[cirq.Result]
) -> pd.DataFrame:
    """Point by point; the index is the number of the repetition, results are integers, first qubit most significant."""
    tables = []
    for point, result in zip(points, results, strict=True):
        values = pd.DataFrame({name: point.value_of(name) for name in parameters}, index=result.data.index)
        tables.append(pd.concat([values, result.data], axis=1))
    return pd.concat(tables)
