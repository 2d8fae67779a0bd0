"""Sessions_Open, Sessions_Get, Sessions_Close. Their rules are in session_rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qrelay.local.azure import session_rules
from qrelay.local.azure.bodies import Body
from qrelay.local.azure.documents import session_document
from qrelay.local.azure.errors import ServiceError, json_response
from qrelay.local.azure.items import Policy, Session, load_session
from qrelay.local.items import save

if TYPE_CHECKING:
    from starlette.responses import Response

    from qrelay.local.azure.plane import Call

__all__ = ["close", "get", "open_session"]


async def open_session(call: Call) -> Response:
    """Without a policy it is Abort, as the service takes it. A repeated PUT is answered as for jobs."""
    body = Body("Session", await call.body())
    body.check_id(call.id)
    plane = call.plane
    with plane.store.transaction():
        session_rules.end_idle(plane.store, call.now, plane.session_idle)
        session = load_session(plane.store, call.workspace, call.id)
        if session is None:
            target = body.target()
            session = Session(**body.item(call, target), touched=call.now, policy=_policy(body))
            save(plane.store, session)
        elif session.fingerprint != body.fingerprint():
            raise ServiceError(409, "SessionAlreadyExists", f"Session '{call.id}' exists already, defined otherwise.")
    return json_response(session_document(call, session))


async def get(call: Call) -> Response:
    session_rules.end_idle(call.plane.store, call.now, call.plane.session_idle)
    return json_response(session_document(call, _existing(call)))


async def close(call: Call) -> Response:
    """With jobs pending it stays as it is and ends with the last of them; an ended session is answered as it is."""
    with call.plane.store.transaction():
        session_rules.end_idle(call.plane.store, call.now, call.plane.session_idle)
        session = _existing(call)
        session_rules.close(call.plane.store, session, call.now)
    return json_response(session_document(call, session))


def _existing(call: Call) -> Session:
    session = load_session(call.plane.store, call.workspace, call.id)
    if session is None:
        raise ServiceError(404, "ResourceNotFound", f"Session '{call.id}' was not found in this workspace.")
    return session


def _policy(body: Body) -> Policy:
    name = body.fields.get("jobFailurePolicy")
    if name is None or name == "Abort":
        return "Abort"
    if name == "Continue":
        return "Continue"
    raise body.refusal("Property 'jobFailurePolicy' must be 'Abort' or 'Continue'.")
