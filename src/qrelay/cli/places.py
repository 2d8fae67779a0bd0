"""Where a command works: which service, and whether that of the environment or the embedded one."""

from __future__ import annotations

import heapq
import itertools
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from qrelay.errors import ConfigurationError, NotFound, UnknownTarget

if TYPE_CHECKING:
    from qrelay.cloud import Account, Job, JobRecord, SessionRecord, Target

__all__ = ["Place", "ServiceName", "job_of", "newest", "on_target", "opened"]

R = TypeVar("R", "JobRecord", "SessionRecord")

_LATEST = datetime.max.replace(tzinfo=UTC)  # what has no time yet is newest


class ServiceName(StrEnum):
    """The services, as `--service` names them."""

    AZURE = "azure"
    KIPU = "kipu"


_ACCOUNTS = {ServiceName.AZURE: "workspace of Azure Quantum", ServiceName.KIPU: "Kipu Quantum Hub"}

Accounts = Mapping[ServiceName, "Account"]


@dataclass(frozen=True, slots=True)
class Place:
    """What the options `--service`, `--local` and `--data` say."""

    service: ServiceName | None
    local: bool
    data: Path | None

    @property
    def embedded(self) -> bool:
        """Whether the embedded cloud was asked for."""
        return self.local or self.data is not None

    def or_embedded(self) -> Place:
        """The embedded cloud also where there is nothing else, which is then said.

        For the commands that need nothing from an earlier one. A half-named account is not nothing: that is a mistake.
        """
        if self.embedded or self._named():
            return self
        missing = "no workspace and no Hub" if self.service is None else f"no {_ACCOUNTS[self.service]}"
        sys.stderr.write(
            f"qrelay: the environment names {missing}: this is the embedded cloud of this machine, as with --local.\n"
        )
        return Place(self.service, True, None)

    def chosen(self) -> ServiceName:
        """The service of the environment that is meant. Raises ConfigurationError if that is not clear."""
        if self.service is not None:
            return self.service
        named = self._named()
        if not named:
            raise ConfigurationError(
                "The environment names no account: set AZURE_QUANTUM_CONNECTION_STRING for a workspace, or "
                "KQH_PERSONAL_ACCESS_TOKEN for the Kipu Quantum Hub. (--local takes the embedded cloud instead.)"
            )
        if len(named) > 1:
            raise ConfigurationError(
                "The environment names accounts of both services: say --service azure or --service kipu."
            )
        return named[0]

    def _named(self) -> list[ServiceName]:
        """The services, of those in question, that the environment names, be it incompletely."""
        from qrelay.azure.connection import named_in_environment as names_workspace
        from qrelay.kipu.environment import named_in_environment as names_hub

        there = {ServiceName.AZURE: names_workspace, ServiceName.KIPU: names_hub}
        return [name for name, names in there.items() if self.service in (None, name) and names()]


@contextmanager
def opened(place: Place) -> Iterator[Accounts]:
    """The accounts that the command works on, by service: the environment's, or both of the embedded cloud.

    Raises ConfigurationError where the environment names none, names it incompletely, or names both.
    """
    if place.embedded:
        from qrelay.embedded import embedded

        with embedded(place.data) as (workspace, hub):
            both: Accounts = {ServiceName.AZURE: workspace, ServiceName.KIPU: hub}
            yield {name: account for name, account in both.items() if place.service in (None, name)}
        return
    chosen = place.chosen()
    with ExitStack() as stack:
        try:
            account = stack.enter_context(_from_environment(chosen))
        except ConfigurationError as error:
            raise ConfigurationError(f"{error} (--local takes the embedded cloud instead.)") from error
        yield {chosen: account}


def _from_environment(name: ServiceName) -> Account:
    if name is ServiceName.AZURE:
        from qrelay.azure import Workspace

        return Workspace.from_env()
    from qrelay.kipu import Hub

    return Hub.from_env()


def on_target(accounts: Accounts, id: str) -> tuple[Account, Target]:  # noqa: A002 - the service's word
    """The account that has the target, and the target. Raises UnknownTarget with the nearest names of all."""
    if len(accounts) == 1:
        (account,) = accounts.values()
        return account, account.target(id)
    from qrelay.cloud.finding import named, unknown_target

    listed = [(account, account.targets()) for account in accounts.values()]
    for account, targets in listed:
        found = named(targets, id)
        if found is not None:
            return account, found
    everything = [target for _, targets in listed for target in targets]
    error: UnknownTarget = unknown_target("The embedded cloud", everything, id)
    raise error


def job_of(accounts: Accounts, id: str) -> tuple[ServiceName, Job]:  # noqa: A002
    """The job of that id, and whose it is. Raises NotFound where no account has it."""
    refusals: list[NotFound] = []
    for name, account in accounts.items():
        try:
            return name, account.job(id)
        except NotFound as error:
            refusals.append(error)
    raise _not_found(refusals, f"job {id!r}")


def newest(
    accounts: Accounts, listed: Callable[[Account], Iterable[R]], limit: int, of: str | None = None
) -> list[tuple[ServiceName, R]]:
    """What the accounts list, newest first in all, at most `limit`.

    `of` names the session whose jobs are listed; NotFound where no account knows it.
    """
    refusals: list[NotFound] = []
    groups: list[list[tuple[ServiceName, R]]] = []
    for name, account in accounts.items():
        try:
            groups.append([(name, record) for record in itertools.islice(listed(account), limit)])
        except NotFound as error:
            refusals.append(error)
    if not groups:
        raise _not_found(refusals, f"session {of!r}")
    merged = heapq.merge(*groups, key=lambda entry: entry[1].created or _LATEST, reverse=True)
    return list(itertools.islice(merged, limit))


def _not_found(refusals: list[NotFound], what: str) -> NotFound:
    """One service's own refusal, or that of all."""
    if len(refusals) == 1:
        return refusals[0]
    return NotFound(f"Neither service of the embedded cloud knows {what}. Check the id, and --data.", status=404)
