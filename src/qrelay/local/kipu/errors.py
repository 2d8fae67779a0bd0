"""Errors as the Hub writes them: `title`, `status` and `detail`."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Problem", "json_response", "ordered_error", "problem_response"]


class Problem(Exception):
    """A refusal. Raised anywhere below a route, answered as JSON (RFC 9457)."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(f"{status}: {detail}")
        self.status = status
        self.detail = detail


def json_response(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return Response(text, status, headers=headers, media_type="application/json")


def problem_response(problem: Problem) -> Response:
    try:
        title = HTTPStatus(problem.status).phrase
    except ValueError:  # an ordered status may be any number
        title = "Error"
    body = {"type": "about:blank", "title": title, "status": problem.status, "detail": problem.detail}
    answer = json_response(body, problem.status)
    answer.headers["content-type"] = "application/problem+json"
    return answer


def ordered_error(path: str, status: int, code: str, message: str) -> Response:
    """An error that a test has ordered; the Hub's errors have no code, so it stands in the detail."""
    del path
    return problem_response(Problem(status, f"{message} ({code})"))
