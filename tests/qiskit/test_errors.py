"""What leaves the room can be caught as qrelay's error and as Qiskit's, with nothing lost."""

from __future__ import annotations

import inspect
import pickle

import pytest
from qiskit.exceptions import QiskitError
from qiskit.providers import JobError, JobTimeoutError, QiskitBackendNotFoundError

from qrelay import errors
from qrelay.errors import PartialResult, QrelayError, TooManyQubits, UnboundParameters, UnknownTarget
from qrelay.qiskit.errors import as_qiskit_error, qiskit_errors

SAMPLES: list[QrelayError] = [
    errors.ConfigurationError("no key"),
    errors.InvalidOption("no such option", option="shotz"),
    UnknownTarget("no such target", name="ionk", suggestions=["ionq"]),
    errors.UnsupportedCircuit("cannot say", operation="foo", index=3),
    UnboundParameters(["b", "a"]),
    TooManyQubits(needed=3, available=2, target="t"),
    errors.ServiceError("refused", status=400, code="Bad", target="t", job_id="j", request_id="r"),
    errors.AuthenticationError("who", status=401),
    errors.NotFound("gone", status=404),
    errors.ServiceUnavailable("later", status=503),
    errors.UnclearOutcome("perhaps", tag="t1", resume=lambda: None, status=502),  # type: ignore[arg-type,return-value]
    errors.JobFailed("failed", job_id="j", code="C", reason="R"),
    errors.JobCancelled("cancelled", job_id="j"),
    PartialResult("some", outcomes={0: "x"}, failures={1: errors.JobFailed("failed", job_id="k")}),
    errors.IncompleteResult("fewer", asked=10, returned=9, usable=8),
    errors.ResultUnreadable("what", data=b"\xff", format="f"),
    errors.SessionEnded("over", session_id="s", finished_jobs=["j"]),
    errors.WaitTimeout("slow", job_id="j"),
]


def test_every_error_class_has_a_sample() -> None:
    ours = {kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, QrelayError)}
    assert ours - {type(sample) for sample in SAMPLES} == {QrelayError}


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: type(sample).__name__)
def test_both_families_attributes_text_and_cause(sample: QrelayError) -> None:
    cause = OSError("wire cut")
    with pytest.raises(type(sample)) as caught, qiskit_errors():
        raise sample from cause
    error = caught.value
    assert isinstance(error, QiskitError)
    assert str(error) == error.message == str(sample)  # Qiskit's own __str__ would add quotation marks
    assert error.__cause__ is cause
    for name, value in vars(sample).items():
        if name != "failures":
            assert getattr(error, name) == value
    assert type(error).__name__ == type(sample).__name__


def test_notes_come_along_once() -> None:
    noted = errors.QrelayError("x")
    noted.add_note("first")
    face = as_qiskit_error(noted)
    face.add_note("second")
    assert (noted.__notes__, face.__notes__) == (["first"], ["first", "second"])


def test_qiskit_s_nearer_classes_are_used() -> None:
    assert isinstance(as_qiskit_error(UnknownTarget("x", name="x")), QiskitBackendNotFoundError)
    assert isinstance(as_qiskit_error(errors.WaitTimeout("x", job_id="j")), JobTimeoutError)
    assert isinstance(as_qiskit_error(errors.JobCancelled("x", job_id="j")), JobError)
    assert isinstance(as_qiskit_error(errors.WaitTimeout("x", job_id="j")), TimeoutError)


def test_the_failures_inside_a_partial_result_are_translated_too() -> None:
    error = as_qiskit_error(PartialResult("some", outcomes={}, failures={1: errors.JobFailed("failed", job_id="k")}))
    assert isinstance(error, PartialResult)
    assert isinstance(error.failures[1], QiskitError)


def test_an_error_crosses_two_boundaries_once() -> None:
    with pytest.raises(TooManyQubits) as caught, qiskit_errors(), qiskit_errors():
        raise TooManyQubits(needed=3, available=2, target="t")
    assert (caught.value.needed, caught.value.available) == (3, 2)
    assert type(caught.value).__mro__.count(QiskitError) == 1


def test_pickling_keeps_class_text_and_attributes() -> None:
    error = pickle.loads(pickle.dumps(as_qiskit_error(TooManyQubits(needed=3, available=2, target="t"))))
    assert isinstance(error, TooManyQubits)
    assert isinstance(error, QiskitError)
    assert (error.needed, str(error)) == (3, str(TooManyQubits(needed=3, available=2, target="t")))


def test_foreign_errors_pass_as_they_are() -> None:
    with pytest.raises(KeyboardInterrupt), qiskit_errors():
        raise KeyboardInterrupt
