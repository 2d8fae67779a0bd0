"""The bodies of Azure Quantum's data plane, read tolerantly: what is new, null or missing never breaks a client.

Source of names and types: the service's published specification, 2026-01-15-preview.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, ConfigDict, Field
from pydantic.alias_generators import to_camel

from qrelay.cloud.bodies import Body, Free, Moment, Text, Texts, Whole, entries, mapping_or_none, whole
from qrelay.cloud.urls import SignedUrl

__all__ = ["CostEstimate", "ErrorData", "JobDetails", "ProviderStatus", "SessionDetails", "TargetStatus"]


def _signed(value: Any) -> SignedUrl | None:
    try:
        return SignedUrl(value) if isinstance(value, str) and value else None
    except ValueError:
        return None


Address = Annotated[SignedUrl | None, BeforeValidator(_signed)]


class _Body(Body):
    model_config = ConfigDict(alias_generator=to_camel)


class ErrorData(_Body):
    """Why a job failed, or why a request was refused."""

    code: Text = ""
    message: Text = ""


def _error(value: Any) -> Any:
    if isinstance(value, str):
        return {"message": value}
    return value if isinstance(value, Mapping) else None


class CostEstimate(_Body):
    currency_code: Text = ""
    estimated_total: Annotated[float | None, BeforeValidator(lambda v: v if isinstance(v, int | float) else None)] = (
        None
    )

    def __str__(self) -> str:
        return "" if self.estimated_total is None else f"{self.estimated_total:.2f} {self.currency_code}".strip()


class _Item(_Body):
    id: Text = ""
    name: Text = ""
    provider_id: Text = ""
    target: Text = ""
    status: Text = ""
    creation_time: Moment = None
    begin_execution_time: Moment = None
    end_execution_time: Moment = None
    cost_estimate: Annotated[CostEstimate | None, BeforeValidator(mapping_or_none)] = None


class JobDetails(_Item):
    """A job as the service describes it."""

    session_id: Text = ""
    container_uri: Address = None
    input_data_uri: Address = None
    input_data_format: Text = ""
    input_params: Free = Field(default_factory=dict)
    metadata: Texts = Field(default_factory=dict)
    output_data_uri: Address = None
    output_data_format: Text = ""
    cancellation_time: Moment = None
    is_cancelling: Any = None
    error_data: Annotated[ErrorData | None, BeforeValidator(_error)] = None

    @property
    def shots(self) -> int | None:
        """Shots asked for: `shots`; older jobs of some providers say `count`, and some say both."""
        said = (whole(self.input_params.get(name)) for name in ("shots", "count"))
        return next((shots for shots in said if shots is not None), None)


class SessionDetails(_Item):
    job_failure_policy: Text = ""


class TargetStatus(_Body):
    id: Text = ""
    current_availability: Text = ""
    average_queue_time: Whole = None
    status_page: Text = ""
    num_qubits: Whole = None
    target_profile: Text = ""
    metadata: Free = Field(default_factory=dict)


class ProviderStatus(_Body):
    id: Text = ""
    current_availability: Text = ""
    targets: Annotated[list[TargetStatus], BeforeValidator(entries)] = Field(default_factory=list)
