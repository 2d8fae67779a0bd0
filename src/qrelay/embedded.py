"""Both services on one embedded cloud in this process: a workspace of Azure Quantum, and the Hub.

`Workspace.local()` and `Hub.local()` make a cloud each; whoever wants to see both sides of one takes this.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from qrelay.azure import Workspace
from qrelay.kipu import Hub

__all__ = ["embedded"]


@contextmanager
def embedded(data: Path | None = None) -> Iterator[tuple[Workspace, Hub]]:
    """A workspace and a Hub on one embedded cloud, closed together at the end of the block.

    `data` is the file that keeps jobs and sessions; the workspace finds there what `Workspace.local(data=…)` left, the
    Hub what `Hub.local(data=…)` did. Raises ConfigurationError where the extra `local` is not installed.
    """
    with Workspace.local(data=data) as workspace, Hub.local(cloud=workspace.embedded_cloud) as hub:
        yield workspace, hub
