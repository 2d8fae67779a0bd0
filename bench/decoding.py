"""What decoding an answer of many shots costs beside parsing its JSON, which nobody gets round."""

from __future__ import annotations

import gc
import json
import random
import statistics
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from qrelay.program import Layout, Register
from qrelay.results import decode

__all__ = ["FORMAT", "GOAL", "Ratio", "answer", "lines", "measure", "ratio"]

FORMAT = "microsoft.quantum-results.v2"
GOAL = 2.5
"""Times the time of `json.loads` on the same bytes."""

SHAPES: tuple[tuple[int, ...], ...] = ((5,), (3, 2), (20,), (10, 10))
"""Bits of each register, one circuit a row."""


@dataclass(frozen=True)
class Ratio:
    """Seconds of the processor, medians; the ratio is the median over the rounds, round by round."""

    registers: tuple[int, ...]
    shots: int
    parsing: float
    decoding: float
    ratio: float


def answer(registers: Sequence[int], shots: int, *, seed: int = 7) -> tuple[bytes, Layout]:
    """A service's answer with a histogram and single shots, and the layout of the circuit: half of the shots are in two
    states, as of a noisy GHZ, the others anywhere."""
    dice = random.Random(seed)
    width = sum(registers)
    ends = (0, (1 << width) - 1)
    states = [dice.choice(ends) if dice.random() < 0.5 else dice.getrandbits(width) for _ in range(shots)]
    counts: dict[int, int] = {}
    for state in states:
        counts[state] = counts.get(state, 0) + 1
    written = {state: _outcome(state, registers) for state in counts}
    histogram = [
        {"Outcome": outcome, "Display": _display(outcome), "Count": counts[state]} for state, outcome in written.items()
    ]
    item = {"Histogram": histogram, "Shots": [written[state] for state in states]}
    groups: list[Register] = []
    for place, size in enumerate(registers):
        start = sum(registers[:place])
        groups.append(Register(f"c{place}", tuple(range(start, start + size))))
    layout = Layout(width, tuple(groups), tuple(range(width)), width)
    return json.dumps({"DataFormat": FORMAT, "Results": [item]}).encode(), layout


def _outcome(state: int, registers: Sequence[int]) -> Any:
    parts: list[list[int]] = []
    for size in registers:
        parts.insert(0, [state >> bit & 1 for bit in reversed(range(size))])
        state >>= size
    return parts[0] if len(parts) == 1 else {f"Item{place}": part for place, part in enumerate(parts, 1)}


def _display(outcome: Any) -> str:
    return str(outcome) if isinstance(outcome, list) else f"({', '.join(map(str, outcome.values()))})"


def ratio(registers: Sequence[int], *, shots: int = 1_000_000, rounds: int = 5) -> Ratio:
    """Parse and decode the same bytes in turns, so that whatever else the machine does falls on both."""
    data, layout = answer(registers, shots)
    parsing: list[float] = []
    decoding: list[float] = []
    for turn in range(rounds + 1):  # the first one warms up
        gc.collect()
        began = time.process_time()
        parsed = json.loads(data)
        spent = time.process_time() - began
        del parsed
        gc.collect()
        began = time.process_time()
        outcome = decode(data, FORMAT, layout, shots)
        if turn:
            parsing.append(spent)
            decoding.append(time.process_time() - began)
        del outcome
    times = statistics.median(after / before for before, after in zip(parsing, decoding, strict=True))
    return Ratio(tuple(registers), shots, statistics.median(parsing), statistics.median(decoding), times)


def measure(*, short: bool = False, rounds: int = 5) -> list[dict[str, Any]]:
    """One record for each of SHAPES, of a million shots, or of 100,000 if `short`."""
    shots = 100_000 if short else 1_000_000
    return [asdict(ratio(registers, shots=shots, rounds=rounds)) | {"goal": GOAL} for registers in SHAPES]


def lines(records: list[dict[str, Any]]) -> list[str]:
    """The records for people."""
    told = [f"Decoding {FORMAT}: seconds of the processor, and how many times json.loads that is (at most {GOAL:g})"]
    told += [
        f"{record['shots']:>9} shots, registers of {record['registers']!s:<9} json.loads {record['parsing']:6.2f}"
        f"  decode {record['decoding']:6.2f}  ratio {record['ratio']:5.2f}"
        for record in records
    ]
    return told


if __name__ == "__main__":
    print(*lines(measure()), sep="\n")
