"""Job: one circuit, or a list of circuits, on its way through a service."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, NoReturn, TypeVar

from qrelay.cloud import loop
from qrelay.cloud.batch import combined_state, composite_id
from qrelay.cloud.service import JobRecord, JobState
from qrelay.errors import (
    AuthenticationError,
    ConfigurationError,
    JobCancelled,
    JobFailed,
    NotFound,
    PartialResult,
    QrelayError,
    ResultUnreadable,
    ServiceUnavailable,
    WaitTimeout,
)
from qrelay.results import Outcome, decode

if TYPE_CHECKING:
    from qrelay.cloud.account import Account

__all__ = ["Job"]

T = TypeVar("T")

_ONE_BY_ONE = "Ask the circuits' own jobs, whose ids `records` tells: account.job(id).raw_result()."
_NOBODY_TOLD = (AuthenticationError, ServiceUnavailable)  # says nothing about the circuits


class Job:
    """One circuit, or a list of circuits side by side, under one id.

    Made by `Account.submit` and `Account.job`. The answers come in the order in which the circuits were given. Every
    method has a twin with the suffix `_async`.

    Attributes:
        id: fetches this job again, in any process.
        target: the id of the target it runs on.
        count: number of circuits.
        composite: whether the id stands for a list of jobs of the service.
    """

    def __init__(
        self,
        account: Account,
        records: Sequence[JobRecord | None],
        *,
        group: str | None = None,
        errors: Mapping[int, QrelayError] | None = None,
    ) -> None:
        known = [record for record in records if record is not None]
        if not known:
            raise ValueError("a job needs at least one record")
        self._account = account
        self._records = list(records)
        self._errors = dict(errors or {})
        self._outcomes: dict[int, Outcome] = {}
        self._unreadable: dict[int, QrelayError] = {}
        self.composite = group is not None
        self.count = len(records)
        self.id = composite_id(group, self.count) if group is not None else known[0].id
        self.target = known[0].target
        self.provider = known[0].provider
        self.session_id = known[0].session_id

    # --- what is known without asking --------------------------------------------------------------------------------

    @property
    def records(self) -> tuple[JobRecord | None, ...]:
        """The service's last words on each circuit; None for members that were never submitted."""
        return tuple(self._records)

    @property
    def record(self) -> JobRecord:
        """The service's last words on the (first submitted) job."""
        return next(record for record in self._records if record is not None)

    @property
    def name(self) -> str:
        return self.record.name

    @property
    def shots_asked(self) -> int | None:
        return self.record.shots

    @property
    def errors(self) -> Mapping[int, QrelayError]:
        """Circuits whose submission was refused or stayed unclear, by index."""
        return dict(self._errors)

    def __repr__(self) -> str:
        what = f", {self.count} circuits" if self.composite else ""
        return f"Job({self.id!r}, target={self.target!r}{what}, {combined_state(self._records).value})"

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            "A job does not travel, because its account holds secrets. Send its id and call account.job(id) there."
        )

    # --- asking ------------------------------------------------------------------------------------------------------

    def status(self) -> JobState:
        """What the job is doing now. A list has failed if, once all have ended, one of them has failed."""
        return loop.call(self._status)

    async def status_async(self) -> JobState:
        return await loop.later(self._status)

    def done(self) -> bool:
        """Whether every circuit has ended, as of now."""
        return self.status().ended

    def wait(self, timeout: float | None = None) -> JobState:
        """Wait for the end of every circuit. Raises WaitTimeout after `timeout` seconds; that cancels nothing."""
        return loop.call(self._wait, timeout)

    async def wait_async(self, timeout: float | None = None) -> JobState:  # noqa: ASYNC109 - the service's time, not the loop's
        return await loop.later(self._wait, timeout)

    def cancel(self) -> JobState:
        """Ask the service to cancel every circuit that has not ended."""
        return loop.call(self._cancel)

    async def cancel_async(self) -> JobState:
        return await loop.later(self._cancel)

    def result(self, timeout: float | None = None) -> Outcome:
        """The outcome of the only circuit.

        Raises:
            JobFailed, JobCancelled: the service ended it without a result.
            WaitTimeout: it has not ended within `timeout` seconds. Nothing is cancelled.
            ResultUnreadable: the answer is not what its format promises; the error keeps its bytes.
        """
        self._insist_on_one("result()", "Use results().")
        if 0 not in self._outcomes:
            self._outcomes[0] = self._decode(0, loop.call(self._fetch, 0, timeout))
        return self._outcomes[0]

    async def result_async(self, timeout: float | None = None) -> Outcome:  # noqa: ASYNC109
        self._insist_on_one("result_async()", "Use results_async().")
        if 0 not in self._outcomes:
            data = await loop.later(self._fetch, 0, timeout)
            self._outcomes[0] = await loop.in_thread(self._decode, 0, data)
        return self._outcomes[0]

    def results(self, timeout: float | None = None, *, partial: bool = False) -> list[Outcome | None]:
        """The outcome of every circuit, in order.

        With `partial`, circuits without a result are None.

        Raises:
            PartialResult: some circuits have no result, and `partial` is off; `.outcomes` and `.failures` by index.
            WaitTimeout: not all have ended within `timeout` seconds. Nothing is cancelled.
        """
        fetched = loop.call(self._fetch_all, timeout)
        for index, data in enumerate(fetched):
            self._keep(index, data)
        return self._together(fetched, partial=partial)

    async def results_async(
        self, timeout: float | None = None, *, partial: bool = False  # noqa: ASYNC109
    ) -> list[Outcome | None]:  # fmt: skip
        fetched = await loop.later(self._fetch_all, timeout)
        for index, data in enumerate(fetched):
            await loop.in_thread(self._keep, index, data)
        return self._together(fetched, partial=partial)

    def raw_result(self, timeout: float | None = None) -> bytes:
        """The answer as the service gave it, undecoded. Of a list, each circuit's own job has it: see `records`."""
        self._insist_on_one("raw_result()", _ONE_BY_ONE)
        return loop.call(self._fetch, 0, timeout)

    async def raw_result_async(self, timeout: float | None = None) -> bytes:  # noqa: ASYNC109
        self._insist_on_one("raw_result_async()", _ONE_BY_ONE)
        return await loop.later(self._fetch, 0, timeout)

    # --- on the loop -------------------------------------------------------------------------------------------------

    async def _status(self) -> JobState:
        async def refresh(index: int) -> None:
            record = self._records[index]
            if record is not None and not record.state.ended:
                self._note(index, await self._account._fetch_record(record.id))  # noqa: SLF001 - rooms of one floor

        await _all(refresh, range(self.count))
        return combined_state(self._records)

    async def _wait(self, timeout: float | None) -> JobState:  # noqa: ASYNC109
        async def end(index: int) -> None:
            await self._ended(index, timeout)

        with self._under_own_id():
            await _all(end, [index for index, record in enumerate(self._records) if record is not None])
        return combined_state(self._records)

    async def _ended(self, index: int, timeout: float | None) -> JobRecord:  # noqa: ASYNC109
        record = self._records[index]
        if record is None:
            raise self._errors.get(index) or NotFound(
                f"Circuit {index} of {self.id} was never submitted: the process that sent the list ended before it.",
                target=self.target,
                job_id=self.id,
            )
        if not record.state.ended:
            record = self._note(index, await self._account._wait_for(record.id, timeout))  # noqa: SLF001
        return record

    async def _cancel(self) -> JobState:
        async def cancel(index: int) -> QrelayError | None:
            record = self._records[index]
            try:
                if record is not None and not record.state.ended:
                    self._note(index, await self._account._cancel_record(record.id))  # noqa: SLF001
            except QrelayError as error:  # the others shall be cancelled all the same
                return error
            return None

        for error in await _all(cancel, range(self.count)):
            if error is not None:
                raise error
        return combined_state(self._records)

    async def _fetch(self, index: int, timeout: float | None) -> bytes:  # noqa: ASYNC109
        deadline = None if timeout is None else self._account.clock.monotonic() + timeout
        record = await self._ended(index, timeout)
        if record.state is not JobState.SUCCEEDED:
            raise _failure(record)
        return await self._account._download(record, deadline)  # noqa: SLF001

    async def _fetch_all(self, timeout: float | None) -> list[bytes | QrelayError | None]:  # noqa: ASYNC109
        now = self._account.clock.monotonic
        deadline = None if timeout is None else now() + timeout

        async def end(index: int) -> QrelayError | None:
            try:
                await self._ended(index, timeout)
            except (WaitTimeout, ConfigurationError):
                raise
            except QrelayError as error:  # of this circuit; the others may have a result
                return error
            return None

        async def fetch(index: int) -> bytes | QrelayError | None:
            if errors[index] is not None or index in self._outcomes:
                return errors[index]
            try:
                return await self._fetch(index, None if deadline is None else max(0.0, deadline - now()))
            except (WaitTimeout, ConfigurationError):
                raise
            except QrelayError as error:
                return error

        with self._under_own_id():
            errors = await _all(end, range(self.count))
            if errors[0] is not None and all(isinstance(error, _NOBODY_TOLD) for error in errors):
                raise errors[0]
            return await _all(fetch, range(self.count))

    @contextmanager
    def _under_own_id(self) -> Iterator[None]:
        """A timeout of a list names the list, not the member that happened to be waited for."""
        try:
            yield
        except WaitTimeout as error:
            if not self.composite:
                raise
            raise WaitTimeout(f"Job {self.id} ({self.count} circuits) is not done: {error}", job_id=self.id) from error

    # --- reading -----------------------------------------------------------------------------------------------------

    def _note(self, index: int, record: JobRecord) -> JobRecord:
        """Keep the latest record, and what was known before and is not said any more."""
        before = self._records[index]
        if before is not None:
            if not any(record.layouts) and any(before.layouts):
                record = replace(record, layouts=before.layouts)
            if record.shots is None:
                record = replace(record, shots=before.shots)
        self._records[index] = record
        return record

    def _decode(self, index: int, data: bytes) -> Outcome:
        record = self._records[index]
        assert record is not None
        layout = record.layouts[0] if record.layouts else None
        if record.output_format is None:
            raise ResultUnreadable(
                f"Job {record.id} does not say in which format its answer is. The bytes are in .data.",
                data=data,
                format="",
            )
        try:
            return decode(data, record.output_format, layout, record.shots, seed=record.id)
        except ResultUnreadable as error:
            error.add_note(
                f"It is the answer of job {record.id} on {record.target}; the job's raw_result(), or "
                f"`qrelay result {record.id} --raw`, gives it as it came."
            )
            raise

    def _keep(self, index: int, data: bytes | QrelayError | None) -> None:
        if isinstance(data, bytes):
            try:
                self._outcomes[index] = self._decode(index, data)
            except QrelayError as error:
                self._unreadable[index] = error

    def _together(self, fetched: Sequence[bytes | QrelayError | None], *, partial: bool) -> list[Outcome | None]:
        failures: dict[int, QrelayError] = {}
        for index in range(self.count):
            if index not in self._outcomes:
                found = fetched[index]
                failures[index] = found if isinstance(found, QrelayError) else self._unreadable[index]
        if failures and not partial:
            if not self.composite:
                raise failures[0]
            listed = "; ".join(f"{index}: {failures[index]}".rstrip(". ") for index in sorted(failures)[:3])
            more = f" (and {len(failures) - 3} more)" if len(failures) > 3 else ""
            raise PartialResult(
                f"{len(failures)} of {self.count} circuits of job {self.id} have no result. {listed}{more}. The "
                "others' outcomes are in the error's .outcomes, and partial=True returns what there is.",
                outcomes=self._outcomes,
                failures=failures,
            )
        return [self._outcomes.get(index) for index in range(self.count)]

    def _insist_on_one(self, asked: str, instead: str) -> None:
        if self.count != 1:
            raise QrelayError(f"Job {self.id} holds {self.count} circuits; {asked} is for one. {instead}")


