"""The commands. Each opens an account, does one thing, shows it, and closes the account."""

from __future__ import annotations

import json
import logging
import sys
import warnings
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from qrelay._version import __version__
from qrelay.errors import (
    ConfigurationError,
    InvalidOption,
    PartialResult,
    QrelayError,
    UnknownTarget,
    UnsupportedCircuit,
)
from qrelay.terminal import histogram, table_of, targets_table

__all__ = ["app", "run_app"]

_EXTRAS = {"qiskit": "qiskit", "starlette": "local", "uvicorn": "local", "qiskit_aer": "local"}
"""What of qrelay brings a package that a command imports."""

_LONG_PAUSE = 1.5
"""Seconds of silence between two attempts, from which on the user is told."""

_WIDE = 1000
"""Columns of output that no terminal folds."""

app = typer.Typer(
    help="Run circuits on quantum clouds, or on the embedded cloud of this machine.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

_Local = Annotated[bool, typer.Option("--local", help="Use the embedded cloud: no account, no network.")]
_Data = Annotated[
    Path | None,
    typer.Option("--data", metavar="FILE", help="Keep the embedded cloud's jobs in this file. Implies --local."),
]
_Json = Annotated[bool, typer.Option("--json", help="Write one JSON document for other programs.")]
_Id = Annotated[str, typer.Argument(metavar="ID", help="The job's id, also of a composite job.")]
_Limit = Annotated[int, typer.Option("--limit", min=1, help="At most this many.")]
_Timeout = Annotated[float | None, typer.Option(help="Seconds to wait; the job goes on afterwards.")]


def run_app() -> None:
    """Run the command line: errors of qrelay become one line on standard error and exit code 1 or 2, no traceback."""
    warnings.showwarning = _show_warning
    requests, pauses = logging.getLogger("qrelay.http"), _Pauses()
    requests.addHandler(pauses)
    requests.setLevel(logging.INFO)
    try:
        app(prog_name="qrelay")
    except QrelayError as error:
        words = " ".join([str(error), *getattr(error, "__notes__", ())])
        sys.stderr.write(f"qrelay: {' '.join(words.split())}\n")
        mistaken = (ConfigurationError, InvalidOption, UnknownTarget, UnsupportedCircuit)
        raise SystemExit(2 if isinstance(error, mistaken) else 1) from None
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        if package not in _EXTRAS:
            raise
        sys.stderr.write(
            f"qrelay: this command needs {package}. Install it with: pip install 'qrelay[{_EXTRAS[package]}]'\n"
        )
        raise SystemExit(2) from None
    finally:
        requests.removeHandler(pauses)


class _Pauses(logging.Handler):
    """Says on standard error why nothing happens, where a request that got no answer is repeated after a while."""

    def emit(self, record: logging.LogRecord) -> None:
        if getattr(record, "pause", 0.0) >= _LONG_PAUSE:
            sys.stderr.write(f"qrelay: {record.getMessage()}\n")


@app.callback(invoke_without_command=True)
def _version(version: Annotated[bool, typer.Option("--version", help="Show the version.")] = False) -> None:
    if version:
        typer.echo(f"qrelay {__version__}")
        raise typer.Exit


@app.command()
def demo() -> None:
    """Do the real thing on the embedded cloud: three formats, then the energy of H2 in one session."""
    from qrelay import demo as the_demo

    report = the_demo.run(Console())
    if abs(report.from_probabilities - report.exact) >= the_demo.CHEMICAL_ACCURACY:
        raise typer.Exit(1)


@app.command()
def targets(local: _Local = False, data: _Data = None, as_json: _Json = False) -> None:
    """List the account's targets."""
    with _account(_embedded(local, data), data) as account:
        found = account.targets()
    if as_json:
        fields = ("id", "provider", "available", "status", "queue_seconds", "num_qubits", "formats")
        _write_json([{name: getattr(target, name) for name in fields} for target in found])
    else:
        _console().print(targets_table(found))


@app.command()
def run(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="OpenQASM 2 or 3.", exists=True, dir_okay=False)],
    target: Annotated[str, typer.Option("--target", "-t", help="Where to run, such as ionq.simulator.")],
    shots: Annotated[int | None, typer.Option("--shots", "-n", help="The target's default if not given.")] = None,
    format_name: Annotated[
        str | None, typer.Option("--format", "-f", help="Input format; the target's first that fits if not given.")
    ] = None,
    name: Annotated[str | None, typer.Option(help="The job's name; the file's if not given.")] = None,
    session: Annotated[str | None, typer.Option(help="Id of an open session to run in.")] = None,
    optimization_level: Annotated[int | None, typer.Option(min=0, max=3, help="Qiskit's transpiler level.")] = None,
    seed_transpiler: Annotated[int | None, typer.Option(help="Seed of Qiskit's transpiler.")] = None,
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="Wait for the result, or write the job's id.")] = True,
    timeout: _Timeout = None,
    local: _Local = False,
    data: _Data = None,
    as_json: _Json = False,
) -> None:
    """Run a circuit file and show what was measured."""
    from qrelay.cli.circuits import load
    from qrelay.qiskit import Provider

    circuit = load(file)
    embedded = _embedded(local, data)
    if not wait and embedded and data is None:
        raise ConfigurationError(
            "A job of an embedded cloud in memory ends with this command. Give --data FILE with --no-wait."
        )
    chosen = {
        "shots": shots,
        "format": format_name,
        "name": name,
        "session": session,
        "optimization_level": optimization_level,
        "seed_transpiler": seed_transpiler,
    }
    given = {option: value for option, value in chosen.items() if value is not None}
    with _account(embedded, data) as account:
        if embedded and not (local or data or account.target(target).simulator):
            raise ConfigurationError(
                f"{target} is a device, and the environment names no workspace that has it. Name one in the "
                "environment, or have it simulated on this machine by --local."
            )
        job = Provider(account).get_backend(target).run(circuit, **given).cloud_job
        if not wait:
            _write_json({"job": job.id}) if as_json else typer.echo(job.id)
            return
        outcomes = job.results(timeout=timeout)
    _show_outcomes(job, outcomes, as_json=as_json)


