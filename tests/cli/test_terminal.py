"""What is drawn is what was counted."""

from __future__ import annotations

import io
import re

import pytest
from rich.console import Console

from qrelay.cloud.target import Target
from qrelay.terminal import bar, histogram, table_of, targets_table


def drawn(renderable: object, width: int = 100) -> str:
    output = io.StringIO()
    Console(file=output, width=width, color_system=None).print(renderable)
    return output.getvalue()


def test_bars_are_proportional_and_ordered() -> None:
    """A histogram that sorts by bit string, or scales by the total, is misread."""
    lines = drawn(histogram({"01": 250, "11": 500, "00": 250}, width=40)).splitlines()
    assert [line.split()[0] for line in lines] == [
        "11",
        "00",
        "01",
    ]  # a tie by bit string, whatever the order of the counts
    assert [line.count("█") for line in lines] == [40, 20, 20]
    assert "50.0%" in lines[0]
    assert "25.0%" in lines[1]


def test_rows_left_out_are_counted() -> None:
    """Outcomes that do not fit must not vanish without a word."""
    counts = {f"{value:05b}": value + 1 for value in range(32)}
    text = drawn(histogram(counts, rows=16))
    lines = text.splitlines()
    assert len(lines) == 16
    assert "17 more outcomes" in lines[-1]
    assert str(sum(range(1, 18))) in lines[-1]


@pytest.mark.parametrize("width", [40, 80, 200])
@pytest.mark.parametrize("bits", [3, 29, 56, 156])
def test_a_narrow_terminal_cuts_neither_bits_nor_counts(bits: int, width: int) -> None:
    """Wide circuits on a terminal of 80 columns: bit strings ended in dots, and the counts were not there at all."""
    counts = {format(2**bits // 3 + number, f"0{bits}b"): 7000 + number for number in range(20 if bits > 4 else 4)}
    text = drawn(histogram(counts), width)
    shown = dict(sorted(counts.items(), key=lambda item: -item[1])[:15])
    lines = text.splitlines()
    assert max(map(len, lines)) <= width
    together = "".join(re.match("[01]*", line)[0] for line in lines)  # type: ignore[index]
    for label, count in shown.items():
        assert label in together
        assert len(re.findall(rf"[█▏▎▍▌▋▊▉] +{count} +\d+\.\d%", text)) == 1
    assert bits < 4 or re.search(r"… 5 more", text)


@pytest.mark.parametrize(("count", "expected"), [(0, ""), (1, "▏"), (50, "█████"), (55, "█████▌"), (100, "█" * 10)])
def test_bar_in_eighths(count: int, expected: str) -> None:
    """A rare outcome that draws nothing looks like one that never happened."""
    assert bar(count, 100, 10) == expected
    assert bar(count, 1_000_000, 10) == ("▏" if count else "")


def test_no_counts_draw_nothing() -> None:
    assert drawn(histogram({})).strip() == ""


def test_targets_that_take_no_circuits_say_so() -> None:
    target = Target(id="pasqal.sim.emu-tn", provider="pasqal", available=False, status="Degraded", queue_seconds=7300)
    text = drawn(targets_table([target]))
    assert "takes no circuits" in text
    assert "Degraded" in text
    assert "2 h" in text


def test_ids_are_never_cut() -> None:
    """An id that ends in dots cannot be given to the next command."""
    row = ("62f350e9-bcce-4fcc-a394-23278e82ed9f", "Succeeded", "quantinuum.sim.h2-1e", "a long name " * 5, "2026")
    output = io.StringIO()
    Console(file=output, width=70, color_system=None).print(table_of(("job", "status", "target", "name", "at"), [row]))
    assert row[0] in output.getvalue()
    assert "…" not in output.getvalue()
