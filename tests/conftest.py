"""What every test may lean on: outside fixtures, the judges, and no network but this machine's loopback."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path

import pytest

with contextlib.suppress(ImportError):  # the vendor's SDK has an environment without it
    from hypothesis import settings

    # the same examples on every machine, and none that fails because the machine is slow
    settings.register_profile("qrelay", deadline=None, derandomize=True)
    settings.load_profile("qrelay")


_TESTS = str(Path(__file__).resolve().parent)
if _TESTS not in sys.path:  # the judges in tests/judges, however pytest was started
    sys.path.append(_TESTS)  # last, because tests/qiskit is not where qiskit comes from


def _shared_folder() -> Path | None:
    named = os.environ.get("QRELAY_SHARED")
    candidates = [Path(named)] if named else [parent / "shared" for parent in Path(__file__).resolve().parents]
    return next((path for path in candidates if (path / "fixtures").is_dir()), None)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with recorded traffic, specifications and circuits; tests that read it skip where it is absent."""
    folder = _shared_folder()
    if folder is None:
        pytest.skip("the folder of recorded fixtures is absent; set QRELAY_SHARED to run this test")
    return folder


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--examples", type=int, help="circuits that each test in tests/conformance draws at random")


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.import_plugin("recording")  # does nothing if -p named it already


@pytest.fixture(autouse=True)
def _loopback_only(request: pytest.FixtureRequest) -> None:
    if "socket_enabled" not in request.fixturenames:
        from pytest_socket import socket_allow_hosts

        socket_allow_hosts(["127.0.0.1", "::1", "localhost"], allow_unix_socket=True)
