"""Containers and blobs in the store."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from qrelay.local.clock import Clock
    from qrelay.local.store import Store

__all__ = ["ACCOUNT", "Blob", "BlobError", "Blobs", "Container", "account_of"]

ACCOUNT = "local[0-9a-f]{16}"
"""What the names look like that `account_of` gives, as a regular expression."""


class BlobError(Exception):
    """What the blob service answers: a status, its code, and a sentence."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class Container:
    name: str
    etag: str
    modified: int


@dataclass(frozen=True, slots=True)
class Blob:
    """A block blob. `headers` are those it was written with (content-type, x-ms-meta-…); times in nanoseconds."""

    name: str
    data: bytes
    headers: Mapping[str, str]
    etag: str
    created: int
    modified: int


class Blobs:
    """The blob service's memory. Every method may be called from any thread."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    @property
    def closed(self) -> bool:
        return self._store.closed

    def create_container(self, account: str, name: str) -> Container:
        made = Container(name, _etag(), self._clock())
        if not self._store.run(
            "INSERT OR IGNORE INTO containers VALUES (?,?,?,?)", account, name, made.etag, made.modified
        ):
            raise BlobError(409, "ContainerAlreadyExists", "The specified container already exists.")
        return made

    def ensure_container(self, account: str, name: str) -> None:
        self._store.run("INSERT OR IGNORE INTO containers VALUES (?,?,?,?)", account, name, _etag(), self._clock())

    def container(self, account: str, name: str) -> Container:
        row = self._store.row("SELECT etag, modified FROM containers WHERE account=? AND name=?", account, name)
        if row is None:
            raise BlobError(404, "ContainerNotFound", "The specified container does not exist.")
        return Container(name, row[0], row[1])

    def names(self, account: str, container: str, prefix: str) -> list[str]:
        self.container(account, container)
        rows = self._store.rows(
            "SELECT name FROM blobs WHERE account=? AND container=? AND substr(name, 1, length(?)) = ? ORDER BY name",
            account, container, prefix, prefix,
        )  # fmt: skip
        return [row[0] for row in rows]

    def read(self, account: str, container: str, name: str) -> Blob:
        row = self._store.row(
            "SELECT data, headers, etag, created, modified FROM blobs WHERE account=? AND container=? AND name=?",
            account, container, name,
        )  # fmt: skip
        if row is None:
            self.container(account, container)
            raise BlobError(404, "BlobNotFound", "The specified blob does not exist.")
        return Blob(name, bytes(row[0]), json.loads(row[1]), row[2], row[3], row[4])

    def write(
        self, account: str, container: str, name: str, data: bytes, headers: Mapping[str, str], *, fresh: bool = False
    ) -> Blob:
        """Write a whole blob; with `fresh` it must not be there yet."""
        with self._store.transaction():
            self.container(account, container)
            now = self._clock()
            before = self._store.row(
                "SELECT created FROM blobs WHERE account=? AND container=? AND name=?", account, container, name
            )
            if before is not None and fresh:
                raise BlobError(409, "BlobAlreadyExists", "The specified blob already exists.")
            made = Blob(name, data, dict(headers), _etag(), before[0] if before else now, now)
            self._store.run(
                "INSERT OR REPLACE INTO blobs VALUES (?,?,?,?,?,?,?,?)",
                account, container, name, data, json.dumps(made.headers), made.etag, made.created, made.modified,
            )  # fmt: skip
            self._store.run("DELETE FROM blocks WHERE account=? AND container=? AND blob=?", account, container, name)
        return made

    def delete(self, account: str, container: str, name: str) -> None:
        with self._store.transaction():
            self.read(account, container, name)
            self._store.run("DELETE FROM blobs WHERE account=? AND container=? AND name=?", account, container, name)
            self._store.run("DELETE FROM blocks WHERE account=? AND container=? AND blob=?", account, container, name)

    def set_metadata(self, account: str, container: str, name: str, metadata: Mapping[str, str]) -> Blob:
        """Replace the blob's x-ms-meta- headers."""
        with self._store.transaction():
            blob = self.read(account, container, name)
            kept = {key: value for key, value in blob.headers.items() if not key.startswith("x-ms-meta-")}
            etag, now = _etag(), self._clock()
            self._store.run(
                "UPDATE blobs SET headers=?, etag=?, modified=? WHERE account=? AND container=? AND name=?",
                json.dumps(kept | dict(metadata)), etag, now, account, container, name,
            )  # fmt: skip
        return Blob(name, blob.data, kept | dict(metadata), etag, blob.created, now)

    def stage(self, account: str, container: str, blob: str, block: str, data: bytes) -> None:
        """Keep one block until a block list names it. Block ids are base64 and equally long within a blob."""
        try:
            size = len(base64.b64decode(block, validate=True))
        except ValueError:
            size = 0
        if not 0 < size <= 64:
            raise BlobError(400, "InvalidQueryParameterValue", "The block id must be base64 of 1 to 64 bytes.")
        with self._store.transaction():
            self.container(account, container)
            other = self._store.row(
                "SELECT id FROM blocks WHERE account=? AND container=? AND blob=? AND length(id) <> ? AND committed=0",
                account, container, blob, len(block),
            )  # fmt: skip
            if other is not None:
                raise BlobError(400, "InvalidBlobOrBlock", "The specified blob or block content is invalid.")
            self._store.run("INSERT OR REPLACE INTO blocks VALUES (?,?,?,?,?,0)", account, container, blob, block, data)

    def commit(
        self, account: str, container: str, name: str, wanted: Sequence[tuple[str, str]], headers: Mapping[str, str],
        *, fresh: bool = False,
    ) -> Blob:  # fmt: skip
        """Put a blob together from its blocks. `wanted` are (list, block id); lists: Latest, Uncommitted, Committed."""
        with self._store.transaction():
            self.container(account, container)
            rows = self._store.rows(
                "SELECT id, committed, data FROM blocks WHERE account=? AND container=? AND blob=?",
                account, container, name,
            )  # fmt: skip
            known = {(row[0], bool(row[1])): bytes(row[2]) for row in rows}
            order = {"Latest": (False, True), "Uncommitted": (False,), "Committed": (True,)}
            parts: list[tuple[str, bytes]] = []
            for kind, block in wanted:
                data = next((known[block, old] for old in order[kind] if (block, old) in known), None)
                if data is None:
                    raise BlobError(400, "InvalidBlockList", "The specified block list is invalid.")
                parts.append((block, data))
            made = self.write(account, container, name, b"".join(data for _, data in parts), headers, fresh=fresh)
            for block, data in dict(parts).items():
                self._store.run("INSERT INTO blocks VALUES (?,?,?,?,?,1)", account, container, name, block, data)
        return made

    @staticmethod
    def md5(data: bytes) -> str:
        """What Content-MD5 carries."""
        return base64.b64encode(hashlib.md5(data, usedforsecurity=False).digest()).decode()


def account_of(workspace: str) -> str:
    """The name of the storage account that belongs to a workspace."""
    return "local" + hashlib.sha256(workspace.encode()).hexdigest()[:16]


def _etag() -> str:
    return f'"0x{secrets.token_hex(8).upper()}"'
