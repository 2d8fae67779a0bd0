"""What the command line and the demo draw: histograms and tables as rich renderables, never printed from here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from rich.table import Table
from rich.text import Text

from qrelay.cloud.target import Target

__all__ = ["histogram", "table_of", "targets_table"]

_EIGHTHS = ("", "▏", "▎", "▍", "▌", "▋", "▊", "▉")


def histogram(counts: Mapping[str, int], *, width: int = 40, rows: int = 16) -> Table:
    """Draw counts as bars, one row a bit string, most frequent first; a tie is broken by the bit string.

    Bit strings stand as Qiskit writes them. When there are more than `rows`, the last line says how many outcomes and
    shots are not shown: nothing is dropped in silence.
    """
    total = sum(counts.values())
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    shown, rest = (ordered, []) if len(ordered) <= rows else (ordered[: rows - 1], ordered[rows - 1 :])
    top = max((count for _, count in shown), default=0)
    table = Table.grid(padding=(0, 1))
    table.add_column(justify="right", no_wrap=True, style="bold")
    table.add_column(no_wrap=True, width=width)
    table.add_column(justify="right", no_wrap=True)
    table.add_column(justify="right", no_wrap=True, style="dim")
    for bits, count in shown:
        table.add_row(Text(bits), Text(bar(count, top, width), style="cyan"), str(count), f"{count / total:.1%}")
    if rest:
        left = sum(count for _, count in rest)
        table.add_row(Text("…"), Text(f"{len(rest)} more outcomes", style="dim"), str(left), f"{left / total:.1%}")
    return table


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
            ", ".join(target.formats) or "takes no circuits",
        )
    return table


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
