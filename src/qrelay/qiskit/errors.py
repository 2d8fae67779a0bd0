"""Our errors as Qiskit's users expect them: each is also a `QiskitError`, or the nearer class that Qiskit has."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from qiskit.exceptions import QiskitError
from qiskit.providers import JobError, JobTimeoutError, QiskitBackendNotFoundError

from qrelay.errors import IncompleteResult, JobFailed, PartialResult, QrelayError, UnknownTarget, WaitTimeout

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["as_qiskit_error", "qiskit_errors"]

_NEAREST: tuple[tuple[type[QrelayError], type[QiskitError]], ...] = (
    (UnknownTarget, QiskitBackendNotFoundError),
    (WaitTimeout, JobTimeoutError),
    (JobFailed, JobError),
    (PartialResult, JobError),
    (IncompleteResult, JobError),
)


def _text(error: BaseException) -> str:
    return Exception.__str__(error)  # Qiskit's own __str__ puts the message in quotation marks


def _face(kind: type[QrelayError]) -> type[QrelayError]:
    """The class that is `kind` and a `QiskitError` at once, made on first need: new errors join by themselves."""
    if kind not in _FACES:
        _FACES[kind] = _made(kind)
    return _FACES[kind]


_FACES: dict[type[QrelayError], type[QrelayError]] = {}


def _made(kind: type[QrelayError]) -> type[QrelayError]:
    nearest = next((qiskit for ours, qiskit in _NEAREST if issubclass(kind, ours)), QiskitError)
    body = {
        "__module__": __name__,
        "__doc__": kind.__doc__,
        "__str__": _text,
        "__reduce__": lambda error: (_restored, (kind, *kind.__reduce__(error)[1][1:])),  # made classes have no address
    }
    made: type[QrelayError] = type(kind.__name__, (kind, nearest), body)
    return made


def _restored(kind: type[QrelayError], args: tuple[Any, ...], attributes: dict[str, Any]) -> QrelayError:
    face: Any = _face(kind)
    error: QrelayError = face.__new__(face, *args)
    error.args = args
    vars(error).update(attributes)
    return error


def as_qiskit_error(error: QrelayError) -> QrelayError:
    """The same error, attributes and cause kept, as an instance of its own class and of `QiskitError`."""
    already: bool = isinstance(error, QiskitError)
    if already:
        return error
    attributes = {name: list(value) if name == "__notes__" else value for name, value in vars(error).items()}
    face = _restored(type(error), error.args, {**attributes, "message": str(error)})
    if isinstance(error, PartialResult):
        assert isinstance(face, PartialResult)
        face.failures = {index: as_qiskit_error(failure) for index, failure in error.failures.items()}
    face.__cause__, face.__context__ = error.__cause__, error.__context__
    face.__suppress_context__ = error.__suppress_context__
    return face.with_traceback(error.__traceback__)


@contextmanager
def qiskit_errors() -> Iterator[None]:
    """Around the body of every public method: what leaves it can be caught as qrelay's error or as Qiskit's."""
    try:
        yield
    except QrelayError as error:
        face = as_qiskit_error(error)
        if face is error:
            raise
        raise face from error.__cause__
