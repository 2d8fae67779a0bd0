"""Sessions_Open, Sessions_Get, Sessions_Close. Their rules are in session_rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qrelay.local import session_rules
from qrelay.local.azure.documents import session_document
from qrelay.local.azure.errors import ServiceError, json_response
from qrelay.local.azure.jobs import read_priority, read_tags, text
from qrelay.local.azure.plane import Call, fingerprint, is_guid
from qrelay.local.items import Policy, Session, load_session, save
from qrelay.local.targets import find_target

if TYPE_CHECKING:
    from starlette.responses import Response

__all__ = ["close", "get", "open_session"]


async def open_session(call: Call) -> Response:
    """Without a policy it is Abort, as the service takes it. A repeated PUT is answered as for jobs."""
    body = await call.body()
    if not is_guid(call.id) or body.get("id", call.id) != call.id:
        raise _invalid("The session's id must be a GUID, the same in path and body.")
    plane = call.plane
    with plane.store.transaction():
        session_rules.end_idle(plane.store, call.now, plane.session_idle)
        session = load_session(plane.store, call.workspace, call.id)
        if session is None:
            if body.get("itemType") != "Session":
                raise _invalid("Property 'itemType' must be 'Session'.")
            provider, target = text(body, "providerId").lower(), text(body, "target")
            if find_target(provider, target) is None:
                raise _invalid(f"Target '{target}' of provider '{provider}' is not available in this workspace.")
            session = Session(
                workspace=call.workspace,
                id=call.id,
                name=text(body, "name"),
                provider=provider,
                target=target,
                created=call.now,
                touched=call.now,
                fingerprint=fingerprint(body),
                policy=_policy(body.get("jobFailurePolicy")),
                priority=read_priority(body),
                tags=read_tags(body),
            )
            save(plane.store, session)
        elif session.fingerprint != fingerprint(body):
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


def _policy(name: object) -> Policy:
    if name is None or name == "Abort":
        return "Abort"
    if name == "Continue":
        return "Continue"
    raise _invalid("Property 'jobFailurePolicy' must be 'Abort' or 'Continue'.")


def _invalid(message: str) -> ServiceError:
    return ServiceError(400, "InvalidSessionDefinition", message)
