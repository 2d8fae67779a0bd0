"""What commands write: tables and histograms for people, one JSON document for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

import typer
from rich.console import Console

from qrelay.terminal import histogram

if TYPE_CHECKING:
    from qrelay.cloud import Job, JobRecord
    from qrelay.results import Outcome

__all__ = ["job_document", "show_outcomes", "tables", "when", "write_json"]

_WIDE = 1000
"""Columns of output that no terminal folds."""


def tables() -> Console:
    """Where tables go: as wide as the terminal, and never folded on the way into a file or another program."""
    return Console() if sys.stdout.isatty() else Console(width=_WIDE)


def show_outcomes(job: Job, outcomes: Iterable[Outcome | None], *, as_json: bool) -> None:
    """Each circuit's outcome, or None for one without a result."""
    documents = [None if outcome is None else _outcome_document(job, outcome) for outcome in outcomes]
    if as_json:
        write_json({"job": job.id, "target": job.target, "circuits": documents})
        return
    console = tables()
    for index, document in enumerate(documents):
        if document is None:
            console.print(f"circuit {index} has no result", highlight=False)
            continue
        counts: Mapping[str, int] = document["counts"]
        asked, usable = document["shots_asked"], document["shots_usable"]
        shots = f"{usable} shots" if asked in (None, usable) else f"{usable} usable of {asked} shots asked"
        title = f"{document['name']} on {job.target}, {shots}".strip()
        console.print(title, highlight=False, markup=False)
        console.print(f"bits: {_bits(document['registers'])}", style="dim", highlight=False, markup=False)
        console.print(histogram(counts))
    console.print(f"job {job.id}", style="dim", highlight=False, markup=False)


def _outcome_document(job: Job, outcome: Outcome) -> dict[str, Any]:
    return {
        "name": outcome.layout.name or job.name,
        "shots_asked": outcome.shots_asked,
        "shots_returned": outcome.shots_returned,
        "shots_usable": outcome.shots_usable,
        "registers": [{"name": name, "size": len(bits)} for name, bits in reversed(outcome.layout.groups)],
        "counts": outcome.counts(),
        "probabilities": None if outcome.probabilities is None else dict(outcome.probabilities),
    }


def _bits(registers: Iterable[Mapping[str, Any]]) -> str:
    """What stands where in a bit string: `b[0] a[1…0]` for a register b of one bit before a register a of two."""
    return " ".join(
        f"{own['name']}[{own['size'] - 1}…0]" if own["size"] > 1 else f"{own['name']}[0]" for own in registers
    )


def job_document(record: JobRecord) -> dict[str, Any]:
    return {
        "id": record.id,
        "name": record.name,
        "status": record.status,
        "target": record.target,
        "format": record.input_format,
        "shots": record.shots,
        "session": record.session_id,
        "error_code": record.error_code,
        "error_message": record.error_message,
        "created": record.created,
        "began": record.began,
        "ended": record.ended,
        "cost": record.cost,
    }


def when(moment: datetime | None) -> str:
    return "–" if moment is None else moment.astimezone().strftime("%Y-%m-%d %H:%M:%S")


def write_json(document: Any) -> None:
    typer.echo(json.dumps(document, indent=2, default=datetime.isoformat))
