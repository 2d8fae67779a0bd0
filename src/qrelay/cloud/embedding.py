"""Accounts on an embedded cloud, whichever service's: on one of their own, or on one that is there already."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, TypeVar

import httpx

from qrelay.cloud.account import Account
from qrelay.errors import ConfigurationError, InvalidOption

__all__ = ["EmbeddedCloud", "embed"]

A = TypeVar("A", bound=Account)


class EmbeddedCloud(Protocol):
    """A cloud with an application that httpx can call."""

    @property
    def app(self) -> Any: ...

    def close(self) -> None: ...


def embed(
    load: Callable[[], Callable[..., EmbeddedCloud]],
    make: Callable[..., A],
    options: dict[str, Any],
    cloud: EmbeddedCloud | None = None,
) -> A:
    """An account on `cloud`, which stays when the account is closed, or on a cloud of its own, which goes with it.

    `load` imports the cloud's class, whose options are `options` but for the account's own; `make` makes the account
    from a key, a transport and these. Raises ConfigurationError where the extra `local` is not installed.
    """
    own = {name: options.pop(name) for name in ("new_id", "quick") if name in options}
    key = next(iter(options.get("keys") or ()), "local")
    made: EmbeddedCloud | None = None
    if cloud is not None:
        options.pop("keys", None)  # to it, they are those that open it
    if cloud is None:
        try:
            made = load()(**options)
        except ImportError as error:
            raise ConfigurationError(
                f"The embedded cloud needs {error.name or 'more packages'}: pip install 'qrelay[local]'"
            ) from error
    elif options:
        name = next(iter(options))
        raise InvalidOption(f"{name} is an option of the cloud, which is there already.", option=name)
    there = cloud or made
    assert there is not None
    account = make(key, httpx.ASGITransport(app=there.app, raise_app_exceptions=False), **own)
    account._cloud = made  # noqa: SLF001 - rooms of one floor
    return account
