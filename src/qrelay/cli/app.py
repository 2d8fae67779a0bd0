"""The commands. Each opens the accounts in question, does one thing, shows it, and closes them."""

from __future__ import annotations

import logging
import sys
import warnings
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from qrelay._version import __version__
from qrelay.cli.places import Place, ServiceName, job_of, newest, on_target, opened
from qrelay.cli.showing import job_document, show_outcomes, tables, when, write_json
from qrelay.cloud.service import JobState
from qrelay.errors import (
    ConfigurationError,
    InvalidOption,
    PartialResult,
    QrelayError,
    UnknownTarget,
    UnsupportedCircuit,
)
from qrelay.terminal import table_of, targets_table

__all__ = ["app", "run_app"]

_EXTRAS = {"qiskit": "qiskit", "cirq": "cirq", "starlette": "local", "uvicorn": "local", "qiskit_aer": "local"}
"""What of qrelay brings a package that a command imports."""

_LONG_PAUSE = 1.5
"""Seconds of silence between two attempts, from which on the user is told."""

app = typer.Typer(
    help="Run circuits on quantum clouds, or on the embedded cloud of this machine.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

_Service = Annotated[
    ServiceName | None,
    typer.Option("--service", help="Azure Quantum or the Kipu Quantum Hub; the one that the environment names if one."),
]
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
    """Do the real thing on the embedded cloud: both frameworks, both services, two variational loops."""
    from qrelay import demo as the_demo

    if not the_demo.run(Console()).sound:
        raise typer.Exit(1)


@app.command()
def targets(service: _Service = None, local: _Local = False, data: _Data = None, as_json: _Json = False) -> None:
    """List the account's targets; those of both services on the embedded cloud."""
    with opened(Place(service, local, data).or_embedded()) as accounts:
        found = {name: account.targets() for name, account in accounts.items()}
    if as_json:
        fields = ("id", "provider", "available", "status", "queue_seconds", "num_qubits", "formats")
        write_json(
            [
                {"service": name.value, **{word: getattr(target, word) for word in fields}}
                for name, listed in found.items()
                for target in listed
            ]
        )
        return
    console = tables()
    for name, listed in found.items():
        if len(found) > 1:
            console.print(f"--service {name.value}", style="bold", highlight=False)
        console.print(targets_table(listed))


@app.command()
def run(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="OpenQASM 2 or 3, or Cirq's JSON.", exists=True, dir_okay=False)
    ],
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
    service: _Service = None,
    local: _Local = False,
    data: _Data = None,
    as_json: _Json = False,
) -> None:
    """Run a circuit file and show what was measured. On the embedded cloud the target says which service it is."""
    from qrelay.cli.circuits import load, submit

    circuit = load(file)
    asked = Place(service, local, data)
    place = asked.or_embedded()
    if not wait and place.embedded and data is None:
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
    with opened(place) as accounts:
        account, found = on_target(accounts, target)
        if place.embedded and not (asked.embedded or found.simulator):
            raise ConfigurationError(
                f"{found.id} is a device, and the environment names no account that has it. Name one in the "
                "environment, or have it simulated on this machine by --local."
            )
        job = submit(account, found, circuit, file.stem, given)
        if not wait:
            write_json({"job": job.id}) if as_json else typer.echo(job.id)
            return
        outcomes = job.results(timeout=timeout)
    show_outcomes(job, outcomes, as_json=as_json)


@app.command()
def jobs(
    name: Annotated[str | None, typer.Option(help="Names that begin with this.")] = None,
    target: Annotated[str | None, typer.Option("--target", "-t", help="Only jobs on this target.")] = None,
    status: Annotated[str | None, typer.Option(help="Only jobs with the service's status of this name.")] = None,
    session: Annotated[str | None, typer.Option(help="Only jobs of this session.")] = None,
    limit: _Limit = 20,
    service: _Service = None,
    local: _Local = False,
    data: _Data = None,
    as_json: _Json = False,
) -> None:
    """List jobs, newest first."""
    chosen = {"name": name, "target": target, "status": status, "session": session}
    given = {option: value for option, value in chosen.items() if value is not None}
    with opened(Place(service, local, data)) as accounts:
        found = newest(
            accounts, lambda account: (job.record for job in account.jobs(limit=limit, **given)), limit, session
        )
    if as_json:
        write_json([{"service": whose.value, **job_document(record)} for whose, record in found])
    else:
        rows = ((r.id, r.status, r.target, r.name, when(r.created)) for _, r in found)
        tables().print(table_of(("job", "status", "target", "name", "created"), rows))


