"""Addresses that may be shown, and addresses that may not."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any, NoReturn
from urllib.parse import parse_qsl, urlsplit, urlunsplit

import httpx

__all__ = ["QuietUrl", "SignedUrl", "is_loopback", "origin", "redact_text", "redact_url"]

# Query parameters whose values may appear in logs and messages. All others, known or new, are hidden.
_SHOWN_PARAMETERS = frozenset({"api-version", "restype", "comp", "skip", "top", "orderby", "page", "size", "sort"})
_ADDRESS = re.compile(r"https?://[^\s\"'<>]+", re.IGNORECASE)
_SIGNATURE = re.compile(r"\b(sig=)[^&\s\"'<>…]+", re.IGNORECASE)  # of an address without its scheme
_DEFAULT_PORTS = {"http": 80, "https": 443}


def redact_url(url: str) -> str:
    """The address without user information and without any query value that is not known to be harmless."""
    try:
        parts = urlsplit(url)
    except ValueError:  # no address, such as https://[endpoint]/ in a sentence
        scheme, _, rest = re.split(r"[?#]", url, maxsplit=1)[0].partition("://")
        return f"{scheme}://{rest.rpartition('@')[2]}"
    host = parts.netloc.rpartition("@")[2]
    shown = [
        f"{name}={value}" if name.lower() in _SHOWN_PARAMETERS else f"{name}=…"
        for name, value in parse_qsl(parts.query, keep_blank_values=True)
    ]
    return urlunsplit((parts.scheme, host, parts.path, "&".join(shown), ""))


def redact_text(text: str) -> str:
    """A message from outside, with the queries of all addresses in it hidden."""
    return _SIGNATURE.sub(r"\1…", _ADDRESS.sub(lambda match: redact_url(match[0]), text))


def origin(url: str) -> tuple[str, str, int]:
    """Scheme, host and port, with the scheme's own port filled in; of what is no address, the origin of nothing."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "", "", 0
    scheme = parts.scheme.lower()
    return scheme, (parts.hostname or "").lower(), port or _DEFAULT_PORTS.get(scheme, 0)


def is_loopback(url: str) -> bool:
    """Whether the address stays on this machine."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return False
    return host in ("localhost", "::1") or (host.startswith("127.") and host.replace(".", "").isdigit())


class QuietUrl(httpx.URL):
    """An httpx address that prints redacted: httpx logs every request's address, and its errors repeat it."""

    def __str__(self) -> str:
        return redact_url(super().__str__())

    def __repr__(self) -> str:
        return f"QuietUrl({str(self)!r})"


class SignedUrl:
    """An address whose query is a bearer secret (a shared access signature). Printing it shows no query.

    Raises ValueError, without an echo, for what is no address.
    """

    __slots__ = ("_url",)

    def __init__(self, url: str) -> None:
        if not origin(url)[1]:
            raise ValueError("not an address")
        self._url = url

    def reveal(self) -> str:
        """The whole address, secret included. For the request itself, never for a message."""
        return self._url

    @property
    def base(self) -> str:
        """The address without its query."""
        return urlunsplit(urlsplit(self._url)._replace(query="", fragment=""))

    @property
    def signed(self) -> bool:
        return any(name == "sig" for name, _ in self._query())

    @property
    def expires(self) -> datetime | None:
        """When the signature ends, None if it does not say."""
        text = dict(self._query()).get("se")
        if text is None:
            return None
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            return None
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)

    def with_segment(self, segment: str) -> SignedUrl:
        """The address of something inside, under the same signature."""
        parts = urlsplit(self._url)
        return SignedUrl(urlunsplit(parts._replace(path=f"{parts.path.rstrip('/')}/{segment}")))

    def with_query(self, extra: str) -> SignedUrl:
        parts = urlsplit(self._url)
        query = f"{extra}&{parts.query}" if parts.query else extra
        return SignedUrl(urlunsplit(parts._replace(query=query)))

    def _query(self) -> list[tuple[str, str]]:
        return parse_qsl(urlsplit(self._url).query)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SignedUrl) and other._url == self._url

    def __hash__(self) -> int:
        return hash(self._url)

    def __str__(self) -> str:
        return self.base

    def __repr__(self) -> str:
        return f"SignedUrl({self.base!r})"

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            "A signed address is a secret and does not travel; ask the service for a new one where you need it."
        )

    def __deepcopy__(self, memo: dict[int, Any]) -> SignedUrl:
        return self
