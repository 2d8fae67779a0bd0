"""createSession, getSession and the rest about sessions. Their rules are in session_rules."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from starlette.responses import Response

from qrelay.local.items import load, save
from qrelay.local.kipu import session_rules
from qrelay.local.kipu.bodies import PROVIDERS, Body
from qrelay.local.kipu.documents import job_document, session_document
from qrelay.local.kipu.errors import Problem, json_response
from qrelay.local.kipu.items import Job, Session

if TYPE_CHECKING:
    from qrelay.local.kipu.call import Call

__all__ = ["close", "create", "get", "jobs", "status", "update"]

_LONGEST = (1 << 31) - 1  # seconds
_SECOND = 1_000_000_000


async def create(call: Call) -> Response:
    body = Body(await call.body())
    backend_id = body.required_text("backend_id")
    backend = call.hub.backends.get(backend_id)
    if backend is None:
        raise Problem(400, f"Backend '{backend_id}' was not found.")
    body.required("provider")
    body.required("mode")
    provider = body.choice("provider", PROVIDERS)
    if provider != backend.provider:
        raise Problem(400, f"Backend '{backend.id}' is offered by {backend.provider}, not by {provider}.")
    mode = body.choice("mode", ("batch", "dedicated"))
    assert mode is not None
    ttl = body.number("ttl", _LONGEST)
    session = Session(
        workspace=call.workspace,
        id=str(uuid.uuid4()),
        name="",
        provider=backend.provider,
        target=backend.id,
        created=call.now,
        tags=body.tags(),
        mode=mode,
        metadata=body.mapping("metadata"),
        sdk_provider=body.sdk_provider(),
        expires=None if ttl is None else call.now + ttl * _SECOND,
        service_execution=call.service_execution,
    )
    if not backend.sessions:
        raise Problem(422, f"Backend '{backend.id}' does not support sessions.")
    save(call.hub.store, session)
    return json_response(session_document(call.hub.store, session), 201)


async def get(call: Call) -> Response:
    return json_response(session_document(call.hub.store, _current(call)))


async def status(call: Call) -> Response:
    return json_response({"status": _current(call).state})


async def jobs(call: Call) -> Response:
    """A list, as the specification's words have it; its schema, and so the vendor's client, names one job."""
    session = _current(call)
    found = load(call.hub.store, Job, "workspace=? AND session=?", session.workspace, session.id)
    return json_response([job_document(job) for job in found])


async def update(call: Call) -> Response:
    """Drain the session, or let jobs in again."""
    body = Body(await call.body())
    wanted = body.flag("accept_jobs")
    store = call.hub.store
    with store.transaction():
        session = _current(call)
        backend = call.hub.backends.get(session.target)
        if backend is None or not backend.drains:
            raise Problem(422, f"Backend '{session.target}' does not support updates of a session's state.")
        if session.final:
            raise Problem(400, f"Session '{session.id}' is {session.state} and cannot be changed any more.")
        if wanted:
            session_rules.accept(store, session)
        else:
            session_rules.drain(store, session)
    return json_response(session_document(store, session))


async def close(call: Call) -> Response:
    """Closing what is closed has no effect. Jobs of the session run on."""
    with call.hub.store.transaction():
        session_rules.close(call.hub.store, _current(call), call.now)
    return Response(status_code=204)


def _current(call: Call) -> Session:
    session_rules.end_expired(call.hub.store, call.now)
    return call.session()
