"""Two services on one embedded cloud: whose it is, and what each account may say of it."""

from __future__ import annotations

import pytest

from qrelay.azure import Workspace
from qrelay.errors import AuthenticationError, InvalidOption
from qrelay.kipu import Hub


def test_a_shared_cloud_ends_with_its_owner_only() -> None:
    """Closing the guest would have taken the owner's jobs with it."""
    with Workspace.local() as workspace:
        with Hub.local(cloud=workspace.embedded_cloud) as hub:
            assert hub.embedded_cloud is None
            assert any(target.id == "kipu.sim.qsim" for target in hub.targets())
        assert workspace.targets(refresh=True)


def test_a_cloud_that_is_there_takes_its_key_and_no_options() -> None:
    with Workspace.local(keys=["right"]) as workspace:
        cloud = workspace.embedded_cloud
        with Hub.local(cloud=cloud, keys=["right"]) as hub:
            assert hub.targets()
        with Hub.local(cloud=cloud) as hub, pytest.raises(AuthenticationError):
            hub.targets()
        with pytest.raises(InvalidOption, match="slots"):
            Hub.local(cloud=cloud, slots=1)
