"""From bytes to a JSON document, with a typed error for everything that can be wrong with it."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any, NoReturn

from qrelay.errors import ResultUnreadable

__all__ = ["Answer", "kind"]

_SHOWN = 160
_SAID = 500
_ERROR = 400
_LONG_WORD = re.compile(r"[A-Za-z0-9+/_=%.\-]{24,}")  # keys, tokens and signatures are long; words and numbers are not
_QUERY = re.compile(r"\?[^\s\"'<>]*")
_NAMED_SECRET = re.compile(
    r"(?i)([\w\-]*(?:token|secret|password|signature|sig|key|authorization)[\w\-]*[\"']?\s*[:=]\s*)"
    r"(?:[\"']?(?:bearer|basic)\s+)?\S+"
)


class Answer:
    """The bytes of one answer and the name of its format: what every complaint about it must carry."""

    __slots__ = ("data", "format")

    def __init__(self, data: bytes, format: str) -> None:  # noqa: A002 - the services' own word
        self.data = data
        self.format = format

    def refuse(self, reason: str) -> NoReturn:
        """Raise ResultUnreadable with the bytes kept."""
        message = (
            f"This is not a readable {self.format} answer: {reason[:_SAID]}. The bytes are in the error's `.data`."
        )
        raise ResultUnreadable(message, data=self.data, format=self.format)

    def document(self, *, unique_keys: bool = False) -> dict[str, Any]:
        """Return the answer as a JSON object.

        NaN and infinities are refused, as JSON does; with `unique_keys` also an object that says one key twice, which
        formats that put their data into keys need (it costs time for every object).
        """
        return self.object_of(self.parsed(unique_keys=unique_keys))

    def object_of(self, parsed: Any) -> dict[str, Any]:
        """Return what was parsed, if it is a JSON object and no service's word on an error."""
        if not isinstance(parsed, dict):
            self.refuse(f"it should be a JSON object and is {kind(parsed)}: {self._beginning()}")
        self._refuse_service_error(parsed)
        return parsed

    def documents(self, *, unique_keys: bool = False) -> list[dict[str, Any]]:
        """Return the answer as JSON objects: those of a list, or one that stands alone. Otherwise as `document`."""
        parsed = self.parsed(unique_keys=unique_keys)
        documents = parsed if isinstance(parsed, list) else [parsed]
        if not documents:
            self.refuse("it is a list without results")
        for document in documents:
            if not isinstance(document, dict):
                where = "each entry" if documents is parsed else "it"
                self.refuse(f"{where} should be a JSON object and is {kind(document)}: {self._beginning()}")
            self._refuse_service_error(document)
        return documents

    def member(self, document: dict[str, Any], name: str, expected: type) -> Any:
        """Return a member that must be there, of the JSON type that `expected` stands for."""
        if name not in document:
            self.refuse(f"it has no {name!r}; it has {sorted(document)[:8]}")
        value = document[name]
        if type(value) is not expected:
            self.refuse(f"{name!r} should be {_KINDS[expected]} and is {kind(value)}")
        return value

    def parsed(self, *, unique_keys: bool = False) -> Any:
        """Return whatever JSON the answer is, for formats that come in several shapes. Otherwise as `document`."""
        if not self.data.strip():
            self.refuse("it is empty")
        try:
            return json.loads(
                self.data,
                parse_constant=self._refuse_constant,
                object_pairs_hook=self._without_repetition if unique_keys else None,
            )
        except (ValueError, RecursionError) as error:
            raise self._not_json() from error

    def _beginning(self) -> str:
        text = _without_secrets(self.data[: 4 * _SHOWN].decode("utf-8", errors="replace").strip())
        text = _LONG_WORD.sub("…", text)
        shown = "".join(letter if letter.isprintable() else " " for letter in text[:_SHOWN])
        return f"it begins with {shown!r}"

    def _not_json(self) -> ResultUnreadable:
        return ResultUnreadable(
            f"This is not a readable {self.format} answer: it is not JSON; {self._beginning()}. "
            "The bytes are in the error's `.data`.",
            data=self.data,
            format=self.format,
        )

    def _refuse_constant(self, constant: str) -> NoReturn:
        self.refuse(f"it holds {constant}, which is no number")

    def _without_repetition(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        document = dict(pairs)
        if len(document) != len(pairs):
            times = Counter(name for name, _ in pairs)
            repeated = next(name for name, count in times.items() if count > 1)
            self.refuse(f"it says {repeated[:40]!r} twice")
        return document

    def _refuse_service_error(self, document: dict[str, Any]) -> None:
        """Services put `{"error": {"code", "message"}}` where a result should be; say what it says."""
        error = document.get("error", document.get("Error"))
        if len(document) <= 2 and isinstance(error, dict | str):
            self.refuse_error(error)

    def refuse_error(self, error: object) -> NoReturn:
        """Refuse an answer that is a service's word on what went wrong, and say it."""
        if isinstance(error, dict):
            spoken = [str(error[name]) for name in ("code", "Code", "message", "Message", "Name") if error.get(name)]
            error = ": ".join(spoken) or "no code and no message"
        said = _without_secrets(str(error)[: 4 * _ERROR])[:_ERROR]
        self.refuse(f"the service left an error in place of a result: {said}")


def _without_secrets(text: str) -> str:
    """Takes the square of the text's length in time: give it no more than is to be shown, and some for what goes."""
    return _QUERY.sub("?…", _NAMED_SECRET.sub(r"\1…", text))


_KINDS = {dict: "an object", list: "a list", str: "a string", int: "an integer", float: "a number", bool: "a boolean"}


def kind(value: object) -> str:
    """Name a JSON value's type for a message."""
    return "null" if value is None else _KINDS[type(value)]
