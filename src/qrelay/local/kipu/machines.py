"""getBackends and the rest about one backend: status, configuration, calibration, and which is least busy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from qrelay.local.clock import from_iso
from qrelay.local.kipu.bodies import PROVIDERS
from qrelay.local.kipu.errors import Problem, json_response

if TYPE_CHECKING:
    from qrelay.local.kipu.call import Call

__all__ = ["calibration", "config", "get", "least_busy", "listed", "status"]

_RANKED = "IBM"  # the one provider that tells how long each backend's queue is


async def listed(call: Call) -> Response:
    """getBackends. Whoever comes without a token sees less."""
    provider = _provider(call.query.get("provider"))
    flag = call.query.get("onlyPlanqkSdk", "false").lower()
    if flag not in ("true", "false"):
        raise Problem(400, f"Query parameter 'onlyPlanqkSdk' must be true or false, not '{flag}'.")
    found = [backend.description() for backend in call.hub.backends.values() if provider in (None, backend.provider)]
    if flag == "true":
        found = [description for description in found if _for_the_sdk(description)]
    return json_response(found if call.known else [_reduced(description) for description in found])


async def get(call: Call) -> Response:
    return json_response(call.backend().description())


async def status(call: Call) -> Response:
    return json_response(call.backend().status())


async def config(call: Call) -> Response:
    return json_response(call.backend().config())


async def calibration(call: Call) -> Response:
    """The newest, or the one in effect at a time; 204 if there is none."""
    found = call.backend().calibration()
    asked = call.query.get("effectiveAt")
    if asked:
        try:
            at = from_iso(asked)
        except ValueError as error:
            raise Problem(400, f"Query parameter 'effectiveAt': {error}.") from None
        if found is not None and from_iso(found["calibrated_at"]) > at:
            found = None
    return Response(status_code=204) if found is None else json_response(found)


async def least_busy(call: Call) -> Response:
    """getLeastBusyBackend: of those that are online and say how many jobs wait."""
    named = call.query.get("provider")
    if not named:
        raise Problem(400, "Query parameter 'provider' is required.")
    if _provider(named) != _RANKED:
        raise Problem(400, f"Provider {named} does not support least-busy backend selection.")
    least = call.query.get("minQubits") or "0"
    if not least.isascii() or not least.isdigit() or len(least) > 9:
        raise Problem(400, f"Query parameter 'minQubits' must be a whole number, not '{least}'.")
    queues: list[tuple[int, str]] = []
    for backend in call.hub.backends.values():
        state = backend.status()
        if backend.provider == _RANKED and state.get("status") == "ONLINE" and state.get("queue_size") is not None:
            qubits = backend.description().get("configuration", {}).get("qubit_count", 0)
            if qubits >= int(least):
                queues.append((state["queue_size"], backend.id))
    if not queues:
        raise Problem(404, "No candidate backends with queue information found.")
    return json_response(call.hub.backends[min(queues)[1]].description())


def _provider(text: str | None) -> str | None:
    if not text:
        return None
    name = text.upper().replace("-", "_")
    if name not in PROVIDERS:
        raise Problem(400, f"Provider '{text}' is not one of {', '.join(PROVIDERS)}.")
    return name


def _for_the_sdk(description: dict[str, Any]) -> bool:
    # published descriptions have objects there, the specification has names
    sdks = description.get("documentation", {}).get("sdks", ())
    return any((sdk.get("type") if isinstance(sdk, dict) else sdk) == "PLANQK" for sdk in sdks)


def _reduced(description: dict[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in description.items() if name not in ("queue_size", "availability")}
    return kept | {"has_calibration": False}
