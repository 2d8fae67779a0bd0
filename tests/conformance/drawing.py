"""How many circuits are drawn."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, Phase, settings

__all__ = ["examples"]

_FEW = 25


def examples(request: Any, share: float = 1.0) -> settings:
    """A few, always the same; with pytest's option `--examples N` a share of N, others each time."""
    asked = request.config.getoption("--examples")
    return settings(
        max_examples=max(1, round(share * (asked or _FEW))),
        derandomize=not asked,
        deadline=None,
        database=None,
        print_blob=True,
        phases=(Phase.explicit, Phase.generate, Phase.shrink),
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
    )
