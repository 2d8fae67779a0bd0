"""The subset of OData that the lists take: `filter` and `orderby`, turned into SQL with bound values.

    startswith(Name, 'x') and (ProviderId eq 'a' or ProviderId eq 'b') and CreationTime ge 2024-04-01

Fields: Name, ItemType, JobType, ProviderId, Target, State, CreationTime. Operators: eq ne gt ge lt le, and, or, not,
parentheses, startswith and contains. A quote inside a value is doubled.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qrelay.local.clock import from_iso

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["FilterError", "Sql", "compile_filter", "compile_order"]

# Every job here is a quantum computing job; sessions have no job type, and NULL compares with nothing.
_FIELDS = {
    "name": "name",
    "itemtype": "kind",
    "jobtype": "CASE kind WHEN 'Job' THEN 'QuantumComputing' END",
    "providerid": "provider COLLATE NOCASE",
    "target": "target COLLATE NOCASE",
    "state": "state",
    "creationtime": "created",
}
_OPERATORS = {"eq": "=", "ne": "<>", "gt": ">", "ge": ">=", "lt": "<", "le": "<="}
_TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<time>\d{4}-\d{2}-\d{2}(?:T[0-9:.]+(?:Z|[+-]\d{2}:?\d{2})?)?)"
    r"|(?P<word>[A-Za-z_]+)|(?P<mark>[(),]))"
)
_DEEPEST = 20  # parentheses and nots inside one another: SQLite's own parser stacks four words for each
_MOST = 200  # comparisons in one filter: SQLite's expressions may be 1000 deep
_FARTHEST = (1 << 63) - 1  # nanoseconds: what a column holds, the years 1677 to 2262


class FilterError(ValueError):
    """The filter or the order cannot be understood."""


@dataclass(frozen=True, slots=True)
class Sql:
    """A piece of SQL, and the values that stand for its question marks."""

    text: str
    values: tuple[str | int, ...] = ()


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    at: int


def compile_filter(source: str) -> Sql:
    """A condition on the table of items. Raises FilterError with the position of what it cannot read."""
    return _Parser(_tokens(source)).whole()


def compile_order(source: str) -> Sql:
    """`Field`, `Field asc` or `Field desc`, several separated by commas, as an ORDER BY list."""
    parts: list[str] = []
    for piece in source.split(","):
        words = piece.split()
        if not 1 <= len(words) <= 2 or (len(words) == 2 and words[1].lower() not in ("asc", "desc")):
            raise FilterError(f"orderby: expected a field, then asc or desc, not {piece.strip()!r}")
        if len(parts) == len(_FIELDS):
            raise FilterError(f"orderby: at most {len(_FIELDS)} fields")
        parts.append(f"{_column(words[0])} {words[1].upper() if len(words) == 2 else 'ASC'}")
    return Sql(", ".join(parts))


def _column(name: str) -> str:
    column = _FIELDS.get(name.lower())
    if column is None:
        raise FilterError(f"{name!r} is not a field to filter or order by; there are Name, ItemType, JobType, "
                          "ProviderId, Target, State, CreationTime")  # fmt: skip
    return column


def _tokens(source: str) -> list[_Token]:
    found: list[_Token] = []
    at = 0
    while source[at:].strip():
        match = _TOKEN.match(source, at)
        if match is None:
            raise FilterError(f"filter: cannot read {source[at : at + 20].strip()!r} at character {at}")
        kind = match.lastgroup or ""
        found.append(_Token(kind, match[kind], match.start(kind)))
        at = match.end()
    return [*found, _Token("end", "the end", len(source))]


class _Parser:
    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens = tokens
        self._next = 0
        self._depth = 0
        self._comparisons = 0

    def whole(self) -> Sql:
        condition = self._either()
        if self._peek().kind != "end":
            raise self._unexpected("and, or, or the end")
        return condition

    def _peek(self) -> _Token:
        return self._tokens[self._next]

    def _take(self) -> _Token:
        token = self._peek()
        if token.kind != "end":
            self._next += 1
        return token

    def _word(self, word: str) -> bool:
        token = self._peek()
        if token.kind == "word" and token.text.lower() == word:
            self._next += 1
            return True
        return False

    def _mark(self, mark: str) -> None:
        if self._peek().text != mark or self._peek().kind != "mark":
            raise self._unexpected(repr(mark))
        self._next += 1

    def _unexpected(self, wanted: str) -> FilterError:
        token = self._peek()
        return FilterError(f"filter: expected {wanted} at character {token.at}, not {token.text}")

    def _either(self) -> Sql:
        return self._chain("or", lambda: self._chain("and", self._one))

    def _chain(self, word: str, part: Callable[[], Sql]) -> Sql:
        parts = [part()]
        while self._word(word):
            parts.append(part())
        if len(parts) == 1:
            return parts[0]
        text = "(" + f" {word.upper()} ".join(each.text for each in parts) + ")"
        return Sql(text, tuple(value for each in parts for value in each.values))

    def _one(self) -> Sql:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise FilterError(f"filter: nested more than {_DEEPEST} deep")
        try:
            if self._word("not"):
                inner = self._one()
                return Sql(f"NOT COALESCE({inner.text}, 0)", inner.values)
            if self._peek().text == "(" and self._peek().kind == "mark":
                self._mark("(")
                inner = self._either()
                self._mark(")")
                return inner
            return self._comparison()
        finally:
            self._depth -= 1

    def _comparison(self) -> Sql:
        self._comparisons += 1
        if self._comparisons > _MOST:
            raise FilterError(f"filter: more than {_MOST} comparisons")
        if self._peek().kind != "word":
            raise self._unexpected("a field or a function")
        name = self._take().text
        if name.lower() in ("startswith", "contains") and self._peek().text == "(":
            self._mark("(")
            column = _column(self._take().text)
            if column == "created":
                raise FilterError(f"filter: {name} takes a text field, not CreationTime")
            self._mark(",")
            value = self._text()
            self._mark(")")
            if name.lower() == "startswith":
                return Sql(f"substr({column}, 1, length(?)) = ?", (value, value))
            return Sql(f"instr({column}, ?) > 0", (value,))
        column = _column(name)
        operator = _OPERATORS.get(self._peek().text.lower()) if self._peek().kind == "word" else None
        if operator is None:
            raise self._unexpected("one of eq, ne, gt, ge, lt, le")
        self._take()
        return Sql(f"{column} {operator} ?", (self._time() if column == "created" else self._text(),))

    def _text(self) -> str:
        if self._peek().kind != "text":
            raise self._unexpected("a value in single quotes")
        return self._take().text[1:-1].replace("''", "'")

    def _time(self) -> int:
        token = self._peek()
        if token.kind not in ("time", "text"):
            raise self._unexpected("a date such as 2024-04-01 or a time such as 2024-04-01T12:00:00Z")
        self._take()
        try:
            moment = from_iso(token.text.strip("'"))
        except ValueError as error:
            raise FilterError(f"filter: {error}") from None
        return min(max(moment, -_FARTHEST), _FARTHEST)
