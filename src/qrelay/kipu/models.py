"""The bodies of the Hub's quantum API, read tolerantly: what is new, null or missing never breaks a client.

Source of names and types: the service's published specification, version 1.0; fields that are newer than that
snapshot, by the vendor's own client (qhub-api 3.3.0), are marked.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Generic, TypeVar

from pydantic import BeforeValidator, Field

from qrelay.cloud.bodies import Body, Flag, Free, Moment, Text, TextList, Whole, entries, mapping_or_none

__all__ = [
    "AvailabilityTimes",
    "Backend",
    "BackendStateInfo",
    "CalibrationResponse",
    "Configuration",
    "Connectivity",
    "CreateJobRequest",
    "CreateSessionRequest",
    "Documentation",
    "Gate",
    "Job",
    "JobStatusResponse",
    "Page",
    "PhotonicProperties",
    "Qubit",
    "Session",
    "SessionStateUpdateRequest",
    "SessionStatusResponse",
    "ShotsRange",
    "WorkloadResponse",
]

T = TypeVar("T", bound=Body)


# --- jobs ------------------------------------------------------------------------------------------------------------


class _Work(Body):
    """What jobs and sessions have in common."""

    id: Text = ""
    backend_id: Text = ""
    provider: Text = ""
    status: Text = ""
    created_at: Moment = None
    started_at: Moment = None
    sdk_provider: Text = ""


class Job(_Work):
    """A job. `shots` of a job with several circuits may be those of all of them together."""

    name: Text = ""
    provider_job_id: Text = ""
    input_format: Text = ""
    input_params: Free = Field(default_factory=dict)
    tags: TextList = Field(default_factory=list)
    ended_at: Moment = None
    runtime: Whole = None
    usage_time_millis: Whole = None  # newer, in the place of `runtime`
    shots: Whole = None
    session_id: Text = ""

    @property
    def milliseconds(self) -> int | None:
        """Time on the machine, as the provider reports it."""
        return self.usage_time_millis if self.usage_time_millis is not None else self.runtime


class JobStatusResponse(Body):
    status: Text = ""


class CreateJobRequest(Body):
    """A job to be made. What is None is not sent."""

    backend_id: str
    shots: int | None = None
    input: Any
    input_format: str | None = None
    input_params: dict[str, Any] | None = None
    name: str | None = None
    tags: list[str] | None = None
    session_id: str | None = None
    sdk_provider: str | None = None


# --- sessions and workloads ------------------------------------------------------------------------------------------


class Session(_Work):
    mode: Text = ""
    closed_at: Moment = None
    expires_at: Moment = None
    usage_time_millis: Whole = None
    provider_id: Text = ""
    tags: TextList = Field(default_factory=list)
    metadata: Free = Field(default_factory=dict)
    final: Flag = None
    final_not_aborted: Flag = None


class SessionStatusResponse(Body):
    status: Text = ""


class CreateSessionRequest(Body):
    """A session to be opened. What is None is not sent."""

    backend_id: str
    provider: str
    mode: str
    ttl: int | None = None
    tags: list[str] | None = None
    metadata: dict[str, Any] | None = None
    sdk_provider: str | None = None


class SessionStateUpdateRequest(Body):
    accept_jobs: bool


class WorkloadResponse(_Work):
    """A job or a session in a list of both; `type` is JOB or SESSION."""

    type: Text = ""
    ended_at: Moment = None


class Page(Body, Generic[T]):
    """One page of a list. `page` counts from 0."""

    content: Annotated[list[T], BeforeValidator(entries)] = Field(default_factory=list)
    page: Whole = None
    size: Whole = None
    total_elements: Whole = None
    total_pages: Whole = None


# --- backends --------------------------------------------------------------------------------------------------------


class Gate(Body):
    name: Text = ""
    native_gate: Flag = None


class Qubit(Body):
    id: Text = ""


class ShotsRange(Body):
    min: Whole = None
    max: Whole = None


class PhotonicProperties(Body):
    min_modes: Whole = None
    max_modes: Whole = None
    min_photons: Whole = None
    max_photons: Whole = None


def _graph(value: Any) -> dict[str, list[str]]:
    """An adjacency list; the ids of qubits are texts, and some services write numbers."""
    if not isinstance(value, Mapping):
        return {}
    return {
        str(qubit): [str(other) for other in others if isinstance(other, str | int)]
        for qubit, others in value.items()
        if isinstance(others, list)
    }


class Connectivity(Body):
    fully_connected: Flag = None
    graph: Annotated[dict[str, list[str]], BeforeValidator(_graph)] = Field(default_factory=dict)


class Configuration(Body):
    gates: Annotated[list[Gate], BeforeValidator(entries)] = Field(default_factory=list)
    operations: TextList = Field(default_factory=list)
    qubit_count: Whole = None
    connectivity: Annotated[Connectivity | None, BeforeValidator(mapping_or_none)] = None
    shots_range: Annotated[ShotsRange | None, BeforeValidator(mapping_or_none)] = None
    total_shots_range: Annotated[ShotsRange | None, BeforeValidator(mapping_or_none)] = None  # newer
    max_pubs_per_job: Whole = None  # newer
    supported_input_formats: TextList = Field(default_factory=list)
    output_format: Text = ""
    memory_result_supported: Flag = None
    photonic_properties: Annotated[PhotonicProperties | None, BeforeValidator(mapping_or_none)] = None
    qubits: Annotated[list[Qubit], BeforeValidator(entries)] = Field(default_factory=list)
    instructions: TextList = Field(default_factory=list)


class Documentation(Body):
    """`sdks` holds names in the specification, and objects with a name and an address in newer answers."""

    description: Text = ""
    url: Text = ""
    status_url: Text = ""
    location: Text = ""
    sdks: Any = None
    eu_sovereignty: Flag = None
    eu_sovereignty_disclaimer: Text = ""


class AvailabilityTimes(Body):
    granularity: Text = ""
    start: Text = ""
    end: Text = ""


class Backend(Body):
    """A backend. `status` is not in the specification, and the service sends it all the same."""

    id: Text = ""
    internal_id: Text = ""
    provider: Text = ""
    hardware_provider: Text = ""
    name: Text = ""
    display_name: Text = ""
    type: Text = ""
    technology: Text = ""
    status: Text = ""
    queue_size: Whole = None
    updated_at: Text = ""
    access_type: Text = ""
    documentation: Annotated[Documentation | None, BeforeValidator(mapping_or_none)] = None
    configuration: Annotated[Configuration | None, BeforeValidator(mapping_or_none)] = None
    availability: Annotated[list[AvailabilityTimes], BeforeValidator(entries)] = Field(default_factory=list)
    has_calibration: Flag = None


class BackendStateInfo(Body):
    status: Text = ""
    queue_avg_time: Whole = None  # seconds
    queue_size: Whole = None


class CalibrationResponse(Body):
    backend_id: Text = ""
    calibrated_at: Moment = None
    calibration: Free = Field(default_factory=dict)
