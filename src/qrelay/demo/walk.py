"""What the demo shows, in order, and what it found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.console import Console

from qrelay.demo.ghz import Corner, show_corners, show_formats
from qrelay.demo.hydrogen import Hydrogen, show_hydrogen
from qrelay.demo.maxcut import MaxCut, show_maxcut
from qrelay.embedded import embedded
from qrelay.terminal import targets_table

if TYPE_CHECKING:
    from qrelay.cloud import Account

__all__ = ["Report", "run", "walk_through"]


@dataclass(frozen=True, slots=True)
class Report:
    """What the demo found. `formats` are counts by target, as Qiskit gives them; `jobs` and `requests` those of both
    services together."""

    formats: Mapping[str, Mapping[str, int]]
    corners: tuple[Corner, ...]
    hydrogen: Hydrogen
    maxcut: MaxCut
    jobs: int
    requests: int

    @property
    def sound(self) -> bool:
        """Whether the figures are what physics says, within the errors that the demo prints."""
        return self.hydrogen.accurate and self.maxcut.consistent


def run(console: Console) -> Report:
    """Run the demo on an embedded cloud of this process, and draw it on the console."""
    with embedded() as (workspace, hub):
        return walk_through(console, workspace, hub)


def walk_through(console: Console, azure: Account, kipu: Account) -> Report:
    """What the demo shows, on an embedded cloud that somebody else may look at afterwards."""
    for service, account in (("Azure Quantum", azure), ("the Kipu Quantum Hub", kipu)):
        console.rule(f"Targets of {service}", align="left")
        console.print(targets_table(account.targets()))
        console.print()
    formats = show_formats(console, azure)
    corners = show_corners(console, azure, kipu)
    hydrogen = show_hydrogen(console, azure)
    maxcut = show_maxcut(console, azure)
    accounts = (azure, kipu)
    report = Report(
        formats=formats,
        corners=corners,
        hydrogen=hydrogen,
        maxcut=maxcut,
        jobs=sum(account.jobs_submitted for account in accounts),
        requests=sum(account.requests for account in accounts),
    )
    console.print()
    console.print(f"{report.jobs} jobs in {report.requests} requests, no account, no network.", highlight=False)
    return report
