"""`way` here is every framework and format, run by the format's judge: formats that no embedded cloud takes, too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

pytest.importorskip("qiskit")
pytest.importorskip("cirq")

from corners import Drawing, JudgedCirqWay, JudgedQiskitWay, judged_ways, make_way

from conformance import verdicts
from qrelay.errors import UnsupportedCircuit


@pytest.fixture(params=judged_ways())
def way(request: pytest.FixtureRequest) -> Any:
    return make_way(request.param, {})


@pytest.fixture(params=judged_ways("qiskit"))
def qiskit_way(request: pytest.FixtureRequest) -> JudgedQiskitWay:
    made: JudgedQiskitWay = make_way(request.param, {})
    return made


@pytest.fixture(params=judged_ways("cirq"))
def cirq_way(request: pytest.FixtureRequest) -> JudgedCirqWay:
    made: JudgedCirqWay = make_way(request.param, {})
    return made


@pytest.fixture
def right_or_refused(record_property: Callable[[str, object], None]) -> Callable[..., bool]:
    """`right_or_refused(way, check, *needs)`: whether `check()` ran.

    A refusal is fine only if the format need not be able to say one of `needs`, and if it names the operation.
    """

    def judge(way: Any, check: Callable[[], object], *needs: str) -> bool:
        try:
            check()
        except UnsupportedCircuit as error:
            verdicts.assert_justified(error, way.format, frozenset(needs), None)
            record_property("refused", str(error))
            return False
        return True

    return judge


@pytest.fixture
def drawn(right_or_refused: Callable[..., bool]) -> Callable[..., bool]:
    """`drawn(way, drawing, *needs)`: the drawing's exact distribution, or a justified refusal."""

    def judge(way: Any, drawing: Drawing, *needs: str) -> bool:
        return right_or_refused(way, lambda: way.assert_fits(drawing, 1000), *needs)

    return judge