@app.command()
def job(
    job_id: _Id, service: _Service = None, local: _Local = False, data: _Data = None, as_json: _Json = False
) -> None:
    """Show what the service says about a job."""
    with opened(Place(service, local, data)) as accounts:
        whose, found = job_of(accounts, job_id)
        state = found.status()
        records = found.records if found.composite else (found.record,)
    if as_json:
        documents = [None if record is None else job_document(record) for record in records]
        write_json({"job": found.id, "service": whose.value, "state": state.value, "circuits": documents})
        return
    if found.composite:
        typer.echo(f"{found.count} circuits, {state.value}")
    for record in records:
        if record is None:
            typer.echo("never submitted")
            continue
        for key, value in job_document(record).items():
            if value not in (None, ""):
                typer.echo(f"{key:<14} {value}")


@app.command()
def result(
    job_id: _Id,
    raw: Annotated[bool, typer.Option("--raw", help="Write the answer's bytes as the service sent them.")] = False,
    timeout: _Timeout = None,
    service: _Service = None,
    local: _Local = False,
    data: _Data = None,
    as_json: _Json = False,
) -> None:
    """Wait for a job and show what was measured; of a list with failed members, what the others measured."""
    with opened(Place(service, local, data)) as accounts:
        _, found = job_of(accounts, job_id)
        if raw:
            sys.stdout.buffer.write(found.raw_result(timeout))
            return
        try:
            outcomes = found.results(timeout=timeout)
        except PartialResult as error:
            show_outcomes(found, [error.outcomes.get(index) for index in range(found.count)], as_json=as_json)
            raise
    show_outcomes(found, outcomes, as_json=as_json)


@app.command()
def cancel(job_id: _Id, service: _Service = None, local: _Local = False, data: _Data = None) -> None:
    """Ask the service to cancel a job."""
    with opened(Place(service, local, data)) as accounts:
        _, found = job_of(accounts, job_id)
        found.cancel()
        state = found.status()
        typer.echo(state.value)
        cancelled = any(record is not None and record.state is JobState.CANCELLED for record in found.records)
    if state.ended and not cancelled:  # a list of which one member failed has failed, though the others were cancelled
        raise QrelayError(f"Job {job_id} had ended already; it was not cancelled.")


@app.command()
def sessions(
    only_open: Annotated[bool, typer.Option("--open", help="Only sessions that still take jobs.")] = False,
    close: Annotated[bool, typer.Option("--close", help="Close all open sessions.")] = False,
    limit: _Limit = 20,
    service: _Service = None,
    local: _Local = False,
    data: _Data = None,
    as_json: _Json = False,
) -> None:
    """List sessions, newest first, or close those that were left open."""
    with opened(Place(service, local, data)) as accounts:
        if close:
            closed = [id_ for account in accounts.values() for id_ in account.close_sessions()]
            write_json(closed) if as_json else typer.echo("\n".join(closed) or "no session was open")
            return
        wanted = True if only_open else None
        found = newest(
            accounts,
            lambda account: (session.record for session in account.sessions(open=wanted, limit=limit)),
            limit,
        )
    if as_json:
        words = ("id", "status", "target", "name", "created")
        write_json([{"service": whose.value, **{word: getattr(r, word) for word in words}} for whose, r in found])
    else:
        rows = ((r.id, r.status, r.target, r.name, when(r.created)) for _, r in found)
        tables().print(table_of(("session", "status", "target", "name", "created"), rows))


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
    """Serve the embedded cloud, both services on one port, until interrupted."""
    from qrelay.local import parse_fault
    from qrelay.local import serve as serve_local

    try:
        ordered = [parse_fault(text) for text in faults or ()]
    except ValueError as error:
        raise ConfigurationError(f"{error}.") from error
    serve_local(port, data=data, keys=key or None, faults=ordered)


def _show_warning(message: Warning | str, *_: Any, **__: Any) -> None:
    sys.stderr.write(f"qrelay: warning: {' '.join(str(message).split())}\n")
