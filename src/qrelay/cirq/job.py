"""Job: circuits of a sampler on their way through a service, and what was measured as Cirq's results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal, overload

from qrelay.cirq.keeping import kept_keys, kept_params
from qrelay.cirq.result import cirq_result
from qrelay.errors import IncompleteResult

if TYPE_CHECKING:
    import cirq

    from qrelay import cloud
    from qrelay.results import Outcome

__all__ = ["Job"]


class Job:
    """What `sampler.submit` returns, and `service.job(id)` in any later process.

    A sweep or a batch is one job: one id, results in its order. Every method that asks the service has a twin with the
    suffix `_async`, which may be awaited from duet and from asyncio.
    """

    def __init__(self, job: cloud.Job, points: Sequence[cirq.ParamResolver] = (), *, partial: bool = False) -> None:
        """`points`, the values of the parameters of each circuit, are known in the process that ran the job. With
        `partial`, `results` accepts fewer repetitions than asked for."""
        self._job = job
        self._points = tuple(points)
        self._fewer = partial

    @property
    def id(self) -> str:
        """Fetches this job again, in any process."""
        return self._job.id

    @property
    def target(self) -> str:
        """The id of the target it runs on."""
        return self._job.target

    @property
    def count(self) -> int:
        """How many circuits it runs; every point of a sweep is one."""
        return self._job.count

    @property
    def cloud_job(self) -> cloud.Job:
        """The job as `cloud/` has it: records, undecoded results."""
        return self._job

    def status(self) -> cloud.JobState:
        """How far the job is; asks the service."""
        return self._job.status()

    async def status_async(self) -> cloud.JobState:
        return await self._job.status_async()

    def cancel(self) -> cloud.JobState:
        """Ask the service to cancel every circuit that has not ended. What has ended stays as it is."""
        return self._job.cancel()

    async def cancel_async(self) -> cloud.JobState:
        return await self._job.cancel_async()

    def outcomes(self, timeout: float | None = None) -> list[Outcome]:
        """What was measured, one Outcome a circuit: exact probabilities where the service reports them, lost shots,
        and how many were asked for, returned and usable.

        Raises PartialResult if a circuit has none; the error's `.outcomes` holds the others by index.
        """
        return [outcome for outcome in self._job.results(timeout) if outcome is not None]

    async def outcomes_async(self, timeout: float | None = None) -> list[Outcome]:  # noqa: ASYNC109 - the service's time
        return [outcome for outcome in await self._job.results_async(timeout) if outcome is not None]

    @overload
    def results(self, timeout: float | None = None, partial: Literal[False] = False) -> list[cirq.ResultDict]: ...
    @overload
    def results(self, timeout: float | None = None, partial: bool = False) -> list[cirq.ResultDict | None]: ...
    def results(
        self, timeout: float | None = None, partial: bool = False
    ) -> list[cirq.ResultDict] | list[cirq.ResultDict | None]:
        """Wait and give Cirq's results, one a circuit, in order.

        Args:
            timeout: seconds; then a WaitTimeout. The job goes on.
            partial: give what there is. Circuits that failed are None, and fewer repetitions than asked for are
                accepted.

        Raises:
            JobFailed: the only circuit failed.
            PartialResult: some circuits have no result; `.outcomes` and `.failures` hold both sorts by index.
            IncompleteResult: fewer shots are usable than were asked for; `.outcomes` holds what there is by index.
        """
        return self._results(self._job.results(timeout, partial=partial), partial=partial)

    @overload
    async def results_async(
        self, timeout: float | None = None, partial: Literal[False] = False  # noqa: ASYNC109
    ) -> list[cirq.ResultDict]: ...  # fmt: skip
    @overload
    async def results_async(
        self, timeout: float | None = None, partial: bool = False  # noqa: ASYNC109
    ) -> list[cirq.ResultDict | None]: ...  # fmt: skip
    async def results_async(
        self, timeout: float | None = None, partial: bool = False  # noqa: ASYNC109
    ) -> list[cirq.ResultDict] | list[cirq.ResultDict | None]:  # fmt: skip
        return self._results(await self._job.results_async(timeout, partial=partial), partial=partial)

    def result(self, timeout: float | None = None, partial: bool = False) -> cirq.ResultDict:
        """The result of the only circuit; `results()` gives those of a sweep or a batch.

        With `partial`, fewer repetitions than asked for are accepted. Raises what `results` raises.
        """
        return self._only(self._job.result(timeout), partial=partial)

    async def result_async(self, timeout: float | None = None, partial: bool = False) -> cirq.ResultDict:  # noqa: ASYNC109
        return self._only(await self._job.result_async(timeout), partial=partial)

    def __repr__(self) -> str:
        return f"<Job {self.id} on {self.target}>"

    def _only(self, outcome: Outcome, *, partial: bool) -> cirq.ResultDict:
        if not partial:
            self._refuse_missing_shots({0: outcome})
        return cirq_result(outcome, self._params(0), self._keys(0))

    def _results(self, outcomes: Sequence[Outcome | None], *, partial: bool) -> list[cirq.ResultDict | None]:
        there = {index: outcome for index, outcome in enumerate(outcomes) if outcome is not None}
        if not partial:
            self._refuse_missing_shots(there)
        made = {index: cirq_result(outcome, self._params(index), self._keys(index)) for index, outcome in there.items()}
        return [made.get(index) for index in range(self.count)]

    def _params(self, index: int) -> cirq.ParamResolver:
        """A circuit's parameters: those of this process's run, else what the job keeps of them."""
        if self._points:
            return self._points[index]
        record = self._job.record_of(index)
        return kept_params(record.metadata if record is not None else {})

    def _keys(self, index: int) -> dict[str, int]:
        """The keys of a Cirq job of azure-quantum's in QIR; none of a job of ours, whose layout tells."""
        record = self._job.record_of(index)
        if record is None or record.input_format != "qir.v1" or self._job.layout_of(index) is not None:
            return {}
        return kept_keys(record.metadata)

    def _refuse_missing_shots(self, outcomes: Mapping[int, Outcome]) -> None:
        for index, outcome in sorted(outcomes.items()):
            asked, usable = outcome.shots_asked, outcome.shots_usable
            if usable and self._fewer:
                continue  # of none at all, Cirq's collectors would ask for the rest again and again, each time a job
            if asked is not None and usable < asked:
                which = f"Circuit {index} of job" if self.count > 1 else "Job"
                raise IncompleteResult(
                    f"{which} {self.id} has {usable} usable repetitions of {asked} asked for ({outcome.shots_returned} "
                    "came back). partial=True takes those that there are, the error's .outcomes hold them, and where "
                    "the target has another format, format=… may return them all.",
                    asked=asked,
                    returned=outcome.shots_returned,
                    usable=usable,
                    outcomes=outcomes,
                )
