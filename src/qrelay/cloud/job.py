"""Job: one circuit, or a list of circuits, on its way through a service."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, NoReturn

from qrelay.cloud import loop
from qrelay.cloud.batch import Batch
from qrelay.cloud.endings import combined_state, failure, read_answer, without_shots
from qrelay.cloud.service import JobRecord, JobState
from qrelay.errors import (
    AuthenticationError,
    ConfigurationError,
    NotFound,
    PartialResult,
    QrelayError,
    ResultUnreadable,
    ServiceUnavailable,
    WaitTimeout,
)
from qrelay.program import Layout
from qrelay.results import Outcome

if TYPE_CHECKING:
    from qrelay.cloud.account import Account

__all__ = ["Job"]

_NOBODY_TOLD = (AuthenticationError, ServiceUnavailable)  # says nothing about the circuits


class Job:
    """One circuit, or a list of circuits side by side, under one id.

    Made by `Account.submit` and `Account.job`. The answers come in the order in which the circuits were given. Every
    method has a twin with the suffix `_async`.

    Attributes:
        id: fetches this job again, in any process.
        target: the id of the target it runs on.
        count: number of circuits, for jobs out of lists as far as their descriptions tell.
        composite: whether the id stands for a list of jobs of the service.
    """

    def __init__(
        self,
        account: Account,
        records: Sequence[JobRecord | None],
        *,
        batch: Batch | None = None,
        errors: Mapping[int, QrelayError] | None = None,
    ) -> None:
        """`records` and `errors` are by job of the service; `batch` is the list they belong to."""
        known = [record for record in records if record is not None]
        if not known:
            raise ValueError("a job needs at least one record")
        self._account = account
        self._records = list(records)
        self._errors = dict(errors or {})
        self._outcomes: dict[int, Outcome] = {}  # by circuit
        self._unreadable: dict[int, QrelayError] = {}  # by circuit
        self._batch = batch if batch is not None and batch.composite else None
        self.composite = self._batch is not None
        self.id = self._batch.id if self._batch is not None else known[0].id
        self.target = known[0].target
        self.provider = known[0].provider
        self.session_id = known[0].session_id

    # --- what is known without asking --------------------------------------------------------------------------------

    @property
    def records(self) -> tuple[JobRecord | None, ...]:
        """The service's last words on each of its jobs; None for those that were never submitted."""
        return tuple(self._records)

    @property
    def count(self) -> int:
        return sum(self._sizes)

    @property
    def _sizes(self) -> list[int]:
        """Circuits of each job of the service."""
        if self._batch is not None:
            return self._batch.sizes
        return [record.circuits for record in self._records if record is not None]

    @property
    def _places(self) -> list[tuple[int, int]]:
        """For each circuit, its job of the service and its place there."""
        return [(job, place) for job, size in enumerate(self._sizes) for place in range(size)]

    def record_of(self, circuit: int) -> JobRecord | None:
        """The service's last words on the job that holds this circuit; None if it was never submitted."""
        return self._records[self._places[circuit][0]]

    def layout_of(self, circuit: int) -> Layout | None:
        """How this circuit's answer is read, as far as the job says."""
        job, place = self._places[circuit]
        record = self._records[job]
        layouts = record.layouts if record is not None and record.layouts is not None else ()
        return layouts[place] if place < len(layouts) else None

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
        return {circuit: self._errors[job] for circuit, (job, _) in enumerate(self._places) if job in self._errors}

    def __repr__(self) -> str:
        what = f", {self.count} circuits" if self.count != 1 else ""
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
            ResultUnreadable: the answer is not what its format promises, or holds no shots; the error keeps its bytes.
        """
        self._insist_on_one("result()", "Use results().")
        if 0 not in self._outcomes:
            data = loop.call(self._fetch, 0, timeout)
            self._decode(0, data)
        self._insist_on_one("result()", "Use results().")  # of a job out of a list, it is known by now
        return self._only()

    async def result_async(self, timeout: float | None = None) -> Outcome:  # noqa: ASYNC109
        self._insist_on_one("result_async()", "Use results_async().")
        if 0 not in self._outcomes:
            data = await loop.later(self._fetch, 0, timeout)
            await loop.in_thread(self._decode, 0, data)
        self._insist_on_one("result_async()", "Use results_async().")
        return self._only()

    def results(self, timeout: float | None = None, *, partial: bool = False) -> list[Outcome | None]:
        """The outcome of every circuit, in order.

        With `partial`, circuits without a result are None.

        Raises:
            PartialResult: some circuits have no result, and `partial` is off; `.outcomes` and `.failures` by index.
            WaitTimeout: not all have ended within `timeout` seconds. Nothing is cancelled.
        """
        fetched = loop.call(self._fetch_all, timeout)
        for job, data in enumerate(fetched):
            self._keep(job, data)
        return self._together(fetched, partial=partial)

    async def results_async(
        self, timeout: float | None = None, *, partial: bool = False  # noqa: ASYNC109
    ) -> list[Outcome | None]:  # fmt: skip
        fetched = await loop.later(self._fetch_all, timeout)
        for job, data in enumerate(fetched):
            await loop.in_thread(self._keep, job, data)
        return self._together(fetched, partial=partial)

    def raw_result(self, timeout: float | None = None) -> bytes:
        """The answer as the service gave it, undecoded. Of a list, each job of the service has one: see `records`."""
        self._insist_on_one_answer("raw_result()")
        return loop.call(self._fetch, 0, timeout)

    async def raw_result_async(self, timeout: float | None = None) -> bytes:  # noqa: ASYNC109
        self._insist_on_one_answer("raw_result_async()")
        return await loop.later(self._fetch, 0, timeout)

    # --- on the loop -------------------------------------------------------------------------------------------------

    async def _status(self) -> JobState:
        async def refresh(job: int) -> None:
            record = self._records[job]
            if record is not None and not record.state.ended:
                self._note(job, await self._account._fetch_record(record.id))  # noqa: SLF001 - rooms of one floor

        await loop.side_by_side(refresh, range(len(self._records)))
        return combined_state(self._records)

    async def _wait(self, timeout: float | None) -> JobState:  # noqa: ASYNC109
        async def end(job: int) -> None:
            await self._ended(job, timeout)

        with self._under_own_id():
            await loop.side_by_side(end, [job for job, record in enumerate(self._records) if record is not None])
        return combined_state(self._records)

    async def _ended(self, job: int, timeout: float | None) -> JobRecord:  # noqa: ASYNC109
        record = self._records[job]
        if record is None:
            raise self._errors.get(job) or NotFound(
                f"{self._told(job)} of {self.id} was never submitted: the process that sent the list ended before it.",
                target=self.target,
                job_id=self.id,
            )
        if not record.state.ended:
            record = self._note(job, await self._account._wait_for(record.id, timeout))  # noqa: SLF001
        return record

    def _told(self, job: int) -> str:
        """Which circuits a job of the service holds, in words."""
        held = self._circuits_of(job)
        return f"Circuit {held[0]}" if len(held) == 1 else f"The part with the circuits {held[0]} to {held[-1]}"

    async def _cancel(self) -> JobState:
        async def cancel(job: int) -> QrelayError | None:
            record = self._records[job]
            try:
                if record is not None and not record.state.ended:
                    self._note(job, await self._account._cancel_record(record.id))  # noqa: SLF001
            except QrelayError as error:  # the others shall be cancelled all the same
                return error
            return None

        for error in await loop.side_by_side(cancel, range(len(self._records))):
            if error is not None:
                raise error
        return combined_state(self._records)

    async def _fetch(self, job: int, timeout: float | None) -> bytes:  # noqa: ASYNC109
        deadline = None if timeout is None else self._account.clock.monotonic() + timeout
        record = await self._ended(job, timeout)
        if record.state is not JobState.SUCCEEDED:
            raise failure(record)
        if record.layouts is None:
            self._note(job, await self._account._readable(record))  # noqa: SLF001
        return await self._account._download(record, deadline)  # noqa: SLF001

    async def _fetch_all(self, timeout: float | None) -> list[bytes | QrelayError | None]:  # noqa: ASYNC109
        now = self._account.clock.monotonic
        deadline = None if timeout is None else now() + timeout
        jobs = range(len(self._records))

        async def end(job: int) -> QrelayError | None:
            try:
                await self._ended(job, timeout)
            except (WaitTimeout, ConfigurationError):
                raise
            except QrelayError as error:  # of this job; the others may have a result
                return error
            return None

        async def fetch(job: int) -> bytes | QrelayError | None:
            if errors[job] is not None or self._has_outcomes(job):
                return errors[job]
            try:
                return await self._fetch(job, None if deadline is None else max(0.0, deadline - now()))
            except (WaitTimeout, ConfigurationError):
                raise
            except QrelayError as error:
                return error

        with self._under_own_id():
            errors = await loop.side_by_side(end, jobs)
            if errors[0] is not None and all(isinstance(error, _NOBODY_TOLD) for error in errors):
                raise errors[0]
            return await loop.side_by_side(fetch, jobs)

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

    def _note(self, job: int, record: JobRecord) -> JobRecord:
        """Keep the latest record, and what was known before and is not said any more."""
        before = self._records[job]
        if before is not None:
            if not any(record.layouts or ()) and any(before.layouts or ()):
                record = replace(record, layouts=before.layouts, circuits=before.circuits)
            if record.shots is None:
                record = replace(record, shots=before.shots)
        self._records[job] = record
        return record

    def _has_outcomes(self, job: int) -> bool:
        return all(circuit in self._outcomes for circuit in self._circuits_of(job))

    def _circuits_of(self, job: int) -> range:
        first = sum(self._sizes[:job])
        return range(first, first + self._sizes[job])

    def _only(self) -> Outcome:
        if 0 not in self._outcomes:
            raise self._unreadable[0]
        return self._outcomes[0]

    def _decode(self, job: int, data: bytes) -> None:
        """Keep the outcomes of one job of the service, and why circuits that are read have none."""
        record = self._records[job]
        assert record is not None
        try:
            outcomes = read_answer(record, data)
        except ResultUnreadable as error:
            error.add_note(
                f"It is the answer of job {record.id} on {record.target}; job.raw_result(), in Qiskit and Cirq "
                f"job.cloud_job.raw_result(), or `qrelay result {record.id} --raw`, gives it as it came."
            )
            raise
        for circuit, outcome in zip(self._circuits_of(job), outcomes, strict=True):
            if isinstance(outcome, Outcome):
                self._outcomes[circuit] = outcome
            else:
                self._unreadable[circuit] = without_shots(record, outcome, data)

    def _keep(self, job: int, data: bytes | QrelayError | None) -> None:
        if isinstance(data, bytes):
            try:
                self._decode(job, data)
            except QrelayError as error:
                self._unreadable.update(dict.fromkeys(self._circuits_of(job), error))

    def _together(self, fetched: Sequence[bytes | QrelayError | None], *, partial: bool) -> list[Outcome | None]:
        failures: dict[int, QrelayError] = {}
        for circuit, (job, _) in enumerate(self._places):
            if circuit not in self._outcomes:
                found = fetched[job]
                failures[circuit] = found if isinstance(found, QrelayError) else self._unreadable[circuit]
        if failures and not partial:
            if len(self._records) == 1 and not self._outcomes:  # nothing is left that partial=True could give
                raise next(iter(failures.values()))
            listed = "; ".join(f"{index}: {failures[index]}".rstrip(". ") for index in sorted(failures)[:3])
            more = f" (and {len(failures) - 3} more)" if len(failures) > 3 else ""
            raise PartialResult(
                f"{len(failures)} of {self.count} circuits of job {self.id} have no result. {listed}{more}. The "
                "others' outcomes are in the error's .outcomes, and partial=True returns what there is.",
                outcomes=self._outcomes,
                failures=failures,
            )
        return [self._outcomes.get(circuit) for circuit in range(self.count)]

    def _insist_on_one(self, asked: str, instead: str) -> None:
        if self.count != 1:
            raise QrelayError(f"Job {self.id} holds {self.count} circuits; {asked} is for one. {instead}")

    def _insist_on_one_answer(self, asked: str) -> None:
        if len(self._records) != 1:
            raise QrelayError(
                f"Job {self.id} is {len(self._records)} jobs of the service; {asked} is for one. Ask them by their own "
                "ids, which `records` tells: account.job(id).raw_result()."
            )
