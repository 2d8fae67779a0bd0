"""What the command line and the demo draw: histograms and tables as rich renderables, never printed from here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, RenderResult
from rich.table import Table
from rich.text import Text

from qrelay.cloud.target import Target

__all__ = ["Histogram", "histogram", "table_of", "targets_table"]

_EIGHTHS = ("", "▏", "▎", "▍", "▌", "▋", "▊", "▉")


_LEAST_BAR = 8


def histogram(counts: Mapping[str, int], *, width: int = 40, rows: int = 16) -> Histogram:
    """Draw counts as bars, one row a bit string, most frequent first; a tie is broken by the bit string.

    Bit strings stand as Qiskit writes them. When there are more than `rows`, the last line says how many outcomes and
    shots are not shown: nothing is dropped in silence. Bars are `width` cells at most. Where the console is too narrow
    they shrink, then bit strings go on in the next line; neither they nor the counts are ever cut.
    """
    return Histogram(dict(counts), width, rows)


@dataclass(frozen=True, slots=True)
class Histogram:
    """A rich renderable that fits its bars to the console when it is drawn."""

    counts: Mapping[str, int]
    width: int
    rows: int

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        total = sum(self.counts.values())
        ordered = sorted(self.counts.items(), key=lambda item: (-item[1], item[0]))
        all_fit = len(ordered) <= self.rows
        shown, rest = (ordered, []) if all_fit else (ordered[: self.rows - 1], ordered[self.rows - 1 :])
        top = max((count for _, count in shown), default=0)
        left = sum(count for _, count in rest)
        figures = [count for _, count in shown] + ([left] if rest else [])
        labels = [bits for bits, _ in shown]
        numbers = max((len(str(count)) for count in figures), default=0)
        shares = max((len(f"{count / total:.1%}") for count in figures), default=0)
        free = options.max_width - numbers - shares - 3  # three columns follow a space
        longest = max(map(len, labels), default=0)
        width = max(min(self.width, free - longest), min(self.width, _LEAST_BAR))
        table = Table.grid(padding=(0, 1))
        table.add_column(overflow="fold", width=max(1, min(longest, free - width)), style="bold")
        table.add_column(width=width)
        table.add_column(justify="right", no_wrap=True, width=numbers)
        table.add_column(justify="right", no_wrap=True, width=shares, style="dim")
        for bits, count in shown:
            table.add_row(Text(bits), Text(bar(count, top, width), style="cyan"), str(count), f"{count / total:.1%}")
        if rest:
            more = Text(f"{len(rest)} more outcomes", style="dim")
            table.add_row(Text("…", justify="right"), more, str(left), f"{left / total:.1%}")
        yield table


def bar(count: int, top: int, width: int) -> str:
    """A bar of `width` cells for `top`, in steps of an eighth of a cell; any count above zero leaves a mark."""
    if count <= 0:
        return ""
    eighths = max(1, round(count * width * 8 / top))
    return "█" * (eighths // 8) + _EIGHTHS[eighths % 8]


def targets_table(targets: Iterable[Target]) -> Table:
    """One row a target: id, qubits, whether it takes jobs now, queue, formats in order of preference."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading, justify in (
        ("target", "left"),
        ("qubits", "right"),
        ("status", "left"),
        ("queue", "right"),
        ("formats", "left"),
    ):
        table.add_column(heading, justify=justify, no_wrap=heading != "formats")  # type: ignore[arg-type]
    for target in targets:
        table.add_row(
            target.id,
            "–" if target.num_qubits is None else str(target.num_qubits),
            Text(target.status, style="green" if target.available else "yellow"),
            _seconds(target.queue_seconds),
            ", ".join(target.formats) or _why_none(target),
        )
    return table


def _why_none(target: Target) -> str:
    return f"not yet: {', '.join(target.unwritten)}" if target.unwritten else "takes no circuits"


def table_of(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> Table:
    """A plain table of text cells; the first column is never cut or broken."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for number, heading in enumerate(headings):
        table.add_column(heading, no_wrap=number == 0, overflow="fold")  # ids are for copying: never cut
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    return table


def _seconds(value: int | None) -> str:
    if value is None:
        return "–"
    if value < 120:
        return f"{value} s"
    return f"{value // 60} min" if value < 7200 else f"{value // 3600} h"
