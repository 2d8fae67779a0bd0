"""P24: sessions are closed exactly once, and the block's own exception stays in front."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from qrelay.cloud import SessionState
from qrelay.errors import QrelayError, ServiceError

if TYPE_CHECKING:
    from qrelay.cloud import Account
    from qrelay.qiskit import Backend, Provider


@pytest.fixture
def backend(provider: Provider) -> Backend:
    return provider.get_backend("quantinuum.sim.h2-1e")


@pytest.fixture
def closings(account: Account, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    seen: list[str] = []
    close = account.service.close_session

    async def watched(session_id: str) -> Any:
        seen.append(session_id)
        return await close(session_id)

    monkeypatch.setattr(account.service, "close_session", watched)
    return seen


def test_p24_success(backend: Backend, closings: list[str]) -> None:
    """Bug: a session left open, or closed again by a second call."""
    with backend.open_session(name="p24") as session:
        assert session.name == "p24"
        assert not session.closed
    assert closings == [session.id]
    assert session.closed
    session.close()
    assert closings == [session.id]
    assert session.status() is SessionState.SUCCEEDED


@pytest.mark.parametrize(
    "error", [ValueError("mine"), KeyboardInterrupt(), SystemExit(3)], ids=lambda e: type(e).__name__
)
def test_p24_exceptions_of_the_block(backend: Backend, closings: list[str], error: BaseException) -> None:
    """Bug: sessions that stay open, and are billed, after an error or Ctrl-C (qiskit-ibm-runtime#963)."""
    with pytest.raises(type(error)) as caught, backend.open_session() as session:
        raise error
    assert caught.value is error
    assert closings == [session.id]


def test_p24_a_failing_close_stays_behind_the_block_s_exception(
    backend: Backend, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bug: the user's own exception replaced by the trouble of closing."""

    async def broken(session_id: str) -> Any:
        raise ServiceError("closing broke", status=500)

    session = backend.open_session()
    with monkeypatch.context() as patch:
        patch.setattr(account.service, "close_session", broken)
        with pytest.raises(ValueError, match="mine") as caught, session:
            raise ValueError("mine")
        assert "closing broke" in "".join(caught.value.__notes__)
        other = backend.open_session()
        with pytest.raises(ServiceError, match="closing broke"), other:
            pass
    session.close()
    other.close()


def test_p24_nothing_is_left_open(account: Account, backend: Backend) -> None:
    """Bug: the above, seen from the service."""
    mine = "p24-left-open"  # the account is every test's: jobs of another one may keep its session unfinished
    for _ in range(2):
        with backend.open_session(name=mine):
            pass
    with pytest.raises(QrelayError), backend.open_session(name=mine):
        raise QrelayError("on purpose")
    assert len([session for session in account.sessions() if session.name == mine]) == 3
    assert [session for session in account.sessions(open=True) if session.name == mine] == []