def _failure(record: JobRecord) -> JobFailed:
    on = f"Job {record.id} on {record.target}"
    if record.state is JobState.CANCELLED:
        return JobCancelled(
            f"{on} was cancelled before it had a result. Submit it again if that was not meant.",
            job_id=record.id, target=record.target, code=record.error_code, reason=record.error_message,
        )  # fmt: skip
    why = ": ".join(part for part in (record.error_code, record.error_message) if part)
    if not why:
        why, advice = (
            "the service gives no reason",
            "Submit it again, and take another format or target if it fails again",
        )
    elif record.error_code == "ProviderTimeout":
        advice = "The provider took too long: submit it again later, or take another target"
    else:
        advice = "Correct what the reason names and submit it again, or take another format or target"
    return JobFailed(
        f"{on} failed: {why.strip().rstrip('.')}. {advice}.",
        job_id=record.id,
        target=record.target,
        code=record.error_code,
        reason=record.error_message,
    )


async def _all(function: Callable[[int], Awaitable[T]], indices: Sequence[int]) -> list[T]:
    """Side by side; when one raises, the others are cancelled and its error comes out bare."""
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(_plain(function, index)) for index in indices]
    except BaseExceptionGroup as errors:
        raise errors.exceptions[0] from None
    return [task.result() for task in tasks]


async def _plain(function: Callable[[int], Awaitable[T]], index: int) -> T:
    return await function(index)
