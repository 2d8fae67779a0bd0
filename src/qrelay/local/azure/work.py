"""What the worker's steps mean for the jobs of a workspace."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qrelay.local.azure import session_rules
from qrelay.local.azure.items import Job, load_job
from qrelay.local.blobs import BlobError, Blobs, account_of
from qrelay.local.items import load, unfinished
from qrelay.local.worker import States

if TYPE_CHECKING:
    from qrelay.local.azure.compute import Computation
    from qrelay.local.items import Failure
    from qrelay.local.store import Store

__all__ = ["WorkspaceWork"]


class WorkspaceWork:
    """Input and output are blobs in the workspace's own storage account."""

    states = States(
        waiting="Waiting",
        executing="Executing",
        succeeded="Succeeded",
        failed="Failed",
        requested="CancellationRequested",
        cancelling="Cancelling",
        cancelled="Cancelled",
    )

    def __init__(self, store: Store, blobs: Blobs, computation: Computation) -> None:
        self._store = store
        self._blobs = blobs
        self._computation = computation

    def find(self, workspace: str, id: str) -> Job | None:  # noqa: A002
        return load_job(self._store, workspace, id)

    def unfinished(self) -> list[Job]:
        return load(self._store, Job, unfinished(Job))

    def counted(self, job: Job) -> None:
        items = job.params.get("items")
        job.items = len(items) if isinstance(items, list) and items else 1

    def begun(self, job: Job) -> bytes | None:
        try:
            return self._blobs.read(account_of(job.workspace), *job.input_blob).data
        except BlobError:
            return None

    def compute(self, job: Job, data: bytes | None) -> bytes | Failure:
        return self._computation(job, data)

    def answered(self, job: Job, answer: bytes) -> None:
        account = account_of(job.workspace)
        if job.output_format.startswith("microsoft."):
            content_type = "application/octet-stream"
        else:
            # A provider's own format is handed on as it came, under another name.
            job.output_blob = (job.output_blob[0], "rawOutputData")
            content_type = "application/json"
        job.metered = True
        self._blobs.ensure_container(account, job.output_blob[0])
        self._blobs.write(account, *job.output_blob, answer, {"content-type": content_type})

    def ended(self, job: Job) -> None:
        assert job.ended is not None
        session_rules.job_ended(self._store, job, job.ended)
