"""Bodies that are newer, older or stranger than the specification must never break a client."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from qrelay.kipu import models
from qrelay.kipu.families import describe
from qrelay.kipu.models import Backend, CreateJobRequest, Job, Page, Session, WorkloadResponse
from qrelay.kipu.records import job_record, session_record

_ANSWERS = [
    models.Backend, models.BackendStateInfo, models.CalibrationResponse, models.Configuration, models.Connectivity,
    models.Documentation, models.Gate, models.Job, models.JobStatusResponse, models.Page[Job], models.ShotsRange,
    models.Page[WorkloadResponse], models.PhotonicProperties, models.Qubit, models.Session,
    models.SessionStatusResponse, models.WorkloadResponse,
]  # fmt: skip


@pytest.mark.parametrize("junk", [None, 7, "text", [], {}, [None], [7], True, 1e400, {"a": {}}, [{"id": 5}]])
@pytest.mark.parametrize("model", _ANSWERS, ids=lambda model: model.__name__)
def test_any_field_may_be_anything(model: Any, junk: Any) -> None:
    """One strange field of one job, and the whole list of jobs could not be read."""
    model.model_validate({})
    for name in model.model_fields:
        model.model_validate({name: junk, "something_new": {"a": 1}}).shown()


def test_every_field_of_the_specification_is_known(shared: Path) -> None:
    """A field that is read under a misspelt name is always empty, and nothing says so."""
    schemas = json.loads((shared / "specs" / "kipu-hub-quantum-openapi.json").read_text())["components"]["schemas"]
    named = {
        **{name: getattr(models, name) for name in schemas if hasattr(models, name)},
        "PageResponseJob": Page[Job],
        "PageResponseWorkloadResponse": Page[WorkloadResponse],
    }
    left = {name for name in schemas if name not in named}
    assert all(name.endswith(("JobInput", "JobInputParams")) for name in left), left
    for name, model in named.items():
        assert set(schemas[name]["properties"]) <= set(model.model_fields), name


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2023-10-01 12:00:00", datetime(2023, 10, 1, 12, tzinfo=UTC)),
        ("2023-10-01T12:00:00Z", datetime(2023, 10, 1, 12, tzinfo=UTC)),
        ("2023-10-01T14:00:00.1234567+02:00", datetime(2023, 10, 1, 12, 0, 0, 123456, tzinfo=UTC)),
        ("yesterday", None),
        (None, None),
    ],
)
def test_times_without_a_zone_are_utc(text: Any, expected: datetime | None) -> None:
    """Read in the machine's own zone, a job made now was made hours ago, and is not looked for any more."""
    assert Job.model_validate({"created_at": text}).created_at == expected


def test_what_is_not_given_is_not_sent() -> None:
    """The service's schemas allow no nulls."""
    body = CreateJobRequest(backend_id="kipu.sim.qsim", input={"qasm": "x", "empty": None}, shots=5)
    assert body.model_dump(exclude_none=True, mode="json")["backend_id"] == "kipu.sim.qsim"
    assert set(body.model_dump(exclude_none=True)) == {"backend_id", "input", "shots"}


def test_what_is_new_is_kept_to_be_looked_at() -> None:
    record = job_record(Job.model_validate({"id": "1", "status": "PAUSED", "usage_time_state": "MEASURED"}))
    assert record.raw["usage_time_state"] == "MEASURED"
    assert (record.state.value, record.status) == ("unknown", "PAUSED")


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("CREATED", "queued"), ("PENDING", "queued"), ("RUNNING", "running"), ("CANCELLING", "cancelling"),
        ("COMPLETED", "succeeded"), ("FAILED", "failed"), ("CANCELLED", "cancelled"), ("ABORTED", "failed"),
        ("DETACHED", "failed"), ("UNKNOWN", "unknown"), ("SOMETHING_NEW", "unknown"), ("completed", "succeeded"),
        ("", "unknown"),
    ],
)  # fmt: skip
def test_p21_words_for_a_jobs_state(status: str, state: str) -> None:
    """DETACHED is an end: a client that does not know it polls for ever."""
    assert job_record(Job(id="1", status=status)).state.value == state


@pytest.mark.parametrize(
    ("status", "state", "takes"),
    [
        ("OPEN", "open", True), ("ACTIVE", "open", True), ("INACTIVE", "open", True), ("DRAINING", "draining", False),
        ("CLOSED", "closed", False), ("ABORTED", "failed", False), ("DETACHED", "closed", False),
        ("UNKNOWN", "unknown", True), ("NEW_WORD", "unknown", True),
    ],
)  # fmt: skip
def test_words_for_a_sessions_state(status: str, state: str, takes: bool) -> None:
    record = session_record(Session(id="1", status=status))
    assert (record.state.value, record.state.takes_jobs) == (state, takes)


@pytest.mark.parametrize("status", ["ABORTED", "DETACHED"])
def test_ends_without_a_reason_of_the_providers_have_one_of_ours(status: str) -> None:
    record = job_record(Job(id="1", status=status))
    assert record.error_code == status
    assert record.error_message


def test_p35_time_on_the_machine_is_shown() -> None:
    """It is what is paid for, and the service says it under two names."""
    for name in ("runtime", "usage_time_millis"):
        assert job_record(Job.model_validate({"id": "1", name: 1250})).cost == "1.25 s on the machine"
    assert job_record(Job(id="1")).cost is None


def test_strange_backends_can_be_described() -> None:
    for junk in (None, 7, "text", [], {}, [None], True):
        backend = Backend.model_validate(
            {"id": "new.one", "configuration": dict.fromkeys(models.Configuration.model_fields, junk)}
        )
        assert describe(backend).id == "new.one"
        assert describe(Backend.model_validate(dict.fromkeys(Backend.model_fields, junk))).formats == ()
