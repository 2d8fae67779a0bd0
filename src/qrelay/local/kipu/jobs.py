"""createJob, getJob and what belongs to a job: status, result, input, calibration, and cancelling."""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from qrelay.local.clock import from_iso
from qrelay.local.items import find, save
from qrelay.local.kipu import session_rules
from qrelay.local.kipu.bodies import FORMATS, Body
from qrelay.local.kipu.documents import job_document
from qrelay.local.kipu.errors import Problem, json_response
from qrelay.local.kipu.items import Job, Session, read_part, write_part
from qrelay.local.kipu.work import order_of
from qrelay.local.refusal import ExecutionRefused

if TYPE_CHECKING:
    from qrelay.local.kipu.backends import Backend
    from qrelay.local.kipu.call import Call

__all__ = ["calibration", "cancel", "create", "get", "get_input", "result", "result_stream", "status"]

_MOST_SHOTS = (1 << 63) - 1


async def create(call: Call) -> Response:
    """Every call makes a job, also one that repeats another: the service has no key to know it by."""
    body = Body(await call.body())
    backend_id = body.required_text("backend_id")
    backend = call.hub.backends.get(backend_id)
    if backend is None:
        raise Problem(404, f"Backend '{backend_id}' was not found.")
    given = _input(body)
    job = _new_job(call, body, backend, given)
    try:
        call.hub.check(order_of(job, given))
    except ExecutionRefused as refused:
        raise Problem(422, refused.message) from None
    store = call.hub.store
    with store.transaction():
        if job.session is not None:
            session_rules.end_expired(store, call.now)
            session = find(store, Session, call.workspace, job.session)
            problem = session_rules.refusal(session, job.session, job.target)
            if problem is not None:
                raise problem
        save(store, job)
        write_part(store, job, "input", json.dumps(given).encode())
    call.hub.queue.submit(job)
    return json_response(job_document(job), 201)


async def get(call: Call) -> Response:
    return json_response(job_document(call.job()))


async def status(call: Call) -> Response:
    return json_response({"status": call.job().state})


async def result(call: Call) -> Response:
    """Of a job that is COMPLETED; why, of one that FAILED; 404 for all others."""
    return Response(_result(call, call.job()), media_type="application/json")


async def result_stream(call: Call) -> Response:
    """The same as a file."""
    disposition = {"content-disposition": 'attachment; filename="result.json"'}
    return Response(_result(call, call.job()), headers=disposition, media_type="application/json")


async def get_input(call: Call) -> Response:
    data = read_part(call.hub.store, call.job(), "input")
    if data is None:
        raise Problem(404, f"The input of job '{call.id}' is not there any more.")
    disposition = {"content-disposition": 'attachment; filename="input.json"'}
    return Response(data, headers=disposition, media_type="application/json")


async def calibration(call: Call) -> Response:
    """The backend's, if it has one that was in effect when the job began."""
    job = call.job()
    backend = call.hub.backends.get(job.target)
    found = None if backend is None or job.begun is None else backend.calibration()
    if found is None or job.begun is None or from_iso(found["calibrated_at"]) > job.begun:
        return Response(status_code=204)
    return json_response(found)


async def cancel(call: Call) -> Response:
    """A job that has ended stays as it is: the specification knows one answer only."""
    with call.hub.store.transaction():
        job = call.job()
        asked = job.state in ("PENDING", "RUNNING")
        if asked:
            job.state, job.modified = "CANCELLING", call.now
            save(call.hub.store, job)
    if asked:
        call.hub.queue.cancel(job)
    return Response(status_code=204)


def _result(call: Call, job: Job) -> bytes:
    if job.failure is not None:
        error = {"message": job.failure.message, "code": job.failure.code, "details": {}}
        return json.dumps({"error": error}).encode()
    data = read_part(call.hub.store, job, "result")
    if data is None:
        raise Problem(404, f"There is no result of job '{job.id}', which is {job.state}.")
    return data


def _new_job(call: Call, body: Body, backend: Backend, given: dict[str, Any]) -> Job:
    shots = body.number("shots", _MOST_SHOTS)
    if shots is None:
        raise Problem(400, "Field 'shots' is required.")
    session = body.text("session_id")
    body.mapping("qasm")  # a rendering for whoever cannot read the input; nothing here needs it
    params = {name: value for name, value in (body.mapping("input_params") or {}).items() if value is not None}
    return Job(
        workspace=call.workspace,
        id=str(uuid.uuid4()),
        name=body.text("name") or "",
        provider=backend.provider,
        target=backend.id,
        created=call.now,
        modified=call.now,
        session=None if session is None else session.lower(),
        tags=body.tags(),
        input_format=_format(body, backend),
        params=params,
        added_params=_added(given, backend),
        shots=shots,
        recorded_shots=shots * _times(given, backend),
        sdk_provider=body.sdk_provider(),
        service_execution=call.service_execution,
    )


def _input(body: Body) -> dict[str, Any]:
    """The vendor's SDK sends one circuit as a bare string, the specification has an object around it."""
    given = body.required("input")
    if isinstance(given, str):
        return {"qasm": given}
    if not isinstance(given, dict):
        raise Problem(400, "Field 'input' must be an object, or the text of one program.")
    return given


def _format(body: Body, backend: Backend) -> str:
    named = body.choice("input_format", {*FORMATS, *backend.input_formats})
    offered = ", ".join(sorted(backend.input_formats))
    if named is None:
        if len(backend.input_formats) != 1:
            raise Problem(400, f"Field 'input_format' is required: backend '{backend.id}' takes {offered}.")
        return next(iter(backend.input_formats))
    if named not in backend.input_formats:
        raise Problem(422, f"Backend '{backend.id}' does not take {named}; it takes {offered}.")
    return named


def _added(given: dict[str, Any], backend: Backend) -> dict[str, Any]:
    """The vendor's SDK reads the number of qubits of an IonQ job there, without having sent it."""
    return {"qubits": given["qubits"]} if "IONQ_CIRCUIT_V1" in backend.input_formats and "qubits" in given else {}


def _times(given: dict[str, Any], backend: Backend) -> int:
    """Circuits for each of which the shots are meant: on Braket they are those of all together.

    As the vendor's SDK describes it, the job shows the sum.
    """
    circuits = given.get("circuits", given.get("qasm"))
    return len(circuits) if isinstance(circuits, list) and circuits and backend.provider != "AWS" else 1
