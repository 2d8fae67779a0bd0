"""Providers_List and Quotas_List."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qrelay.local.azure.errors import json_response
from qrelay.local.azure.targets import Target, providers

if TYPE_CHECKING:
    from starlette.responses import Response

    from qrelay.local.azure.plane import Call

__all__ = ["provider_status", "quotas"]

_DETAILS_SINCE = "2026-01-15"  # the version whose specification names qubits and profile; recordings have neither


async def provider_status(call: Call) -> Response:
    value = [
        {
            "id": provider.id,
            "currentAvailability": "Available",
            "targets": [_target(call, target, provider.status_page) for target in provider.targets],
        }
        for provider in providers()
    ]
    return json_response({"value": value, "nextLink": None})


async def quotas(call: Call) -> Response:
    """An empty page: nothing is limited here."""
    del call
    return json_response({"value": [], "nextLink": None})


def _target(call: Call, target: Target, status_page: str) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "id": target.id,
        "currentAvailability": target.availability,
        "averageQueueTime": target.queue,
        "statusPage": status_page,
    }
    if call.since(_DETAILS_SINCE):
        if target.qubits is not None:
            entry["numQubits"] = target.qubits
        if target.profile is not None:
            entry["targetProfile"] = target.profile
    return entry
