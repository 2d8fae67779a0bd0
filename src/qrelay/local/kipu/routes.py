"""The routes: the operations of the Hub's specification, below /quantum."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable, Collection
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route

from qrelay.local.halves import Half
from qrelay.local.kipu import jobs, machines, pages, sessions
from qrelay.local.kipu.call import Call, Hub, given_token
from qrelay.local.kipu.errors import Problem, ordered_error, problem_response
from qrelay.local.words import BROKEN, CLOSED, NOTHING_HERE, log_failure, not_offered

if TYPE_CHECKING:
    from starlette.requests import Request

__all__ = ["half"]

_PREFIX = "/quantum"

Operation = Callable[[Call], Awaitable[Response]]

_WITHIN = "/service-executions/{execution}"

# The specification's operation ids stand beside the functions. A mirror below a service execution does the same for
# what was started there; `GET …/sessions/{id}` is newer than the specification.
_OPERATIONS: tuple[tuple[str, str, Operation], ...] = (
    ("GET", "/backends", machines.listed),  # getBackends
    ("GET", "/backends/least-busy", machines.least_busy),  # getLeastBusyBackend
    ("GET", "/backends/{id}", machines.get),  # getBackend
    ("GET", "/backends/{id}/status", machines.status),  # getBackendStatus
    ("GET", "/backends/{id}/config", machines.config),  # getBackendConfig
    ("GET", "/backends/{id}/calibration", machines.calibration),  # getBackendCalibration
    ("GET", "/jobs", pages.jobs),  # searchJobs
    ("POST", "/jobs", jobs.create),  # createJob
    ("GET", "/jobs/{id}", jobs.get),  # getJob
    ("DELETE", "/jobs/{id}", jobs.cancel),  # cancelJob
    ("GET", "/jobs/{id}/status", jobs.status),  # getJobStatus
    ("GET", "/jobs/{id}/result", jobs.result),  # getJobResult
    ("GET", "/jobs/{id}/result-stream", jobs.result_stream),  # getJobResultStream
    ("GET", "/jobs/{id}/input", jobs.get_input),  # getJobInput
    ("GET", "/jobs/{id}/calibration", jobs.calibration),  # getJobCalibration
    ("POST", "/sessions", sessions.create),  # createSession
    ("GET", "/sessions/{id}", sessions.get),  # getSession
    ("PATCH", "/sessions/{id}", sessions.update),  # updateSessionState
    ("DELETE", "/sessions/{id}", sessions.close),  # closeSession
    ("GET", "/sessions/{id}/status", sessions.status),  # getSessionStatus
    ("GET", "/sessions/{id}/jobs", sessions.jobs),  # getSessionJobs
    ("GET", "/workloads", pages.workloads),  # getWorkloads
    ("GET", f"{_WITHIN}/workloads", pages.workloads),  # getServiceExecutionWorkloads
    ("GET", f"{_WITHIN}/jobs/{{id}}", jobs.get),  # getServiceExecutionJob
    ("DELETE", f"{_WITHIN}/jobs/{{id}}", jobs.cancel),  # cancelServiceExecutionJob
    ("GET", f"{_WITHIN}/jobs/{{id}}/status", jobs.status),  # getServiceExecutionJobStatus
    ("GET", f"{_WITHIN}/jobs/{{id}}/result-stream", jobs.result_stream),  # getServiceExecutionJobResultStream
    ("GET", f"{_WITHIN}/jobs/{{id}}/input", jobs.get_input),  # getServiceExecutionJobInput
    ("GET", f"{_WITHIN}/jobs/{{id}}/calibration", jobs.calibration),  # getServiceExecutionJobCalibration
    ("GET", f"{_WITHIN}/sessions/{{id}}", sessions.get),
    ("PATCH", f"{_WITHIN}/sessions/{{id}}", sessions.update),  # updateServiceExecutionSessionState
    ("DELETE", f"{_WITHIN}/sessions/{{id}}", sessions.close),  # closeServiceExecutionSession
    ("GET", f"{_WITHIN}/sessions/{{id}}/status", sessions.status),  # getServiceExecutionSessionStatus
    ("GET", f"{_WITHIN}/sessions/{{id}}/jobs", sessions.jobs),  # getServiceExecutionSessionJobs
)

_PUBLIC = frozenset({"/backends"})  # answered also without a token, but not with a wrong one


def half(hub: Hub, keys: Collection[str] | None) -> Half:
    """The Hub. `keys` are the tokens let in, beside those of service executions; None lets any in, but not none."""
    let_in = None if keys is None else [*keys, *hub.service_executions]
    # A route for each path, so that the wrong method is 405 whichever of them it is.
    paths: dict[str, dict[str, Operation]] = {}
    for method, path, operation in _OPERATIONS:
        paths.setdefault(path, {})[method] = operation
    app = Starlette(
        routes=[
            Route(_PREFIX + path, _endpoint(hub, let_in, methods, public=path in _PUBLIC), methods=[*methods])
            for path, methods in paths.items()
        ],
        exception_handlers={HTTPException: _no_route},
    )
    app.router.redirect_slashes = False
    return Half(f"{_PREFIX}/", app, ordered_error)


def _endpoint(
    hub: Hub, keys: Collection[str] | None, operations: dict[str, Operation], *, public: bool
) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        if hub.store.closed:
            return problem_response(Problem(410, CLOSED[1]))
        token = given_token(request)
        if not (_let_in(token, keys) if token else public):
            return problem_response(Problem(401, "The token was not accepted." if token else "A token is required."))
        try:
            # what answers GET answers HEAD, as Starlette has it
            return await operations["GET" if request.method == "HEAD" else request.method](Call(hub, request))
        except Problem as problem:
            return problem_response(problem)
        except Exception:  # noqa: BLE001 - a client must get an answer
            log_failure(request)
            return problem_response(Problem(500, BROKEN))

    return endpoint


def _let_in(token: str, keys: Collection[str] | None) -> bool:
    return keys is None or any(hmac.compare_digest(token.encode(), key.encode()) for key in keys)


async def _no_route(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 405:
        answer = problem_response(Problem(405, not_offered(request)))
        answer.headers.update(error.headers or {})
        return answer
    return problem_response(Problem(404, NOTHING_HERE))
