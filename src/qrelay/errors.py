"""Every error qrelay raises, as one tree: catch `QrelayError`, or the branch that you can do something about.

Messages say what happened, where, and what to do next. None of them ever holds a key, a token or a signed URL.
"""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any

__all__ = [
    "AuthenticationError",
    "ConfigurationError",
    "IncompleteResult",
    "InvalidOption",
    "JobCancelled",
    "JobFailed",
    "NotFound",
    "PartialResult",
    "QrelayError",
    "ResultUnreadable",
    "ServiceError",
    "ServiceUnavailable",
    "SessionEnded",
    "TooManyQubits",
    "UnboundParameters",
    "UnclearOutcome",
    "UnknownTarget",
    "UnsupportedCircuit",
    "WaitTimeout",
]


class QrelayError(Exception):
    """Root of all errors that qrelay raises on purpose. They travel between processes, attributes included."""

    def __reduce__(self) -> tuple[Any, ...]:
        # not by calling the class again: most take more than a message
        return _restored, (type(self), self.args, dict(vars(self)))


def _restored(kind: type[QrelayError], args: tuple[Any, ...], attributes: dict[str, Any]) -> QrelayError:
    error = kind.__new__(kind, *args)
    error.args = args
    vars(error).update(attributes)
    return error


# --- what the user asked for -----------------------------------------------------------------------------------------


class ConfigurationError(QrelayError):
    """The account, its credentials or the environment are set up in a way that cannot work."""


class InvalidOption(QrelayError, ValueError):
    """An option that the target does not know, or a value outside its limits. Raised before any request."""

    def __init__(self, message: str, *, option: str) -> None:
        super().__init__(message)
        self.option = option


class UnknownTarget(QrelayError, LookupError):
    """No target of that name in this account; `suggestions` holds the nearest names."""

    def __init__(self, message: str, *, name: str, suggestions: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.name = name
        self.suggestions = tuple(suggestions)


class UnsupportedCircuit(QrelayError, ValueError):
    """The circuit holds something that the format or the target cannot say. Raised before any request.

    `operation` is its name, `index` its position in the circuit's own list of operations (None when it is not one
    operation's fault).
    """

    def __init__(self, message: str, *, operation: str | None = None, index: int | None = None) -> None:
        super().__init__(message)
        self.operation = operation
        self.index = index

    @staticmethod
    def at(index: int, operation: str, why: str) -> UnsupportedCircuit:
        """The error of one operation. `why` is the message from behind its index and name on, full stop included."""
        return UnsupportedCircuit(f"Operation {index}, {operation!r}, {why}", operation=operation, index=index)


class UnboundParameters(UnsupportedCircuit):
    """The circuit still has parameters without a value; `names` lists them."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names = tuple(sorted(names))
        listed = ", ".join(self.names)
        super().__init__(f"The circuit has parameters without a value: {listed}. Bind them before running it.")


class TooManyQubits(UnsupportedCircuit):
    """The circuit needs more qubits than the target has."""

    def __init__(self, *, needed: int, available: int, target: str) -> None:
        super().__init__(f"The circuit needs {needed} qubits, and {target} has {available}. Choose a larger target.")
        self.needed = needed
        self.available = available


# --- what the service said -------------------------------------------------------------------------------------------


class ServiceError(QrelayError):
    """The service refused a request. `status` is HTTP's, `code` and `message` the service's own."""

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        code: str | None = None,
        target: str | None = None,
        job_id: str | None = None,
        request_id: str | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.target = target
        self.job_id = job_id
        self.request_id = request_id


class AuthenticationError(ServiceError):
    """The service did not accept the credentials (401), or they do not allow this (403)."""


class NotFound(ServiceError):
    """The service does not know that job, session or blob (404)."""


class ServiceUnavailable(ServiceError):
    """The service could not be reached, or kept answering 429 or 5xx, until the allowed time for retries was over."""


class UnclearOutcome(ServiceError):
    """A submission may or may not have been processed. Nothing is repeated unasked.

    `tag` names the submission, `resume()` settles what became of it.
    """

    def __init__(self, message: str, *, tag: str, resume: Callable[[], Awaitable[Any]], **details: Any) -> None:
        super().__init__(message, **details)
        self.tag = tag
        self._resume: Callable[[], Awaitable[Any]] | None = resume
        self._process = os.getpid()

    def resume(self) -> Awaitable[Any]:
        """Ask the service once more whether the submission arrived; submits it only if it certainly did not.

        Raises ConfigurationError in a process that got the error from another one: look for the job by `tag` there.
        """
        if self._resume is None or self._process != os.getpid():  # a forked child and its parent would both submit
            raise ConfigurationError(f"Submission {self.tag} can be resumed only in the process that made it.")
        return self._resume()

    def __reduce__(self) -> tuple[Any, ...]:
        return _restored, (type(self), self.args, {**vars(self), "_resume": None})  # the account stays where it is


# --- what became of a job --------------------------------------------------------------------------------------------


class JobFailed(QrelayError):
    """The service ended the job without a result."""

    def __init__(
        self,
        message: str,
        *,
        job_id: str,
        target: str | None = None,
        code: str | None = None,
        reason: str | None = None,
    ) -> None:
        super().__init__(message)
        self.job_id = job_id
        self.target = target
        self.code = code
        self.reason = reason


class JobCancelled(JobFailed):
    """The job was cancelled before it had a result."""


class PartialResult(QrelayError):
    """Some circuits of a list have no result. `outcomes` and `failures` hold both sorts by the circuit's index."""

    def __init__(self, message: str, *, outcomes: Mapping[int, Any], failures: Mapping[int, QrelayError]) -> None:
        super().__init__(message)
        self.outcomes = dict(outcomes)
        self.failures = dict(failures)


class IncompleteResult(QrelayError):
    """Fewer usable shots came back than the caller needs. `outcomes` holds what there is by the circuit's index."""

    def __init__(
        self,
        message: str,
        *,
        asked: int | None,
        returned: int,
        usable: int,
        outcomes: Mapping[int, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.asked = asked
        self.returned = returned
        self.usable = usable
        self.outcomes = dict(outcomes or {})


class ResultUnreadable(QrelayError):
    """The answer is not what its format promises. `data` keeps the bytes as they came."""

    def __init__(self, message: str, *, data: bytes, format: str) -> None:  # noqa: A002 - the services' own word
        super().__init__(message)
        self.data = data
        self.format = format


class SessionEnded(QrelayError):
    """The session takes no more jobs: it was closed, failed or timed out."""

    def __init__(self, message: str, *, session_id: str, finished_jobs: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.session_id = session_id
        self.finished_jobs = tuple(finished_jobs)


class WaitTimeout(QrelayError, TimeoutError):
    """The allowed waiting time is over. The job goes on: fetch it again by `job_id`."""

    def __init__(self, message: str, *, job_id: str) -> None:
        super().__init__(message)
        self.job_id = job_id
