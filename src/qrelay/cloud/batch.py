"""Composite jobs: a list of circuits under one id that says how many there are, so members are found without a list.

`batch-<group>-<circuits>`, or `batch-<group>-<circuits>x<circuits of each job>` where the service's jobs hold several.
The group is the key of the submission, from which the keys of its jobs follow: an id of this form finds what was sent
also where the service's own ids never came back.
"""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass

__all__ = ["Batch"]

_COMPOSITE = re.compile(
    r"batch-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})-([1-9][0-9]{0,6})(?:x([1-9][0-9]{0,6}))?", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Batch:
    """A list of `count` circuits that goes out as jobs of `each` circuits, the last one perhaps of fewer."""

    group: str
    count: int
    each: int = 1

    @classmethod
    def parse(cls, job_id: str) -> Batch | None:
        """None if it is the id of a single job of the service."""
        match = _COMPOSITE.fullmatch(job_id.strip())
        return cls(match[1].lower(), int(match[2]), int(match[3] or 1)) if match else None

    @property
    def id(self) -> str:
        return f"batch-{self.group}-{self.count}" + (f"x{self.each}" if self.each > 1 else "")

    @property
    def sizes(self) -> list[int]:
        """Circuits of each job."""
        return [min(self.each, self.count - first) for first in range(0, self.count, self.each)]

    @property
    def composite(self) -> bool:
        """Whether there is more than one job of the service."""
        return self.count > self.each

    def key(self, index: int) -> str:
        """The key of the job of that index, the same in every process."""
        return str(uuid.uuid5(uuid.UUID(self.group), str(index))) if self.composite else self.group
