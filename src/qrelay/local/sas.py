"""Shared access signatures, made and checked as the blob service does.

The strings that are signed are those of the service's documentation ("Create an account SAS", "Create a service SAS",
versions from 2020-12-06), so that the vendor's storage SDK, given the store's key, makes signatures that pass here.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from qrelay.local.clock import Clock, from_iso, seconds_iso

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["SasDenied", "Signer"]

_VERSION = "2024-05-04"
_SKEW = 15 * 60 * 1_000_000_000  # a signature is valid from a quarter of an hour ago, for clients whose clock is slow


class SasDenied(Exception):
    """The signature does not allow the request."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


class Signer:
    """Signs for one storage key. `lifetime` is in seconds."""

    def __init__(self, key: bytes, clock: Clock, lifetime: float) -> None:
        self._key = key
        self._clock = clock
        self._lifetime = int(lifetime * 1_000_000_000)

    @property
    def account_key(self) -> str:
        """The key as storage SDKs take it."""
        return base64.b64encode(self._key).decode()

    def account(self, account: str, permissions: str, protocol: str) -> str:
        """Query string that allows `permissions` on every container and blob of the account."""
        query = {"sv": _VERSION, "ss": "b", "srt": "co", "spr": protocol, **self._span(), "sp": permissions}
        return urlencode(query | {"sig": self._sign(_account_text(account, query))}, quote_via=quote)

    def container(self, account: str, container: str, permissions: str) -> str:
        """Query string for one container."""
        return self._service(account, container, {"sr": "c", "sp": permissions})

    def blob(self, account: str, container: str, blob: str, permissions: str, disposition: str | None = None) -> str:
        """Query string for one blob; `disposition` becomes the answer's Content-Disposition."""
        query = {"sr": "b", "sp": permissions}
        if disposition is not None:
            query["rscd"] = disposition
        return self._service(account, f"{container}/{blob}", query)

    def check(
        self, query: Mapping[str, str], *, account: str, container: str, blob: str | None, needs: str, scheme: str
    ) -> None:
        """Raise SasDenied unless the query's signature allows one of the permissions `needs` on that resource."""
        signature = query.get("sig")
        if not signature:
            raise _unauthentic("The request carries no shared access signature.")
        level = "o" if blob else "c"
        if "ss" in query:
            text = _account_text(account, query)
            covered = "b" in query["ss"] and level in query.get("srt", "")
        elif query.get("sr") == "c":
            text = _service_text(account, container, query)
            covered = True
        elif query.get("sr") == "b":
            text = _service_text(account, f"{container}/{blob or ''}", query)
            covered = blob is not None
        else:
            raise _unauthentic("The shared access signature names neither services nor a resource (ss, sr).")
        if not hmac.compare_digest(self._sign(text).encode(), signature.encode()):
            raise _unauthentic("Signature did not match.")
        now = self._clock()
        try:
            start = from_iso(query["st"]) if query.get("st") else 0
            end = from_iso(query["se"])
        except (KeyError, ValueError):
            raise _unauthentic("The signature's start or expiry is missing or not a time.") from None
        if not start <= now < end:
            span = f"Signature not valid in the specified time frame: Start [{query.get('st', '')}] - Expiry"
            raise _unauthentic(f"{span} [{query['se']}] - Current [{seconds_iso(now)}]")
        if scheme != "https" and query.get("spr") == "https":
            raise SasDenied("AuthorizationProtocolMismatch", "The signature allows https only.")
        if not covered:
            raise SasDenied("AuthorizationResourceTypeMismatch", "The signature does not cover this kind of resource.")
        if not set(needs) & set(query.get("sp", "")):
            raise SasDenied(
                "AuthorizationPermissionMismatch",
                "This request is not authorized to perform this operation using this permission.",
            )

    def _span(self) -> dict[str, str]:
        now = self._clock()
        # A whole second up, so that a lifetime of a second is not over before the URI arrives.
        return {"st": seconds_iso(now - _SKEW), "se": seconds_iso(now + self._lifetime + 999_999_999)}

    def _service(self, account: str, path: str, query: dict[str, str]) -> str:
        full = {"sv": _VERSION, **self._span(), **query}
        return urlencode(full | {"sig": self._sign(_service_text(account, path, full))}, quote_via=quote)

    def _sign(self, text: str) -> str:
        return base64.b64encode(hmac.new(self._key, text.encode(), hashlib.sha256).digest()).decode()


def _account_text(account: str, query: Mapping[str, str]) -> str:
    names = ("sp", "ss", "srt", "st", "se", "sip", "spr", "sv", "ses")
    return f"{account}\n" + "".join(f"{query.get(name, '')}\n" for name in names)


def _service_text(account: str, path: str, query: Mapping[str, str]) -> str:
    before = [query.get(name, "") for name in ("sp", "st", "se")]
    after = ("si", "sip", "spr", "sv", "sr", "snapshot", "ses", "rscc", "rscd", "rsce", "rscl", "rsct")
    return "\n".join([*before, f"/blob/{account}/{path}", *(query.get(name, "") for name in after)])


def _unauthentic(detail: str) -> SasDenied:
    return SasDenied(
        "AuthenticationFailed",
        "Server failed to authenticate the request. Make sure the value of Authorization header is formed correctly "
        f"including the signature.\n{detail}",
    )
