"""Job: one run of a backend, seen as Qiskit's JobV1."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from qiskit.exceptions import QiskitError
from qiskit.providers import JobStatus, JobV1

from qrelay.cloud import JobState
from qrelay.errors import IncompleteResult, JobFailed, PartialResult, QrelayError, ResultUnreadable
from qrelay.qiskit.errors import qiskit_errors
from qrelay.qiskit.keeping import kept_metadata
from qrelay.qiskit.result import RelayResult, experiment, failed_experiment

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from qiskit import QuantumCircuit

    from qrelay import cloud
    from qrelay.qiskit.backend import Backend
    from qrelay.results import Outcome

__all__ = ["Job"]

_STATUS = {
    JobState.QUEUED: JobStatus.QUEUED,
    JobState.RUNNING: JobStatus.RUNNING,
    JobState.CANCELLING: JobStatus.RUNNING,
    JobState.SUCCEEDED: JobStatus.DONE,
    JobState.FAILED: JobStatus.ERROR,
    JobState.CANCELLED: JobStatus.CANCELLED,
    JobState.UNKNOWN: JobStatus.RUNNING,  # a word that this version does not know is never taken for an end
}


class Job(JobV1):  # type: ignore[misc] # Qiskit is untyped
    """What `backend.run` returns, and `provider.job(id)` in any later process.

    A list of circuits is one job: one id, results in the list's order.
    """

    def __init__(
        self,
        backend: Backend | None,
        job: cloud.Job,
        circuits: Sequence[QuantumCircuit] = (),
        *,
        memory: bool | None = None,
    ) -> None:
        """`circuits` and `memory` (whether shots were asked for) are known in the process that ran the job."""
        super().__init__(backend, job.id)
        self._job = job
        self._circuits = tuple(circuits)
        self._memory = memory
        self._result: RelayResult | None = None

    @property
    def cloud_job(self) -> cloud.Job:
        """The job as `cloud/` has it: states, records, undecoded results."""
        return self._job

    def submit(self) -> NoReturn:
        """Jobs come from `backend.run`, which submits them: a job is never sent twice."""
        raise QiskitError(f"Job {self.job_id()} was submitted when it was made; backend.run submits a new one.")

    def status(self) -> JobStatus:
        """How far the job is; asks the service."""
        with qiskit_errors():
            return _STATUS[self._job.status()]

    def cancel(self) -> None:
        """Ask the service to cancel every circuit that has not ended. What has ended stays as it is."""
        with qiskit_errors():
            self._job.cancel()

    def error_message(self) -> str | None:
        """Why the job failed, in the service's words; None if it did not (as far as was last heard)."""
        words = [
            ": ".join(part for part in (record.error_code, record.error_message) if part) or record.status
            for record in self._job.records
            if record is not None and record.state is JobState.FAILED
        ]
        return "\n".join(words) or None

    def wait_for_final_state(
        self, timeout: float | None = None, wait: float = 5, callback: Callable[..., Any] | None = None
    ) -> None:
        """Wait for the job's end; raises a JobTimeoutError after `timeout` seconds and cancels nothing.

        Without a `callback` the account's own polling is used, which needs fewer requests, and `wait` is of no account.
        """
        if callback is not None:
            super().wait_for_final_state(timeout, wait, callback)
            return
        with qiskit_errors():
            self._job.wait(timeout)

    def outcomes(self, timeout: float | None = None) -> list[Outcome]:
        """What was measured, one Outcome a circuit: probabilities, lost shots, asked, returned and usable shots."""
        with qiskit_errors():
            return self._outcomes(timeout)

    def result(self, timeout: float | None = None, partial: bool = False) -> RelayResult:
        """Wait and give the Result.

        Args:
            timeout: seconds; then a WaitTimeout that is also a JobTimeoutError. The job goes on.
            partial: give what there is. Circuits that failed are experiments without success, and fewer shots
                than asked for are accepted.

        Raises:
            JobFailed, PartialResult: a circuit failed; `.outcomes` and `.failures` hold both sorts by index.
            IncompleteResult: memory was asked for, and fewer shots are usable than were asked for; or not one shot is
                usable, so that the counts would be empty.
        """
        with qiskit_errors():
            if self._result is not None and not partial:
                return self._result
            outcomes, failures = self._settled(timeout, partial)
            if not partial:
                _refuse_missing_shots(self.job_id(), outcomes, memory=bool(self._memory))
            result = self._build(outcomes, failures)
            if not partial:
                self._result = result
            return result

    def __repr__(self) -> str:
        return f"<Job {self.job_id()} on {self._job.target}>"

    def _outcomes(self, timeout: float | None) -> list[Outcome]:
        if self._job.count != 1:
            return [outcome for outcome in self._job.results(timeout) if outcome is not None]
        return [self._job.result(timeout)]

    def _settled(self, timeout: float | None, partial: bool) -> tuple[dict[int, Outcome], dict[int, QrelayError]]:
        try:
            return dict(enumerate(self._outcomes(timeout))), {}
        except PartialResult as error:
            if not partial:
                raise
            return error.outcomes, error.failures
        except (JobFailed, ResultUnreadable) as error:
            if not partial:
                raise
            return {}, dict.fromkeys(range(self._job.count), error)

    def _build(self, outcomes: Mapping[int, Outcome], failures: Mapping[int, QrelayError]) -> RelayResult:
        experiments = []
        for index in range(self._job.count):
            name, metadata = self._told(index)
            if index in outcomes:
                memory = self._memory is not False
                experiments.append(experiment(outcomes[index], memory=memory, name=name, metadata=metadata))
            else:
                failure = failures.get(index) or JobFailed("This circuit has no result.", job_id=self.job_id())
                experiments.append(
                    failed_experiment(failure, layout=self._job.layout_of(index), name=name, metadata=metadata)
                )
        return RelayResult.build(
            backend_name=self._job.target, job_id=self.job_id(), experiments=experiments, circuits=self._circuits
        )

    def _told(self, index: int) -> tuple[str, Mapping[str, Any] | None]:
        """A circuit's name and metadata: its own where this process ran it, else what the job keeps of them."""
        if self._circuits:
            return self._circuits[index].name, self._circuits[index].metadata
        record, layout = self._job.record_of(index), self._job.layout_of(index)
        if record is None:
            return "", None
        return (layout.name if layout is not None else "") or record.name, kept_metadata(record.metadata)


def _refuse_missing_shots(job_id: str, outcomes: Mapping[int, Outcome], *, memory: bool) -> None:
    for index, outcome in sorted(outcomes.items()):
        asked, usable = outcome.shots_asked, outcome.shots_usable
        if asked and not usable and not memory:
            raise IncompleteResult(
                f"Circuit {index} of job {job_id} has no usable shot of {asked} asked for ({outcome.shots_returned} "
                "came back), so there are no counts. Ask for more shots, or for another format where the target has "
                "one (format=…); job.result(partial=True) gives the empty result.",
                asked=asked,
                returned=outcome.shots_returned,
                usable=usable,
            )
        if memory and asked is not None and usable < asked:
            raise IncompleteResult(
                f"Circuit {index} of job {job_id} has {usable} usable shots of {asked} asked for ("
                f"{outcome.shots_returned} came back), so a memory of that length cannot be given. Run without memory "
                "for the counts, or take job.result(partial=True) with the shots that there are; where the target "
                "has another format, format=… may return them all.",
                asked=asked,
                returned=outcome.shots_returned,
                usable=usable,
            )
