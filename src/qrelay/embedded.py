"""Both services on one embedded cloud in this process: a workspace of Azure Quantum, and the Hub.

`Workspace.local()` and `Hub.local()` make a cloud each; whoever wants to see both sides of one takes this.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from qrelay.azure import Workspace
from qrelay.errors import ConfigurationError
from qrelay.kipu import Hub

__all__ = ["embedded"]

_SUBSCRIPTION = "00000000-0000-0000-0000-000000000000"


@contextmanager
def embedded(data: Path | None = None) -> Iterator[tuple[Workspace, Hub]]:
    """A workspace and a Hub on one embedded cloud, closed together at the end of the block.

    `data` is the file that keeps jobs and sessions; the workspace finds there what `Workspace.local(data=…)` left, the
    Hub what `Hub.local(data=…)` did. Raises ConfigurationError where the extra `local` is not installed.
    """
    import httpx

    try:
        from qrelay.local import LocalCloud
    except ImportError as error:
        raise ConfigurationError(
            f"The embedded cloud needs {error.name or 'more packages'}: pip install 'qrelay[local]'"
        ) from error
    with LocalCloud(data) as cloud:
        transport = httpx.ASGITransport(app=cloud.app, raise_app_exceptions=False)
        workspace = Workspace(
            subscription_id=_SUBSCRIPTION,
            resource_group="local",
            name="local",
            endpoint="http://127.0.0.1",
            credential="local",
            transport=transport,
        )
        hub = Hub("local", base_url="http://127.0.0.1/quantum", transport=transport)
        with workspace, hub:
            yield workspace, hub
