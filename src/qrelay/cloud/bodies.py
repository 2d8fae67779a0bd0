"""Types of fields in a service's answers, read tolerantly: what is new, null or senseless never breaks a client."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from qrelay.cloud.urls import SignedUrl, redact_text
from qrelay.errors import ServiceError

__all__ = [
    "Body",
    "Flag",
    "Free",
    "Moment",
    "Text",
    "TextList",
    "Texts",
    "Whole",
    "entries",
    "mapping_or_none",
    "read",
    "shortened",
    "whole",
]


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


def _text_list(value: Any) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _mapping(value: Any) -> dict[str, Any]:
    return dict(value) if isinstance(value, Mapping) else {}


def whole(value: Any) -> int | None:
    """A whole number, however it is written; None for what is none."""
    try:
        return None if value is None or isinstance(value, bool) else int(value)
    except (TypeError, ValueError, OverflowError):
        return None


def _flag(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None


def entries(value: Any) -> list[Any]:
    """Before a list of bodies is read: what in it can be one."""
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def mapping_or_none(value: Any) -> Any:
    """Before a body inside another is read: None for what can be none."""
    return value if isinstance(value, Mapping) else None


Moment = Annotated[datetime | None, BeforeValidator(_moment)]
Text = Annotated[str, BeforeValidator(_text)]
Texts = Annotated[dict[str, str], BeforeValidator(_texts)]
TextList = Annotated[list[str], BeforeValidator(_text_list)]
Free = Annotated[dict[str, Any], BeforeValidator(_mapping)]
Whole = Annotated[int | None, BeforeValidator(whole)]
Flag = Annotated[bool | None, BeforeValidator(_flag)]


def shortened(text: str, most: int = 1_000) -> str:
    """Words from outside that go into a message: a gateway may answer with a page of its own."""
    return text if len(text) <= most else f"{text[:most]}…"


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


class Body(BaseModel):
    """A body of a service's; fields that this version does not know are kept."""

    model_config = ConfigDict(
        extra="allow", populate_by_name=True, arbitrary_types_allowed=True, hide_input_in_errors=True
    )

    def shown(self) -> dict[str, Any]:
        """The service's description without signatures."""
        shown: dict[str, Any] = _plain(self.model_dump(by_alias=True))
        return shown


B = TypeVar("B", bound=Body)


def read(document: Mapping[str, Any], model: type[B]) -> B:
    """Raises ServiceError, without an echo, for what cannot be read."""
    try:
        return model.model_validate(document)
    except ValidationError as error:
        fields = ", ".join(str(problem["loc"][0]) for problem in error.errors(include_input=False) if problem["loc"])
        raise ServiceError(
            f"The service's description of a {model.__name__} cannot be read (fields: {fields})."
        ) from None
