"""One circuit through one format: right, or refused with a reason. Anything else is a failure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from judges import cirq_answers, exact
from judges.payloads import distribution

import qrelay
from conformance import sayings
from qrelay.errors import UnsupportedCircuit

__all__ = ["Verdict", "assert_justified", "of_cirq", "of_qiskit"]

SHOTS = 400


@dataclass(frozen=True)
class Verdict:
    """`word` is "right" or "refused"; `reason` is the refusal's, without index and names."""

    word: str
    reason: str = ""
    error: UnsupportedCircuit | None = None


def of_qiskit(circuit: Any, format_name: str, wanted: Mapping[int, float], shots: int = SHOTS) -> Verdict:
    """`wanted` is the distribution of the circuit's memory. AssertionError for any other distribution."""
    payload = _encoded(circuit, format_name)
    if isinstance(payload, Verdict):
        return payload
    found = distribution(payload, shots)
    assert found.fits(wanted, 1e-7), f"{format_name}: {dict(found.weights)} instead of {dict(wanted)}"
    return Verdict("right")


def of_cirq(circuit: Any, format_name: str, wanted: Mapping[Any, float], shots: int = SHOTS) -> Verdict:
    """`wanted` is the distribution of the circuit's records. AssertionError for any other distribution."""
    payload = _encoded(circuit, format_name)
    if isinstance(payload, Verdict):
        return payload
    found = distribution(payload, shots)
    by_records: dict[Any, float] = {}
    for memory, weight in found.weights.items():
        records = cirq_answers.records(payload.layout, memory)
        by_records[records] = by_records.get(records, 0) + weight
    if found.is_exact:
        fits = exact.same_distribution(by_records, wanted, 1e-6)
    else:
        fits = exact.p_value({records: int(count) for records, count in by_records.items()}, wanted) > 1e-6
    assert fits, f"{format_name}: {by_records} instead of {dict(wanted)}"
    return Verdict("right")


def assert_justified(error: UnsupportedCircuit, format_name: str, needs: frozenset[str], count: int | None) -> None:
    """A refusal names one of the circuit's `count` operations, and the format need not say all that it `needs`."""
    assert not sayings.must_say(format_name, needs), f"refused, and only needs {sorted(needs)}: {error}"
    if "length" in needs and error.index is None:
        return  # no one operation's fault
    assert error.operation
    assert error.index is not None
    assert error.index >= 0
    assert count is None or error.index < count


def _encoded(circuit: Any, format_name: str) -> Any:
    try:
        return qrelay.encode(circuit, format_name)
    except UnsupportedCircuit as error:
        return Verdict("refused", _reason(error), error)


def _reason(error: UnsupportedCircuit) -> str:
    """The message from behind "Operation 3, 'if', " on, up to the end of its first sentence, sizes left out."""
    text = str(error)
    if error.index is not None:
        assert text.startswith(f"Operation {error.index}, {error.operation!r}, "), text
        text = text.removeprefix(f"Operation {error.index}, {error.operation!r}, ")
    return re.sub(r"comes to [\d,]+", "comes to too many", text.split(". ")[0].removesuffix("."))
