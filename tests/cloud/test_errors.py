"""Errors as they go from process to process."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest

from qrelay import errors
from qrelay.errors import ConfigurationError, JobFailed, QrelayError, TooManyQubits, UnclearOutcome

_GIVEN: dict[str, tuple[tuple[Any, ...], dict[str, Any]]] = {
    "IncompleteResult": (("m",), {"asked": 3, "returned": 2, "usable": 1}),
    "InvalidOption": (("m",), {"option": "o"}),
    "JobCancelled": (("m",), {"job_id": "j"}),
    "JobFailed": (("m",), {"job_id": "j", "code": "C"}),
    "PartialResult": (("m",), {"outcomes": {0: 1}, "failures": {1: JobFailed("m", job_id="j")}}),
    "ResultUnreadable": (("m",), {"data": b"bytes", "format": "f"}),
    "SessionEnded": (("m",), {"session_id": "s", "finished_jobs": ("a",)}),
    "TooManyQubits": ((), {"needed": 3, "available": 2, "target": "t"}),
    "UnboundParameters": ((("b", "a"),), {}),
    "UnclearOutcome": (("m",), {"tag": "t", "resume": lambda: None, "job_id": "t"}),
    "UnknownTarget": (("m",), {"name": "n", "suggestions": ("x",)}),
    "WaitTimeout": (("m",), {"job_id": "j"}),
}


@pytest.mark.parametrize("name", errors.__all__)
def test_errors_travel_between_processes(name: str) -> None:
    """A worker's JobFailed could not be unpickled, and concurrent.futures called the whole pool broken."""
    args, named = _GIVEN.get(name, (("m",), {}))
    error: QrelayError = getattr(errors, name)(*args, **named)
    error.add_note("a note")
    arrived = pickle.loads(pickle.dumps(error))
    assert type(arrived) is type(error)
    assert (str(arrived), arrived.__notes__) == (str(error), ["a note"])
    for attribute in named.keys() - {"resume", "failures"} & vars(error).keys():
        assert getattr(arrived, attribute) == named[attribute]
    assert str(copy.copy(error)) == str(error)


def test_what_cannot_travel_with_an_unclear_outcome_is_said() -> None:
    arrived = pickle.loads(pickle.dumps(UnclearOutcome("m", tag="t", resume=lambda: None)))  # type: ignore[arg-type, return-value]
    with pytest.raises(ConfigurationError, match="process that made it"):
        arrived.resume()


def test_a_face_for_qiskit_travels_too() -> None:
    faces = pytest.importorskip("qrelay.qiskit.errors")
    face = faces.as_qiskit_error(UnclearOutcome("m", tag="t", resume=lambda: None))  # type: ignore[arg-type, return-value]
    arrived = pickle.loads(pickle.dumps(face))
    assert (type(arrived), arrived.tag) == (type(face), "t")
    assert isinstance(
        pickle.loads(pickle.dumps(faces.as_qiskit_error(TooManyQubits(needed=2, available=1, target="t")))),
        TooManyQubits,
    )
