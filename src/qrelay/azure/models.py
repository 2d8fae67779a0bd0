"""The bodies of Azure Quantum's data plane, read tolerantly: what is new, null or missing never breaks a client.

Source of names and types: the service's published specification, 2026-01-15-preview.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.alias_generators import to_camel

from qrelay.cloud.urls import SignedUrl, redact_text

__all__ = ["CostEstimate", "ErrorData", "JobDetails", "ProviderStatus", "SessionDetails", "TargetStatus"]


def _moment(value: Any) -> datetime | None:
    """A timestamp with 0 to 7 digits of fraction, `Z`, an offset or neither (then UTC), in UTC; else None."""
    if not isinstance(value, str):
        return value if isinstance(value, datetime) else None
    head, dot, tail = value.strip().partition(".")
    if dot:
        digits = tail[: len(tail) - len(tail.lstrip("0123456789"))]
        value = f"{head}.{digits[:6].ljust(6, '0')}{tail[len(digits) :]}"
    try:
        moment = datetime.fromisoformat(value.strip())
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):  # no time, or none that UTC has
        return None


def _text(value: Any) -> str:
    return value if isinstance(value, str) else "" if value is None else str(value)


def _texts(value: Any) -> dict[str, str]:
    return {str(name): _text(item) for name, item in value.items()} if isinstance(value, Mapping) else {}


def _mapping(value: Any) -> dict[str, Any]:
    return dict(value) if isinstance(value, Mapping) else {}


def _whole(value: Any) -> int | None:
    try:
        return None if value is None or isinstance(value, bool) else int(value)
    except (TypeError, ValueError, OverflowError):
        return None


def _entries(value: Any) -> list[Any]:
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def _signed(value: Any) -> SignedUrl | None:
    try:
        return SignedUrl(value) if isinstance(value, str) and value else None
    except ValueError:
        return None


Moment = Annotated[datetime | None, BeforeValidator(_moment)]
Text = Annotated[str, BeforeValidator(_text)]
Texts = Annotated[dict[str, str], BeforeValidator(_texts)]
Free = Annotated[dict[str, Any], BeforeValidator(_mapping)]
Whole = Annotated[int | None, BeforeValidator(_whole)]
Address = Annotated[SignedUrl | None, BeforeValidator(_signed)]


def _plain(value: Any) -> Any:
    if isinstance(value, SignedUrl):
        return value.base
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, str):
        return redact_text(value)
    if isinstance(value, Mapping):
        return {str(name): _plain(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value


class _Body(BaseModel):
    model_config = ConfigDict(
        alias_generator=to_camel,
        populate_by_name=True,
        extra="allow",
        arbitrary_types_allowed=True,
        hide_input_in_errors=True,
    )

    def shown(self) -> dict[str, Any]:
        """The service's description without signatures."""
        shown: dict[str, Any] = _plain(self.model_dump(by_alias=True))
        return shown


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


def _cost(value: Any) -> Any:
    return value if isinstance(value, Mapping) else None


class _Item(_Body):
    id: Text = ""
    name: Text = ""
    provider_id: Text = ""
    target: Text = ""
    status: Text = ""
    creation_time: Moment = None
    begin_execution_time: Moment = None
    end_execution_time: Moment = None
    cost_estimate: Annotated[CostEstimate | None, BeforeValidator(_cost)] = None


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
        said = (_whole(self.input_params.get(name)) for name in ("shots", "count"))
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
    targets: Annotated[list[TargetStatus], BeforeValidator(_entries)] = Field(default_factory=list)