@app.command()
def jobs(
    name: Annotated[str | None, typer.Option(help="Names that begin with this.")] = None,
    target: Annotated[str | None, typer.Option("--target", "-t", help="Only jobs on this target.")] = None,
    status: Annotated[str | None, typer.Option(help="Only jobs with the service's status of this name.")] = None,
    session: Annotated[str | None, typer.Option(help="Only jobs of this session.")] = None,
    limit: _Limit = 20,
    local: _Local = False,
    data: _Data = None,
    as_json: _Json = False,
) -> None:
    """List jobs."""
    chosen = {"name": name, "target": target, "status": status, "session": session}
    given = {option: value for option, value in chosen.items() if value is not None}
    with _account(local, data) as account:
        records = [job.record for job in account.jobs(limit=limit, **given)]
    if as_json:
        _write_json([_job_document(record) for record in records])
    else:
        rows = ((r.id, r.status, r.target, r.name, _when(r.created)) for r in records)
        _console().print(table_of(("job", "status", "target", "name", "created"), rows))


@app.command()
def job(job_id: _Id, local: _Local = False, data: _Data = None, as_json: _Json = False) -> None:
    """Show what the service says about a job."""
    with _account(local, data) as account:
        found = account.job(job_id)
        state = found.status()
        records = found.records if found.composite else (found.record,)
    if as_json:
        documents = [None if record is None else _job_document(record) for record in records]
        _write_json({"job": job_id, "state": state.value, "circuits": documents})
        return
    if found.composite:
        typer.echo(f"{found.count} circuits, {state.value}")
    for record in records:
        if record is None:
            typer.echo("never submitted")
            continue
        for key, value in _job_document(record).items():
            if value not in (None, ""):
                typer.echo(f"{key:<14} {value}")


@app.command()
def result(
    job_id: _Id,
    raw: Annotated[bool, typer.Option("--raw", help="Write the answer's bytes as the service sent them.")] = False,
    timeout: _Timeout = None,
    local: _Local = False,
    data: _Data = None,
    as_json: _Json = False,
) -> None:
    """Wait for a job and show what was measured; of a list with failed members, what the others measured."""
    with _account(local, data) as account:
        found = account.job(job_id)
        if raw:
            sys.stdout.buffer.write(found.raw_result(timeout))
            return
        try:
            outcomes = found.results(timeout=timeout)
        except PartialResult as error:
            _show_outcomes(found, [error.outcomes.get(index) for index in range(found.count)], as_json=as_json)
            raise
    _show_outcomes(found, outcomes, as_json=as_json)


@app.command()
def cancel(job_id: _Id, local: _Local = False, data: _Data = None) -> None:
    """Ask the service to cancel a job."""
    with _account(local, data) as account:
        found = account.job(job_id)
        found.cancel()
        typer.echo(found.status().value)


