"""The embedded cloud's memory: one SQLite database, in memory or in a file."""

from __future__ import annotations

import secrets
import sqlite3
import threading
import weakref
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from qrelay.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["Store"]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS containers (
    account TEXT, name TEXT, etag TEXT NOT NULL, modified INTEGER NOT NULL, PRIMARY KEY (account, name)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS blobs (
    account TEXT, container TEXT, name TEXT, data BLOB NOT NULL, headers TEXT NOT NULL,
    etag TEXT NOT NULL, created INTEGER NOT NULL, modified INTEGER NOT NULL,
    PRIMARY KEY (account, container, name)
);
CREATE TABLE IF NOT EXISTS blocks (
    account TEXT, container TEXT, blob TEXT, id TEXT, data BLOB NOT NULL, committed INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (account, container, blob, id, committed)
);
CREATE TABLE IF NOT EXISTS items (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    workspace TEXT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL, session TEXT, name TEXT NOT NULL,
    provider TEXT NOT NULL, target TEXT NOT NULL, state TEXT NOT NULL, created INTEGER NOT NULL,
    fingerprint TEXT NOT NULL, body TEXT NOT NULL,
    UNIQUE (workspace, kind, id)
);
CREATE TABLE IF NOT EXISTS payloads (
    workspace TEXT, job TEXT, part TEXT, data BLOB NOT NULL, PRIMARY KEY (workspace, job, part)
);
CREATE INDEX IF NOT EXISTS items_by_session ON items (workspace, session);
CREATE INDEX IF NOT EXISTS items_by_state ON items (kind, state);
"""


class Store:
    """SQLite behind one lock, so that handlers and worker threads may share it.

    With a path the data survives a restart; without one it ends with the object. Raises ConfigurationError for a path
    that cannot be opened or holds something else.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._lock = threading.RLock()
        self._depth = 0
        self._closed = False
        try:
            self._connection = sqlite3.connect(path or ":memory:", check_same_thread=False, isolation_level=None)
        except sqlite3.Error as error:
            raise _unusable(path, error) from error
        # closed at the latest when nobody holds the store any more: Python warns of connections that were forgotten
        weakref.finalize(self, self._connection.close).atexit = False
        try:
            if path is not None:
                self._connection.execute("PRAGMA journal_mode = WAL")
                self._connection.execute("PRAGMA synchronous = NORMAL")
            self._connection.executescript(_SCHEMA)
        except sqlite3.Error as error:
            self._connection.close()
            raise _unusable(path, error) from error

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Everything inside happens at once or not at all; transactions may be nested."""
        with self._lock:
            if self._depth == 0:
                self._connection.execute("BEGIN IMMEDIATE")
            self._depth += 1
            try:
                yield
            except BaseException:
                self._depth -= 1
                if self._depth == 0:
                    self._connection.execute("ROLLBACK")
                raise
            self._depth -= 1
            if self._depth == 0:
                self._connection.execute("COMMIT")

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._connection.execute(sql, values).fetchall()

    def row(self, sql: str, *values: Any) -> tuple[Any, ...] | None:
        with self._lock:
            found: tuple[Any, ...] | None = self._connection.execute(sql, values).fetchone()
            return found

    def run(self, sql: str, *values: Any) -> int:
        """Run a statement that changes something; the number of rows changed."""
        with self._lock:
            return self._connection.execute(sql, values).rowcount

    def secret(self, name: str) -> bytes:
        """32 random bytes of that name, made once and kept with the data."""
        with self.transaction():
            found = self.row("SELECT value FROM settings WHERE name = ?", name)
            if found is None:
                value = secrets.token_bytes(32)
                self.run("INSERT INTO settings VALUES (?, ?)", name, value)
                return value
        return bytes(found[0])

    @property
    def closed(self) -> bool:
        return self._closed

    def close(self) -> None:
        with self._lock:
            if not self._closed:
                self._closed = True
                self._connection.close()


def _unusable(path: Path | None, error: sqlite3.Error) -> ConfigurationError:
    return ConfigurationError(f"cannot keep the local cloud's data in {path}: {error}. Name another file.")