@app.command()
def sessions(
    only_open: Annotated[bool, typer.Option("--open", help="Only sessions that still take jobs.")] = False,
    close: Annotated[bool, typer.Option("--close", help="Close all open sessions.")] = False,
    limit: _Limit = 20,
    local: _Local = False,
    data: _Data = None,
    as_json: _Json = False,
) -> None:
    """List sessions, or close those that were left open."""
    with _account(local, data) as account:
        if close:
            closed = account.close_sessions()
            _write_json(closed) if as_json else typer.echo("\n".join(closed) or "no session was open")
            return
        found = [session.record for session in account.sessions(open=True if only_open else None, limit=limit)]
    if as_json:
        _write_json(
            [{"id": r.id, "status": r.status, "target": r.target, "name": r.name, "created": r.created} for r in found]
        )
    else:
        rows = ((r.id, r.status, r.target, r.name, _when(r.created)) for r in found)
        _console().print(table_of(("session", "status", "target", "name", "created"), rows))


@app.command()
def serve(
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port on 127.0.0.1; 0 takes a free one.")] = 0,
    data: Annotated[Path | None, typer.Option(metavar="FILE", help="Keep everything in this file.")] = None,
    key: Annotated[list[str] | None, typer.Option(help="Accept only this API key; may be repeated.")] = None,
    faults: Annotated[
        list[str] | None,
        typer.Option(
            metavar="'METHOD PATH WHAT…'", help="Go wrong on purpose, as 'PUT */jobs/* drop'; may be repeated."
        ),
    ] = None,
) -> None:
    """Serve the embedded cloud on this machine until interrupted."""
    from qrelay.local import parse_fault
    from qrelay.local import serve as serve_local

    try:
        ordered = [parse_fault(text) for text in faults or ()]
    except ValueError as error:
        raise ConfigurationError(f"{error}.") from error
    serve_local(port, data=data, keys=key or None, faults=ordered)


def _embedded(local: bool, data: Path | None) -> bool:
    """Whether to take the embedded cloud: where it was asked for, and where there is nothing else, which is then said.

    For the commands that need nothing from an earlier one. A half-named workspace is not nothing: that is a mistake.
    """
    from qrelay.azure.connection import named_in_environment

    if local or data is not None:
        return True
    if named_in_environment():
        return False
    sys.stderr.write(
        "qrelay: the environment names no workspace: this is the embedded cloud of this machine, as with --local.\n"
    )
    return True


@contextmanager
def _account(local: bool, data: Path | None) -> Iterator[Any]:
    from qrelay.azure import Workspace

    if local or data is not None:
        with Workspace.local(data=data) as account:
            yield account
        return
    try:
        account = Workspace.from_env()
    except ConfigurationError as error:
        raise ConfigurationError(f"{error} (--local takes the embedded cloud instead.)") from error
    with account:
        yield account


def _console() -> Console:
    """Where tables go: as wide as the terminal, and never folded on the way into a file or another program."""
    return Console() if sys.stdout.isatty() else Console(width=_WIDE)


def _show_outcomes(job: Any, outcomes: Iterable[Any], *, as_json: bool) -> None:
    """Each circuit's outcome, or None for one without a result."""
    documents = [
        None
        if outcome is None
        else {
            "name": outcome.layout.name,
            "shots_asked": outcome.shots_asked,
            "shots_returned": outcome.shots_returned,
            "shots_usable": outcome.shots_usable,
            "counts": outcome.counts(),
            "probabilities": None if outcome.probabilities is None else dict(outcome.probabilities),
        }
        for outcome in outcomes
    ]
    if as_json:
        _write_json({"job": job.id, "target": job.target, "circuits": documents})
        return
    console = _console()
    for index, document in enumerate(documents):
        if document is None:
            console.print(f"circuit {index} has no result", highlight=False)
            continue
        counts: Mapping[str, int] = document["counts"]
        asked, usable = document["shots_asked"], document["shots_usable"]
        shots = f"{usable} shots" if asked in (None, usable) else f"{usable} usable of {asked} shots asked"
        title = f"{document['name']} on {job.target}, {shots}".strip()
        console.print(title, highlight=False, markup=False)
        console.print(histogram(counts))
    console.print(f"job {job.id}", style="dim", highlight=False)


def _job_document(record: Any) -> dict[str, Any]:
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


def _when(moment: datetime | None) -> str:
    return "–" if moment is None else moment.astimezone().strftime("%Y-%m-%d %H:%M:%S")


def _write_json(document: Any) -> None:
    typer.echo(json.dumps(document, indent=2, default=datetime.isoformat))


def _show_warning(message: Warning | str, *_: Any, **__: Any) -> None:
    sys.stderr.write(f"qrelay: warning: {' '.join(str(message).split())}\n")
