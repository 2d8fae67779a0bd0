"""P24: sessions are closed exactly once, and the block's own exception stays in front."""

from __future__ import annotations

from typing import Any

import pytest
from corners import number

from qrelay.cloud import SessionState
from qrelay.errors import QrelayError, ServiceError

_CLOSED = {"azure": SessionState.SUCCEEDED, "kipu": SessionState.CLOSED}


def test_p24_success(session_way: Any, closings: list[str]) -> None:
    """Bug: a session left open, or closed again by a second call."""
    with session_way.open_session(name="p24") as session:
        assert session.name == "p24"
        assert not session.closed
    assert closings == [session.id]
    assert session.closed
    session.close()
    assert closings == [session.id]
    assert session.status() is _CLOSED[session_way.service]


@pytest.mark.parametrize(
    "error", [ValueError("mine"), KeyboardInterrupt(), SystemExit(3)], ids=lambda error: type(error).__name__
)
def test_p24_exceptions_of_the_block(session_way: Any, closings: list[str], error: BaseException) -> None:
    """Bug: sessions that stay open, and are billed, after an error or Ctrl-C (qiskit-ibm-runtime#963)."""
    session = session_way.open_session()

    def work() -> None:
        with session:
            session_way.submit(number(1), 10)
            raise error

    with pytest.raises(type(error)) as caught:
        work()
    assert caught.value is error
    assert closings == [session.id]
    assert session.closed
    assert session_way.account.session(session.id).id == session.id
    session.close()
    assert closings == [session.id]


def test_p24_closed_within_its_block(session_way: Any, closings: list[str]) -> None:
    """Bug: the end of the block closes again what was closed inside."""
    with session_way.open_session() as session:
        session.close()
    assert closings == [session.id]


def test_p24_entered_twice_it_is_closed_behind_the_outermost_block(session_way: Any, closings: list[str]) -> None:
    """Bug: the inner block closes the session under the outer one's feet, or both close it."""
    session = session_way.open_session()
    with session:
        with session:
            pass
        assert closings == []
        assert not session.closed
    assert closings == [session.id]


def test_p24_a_failing_close_stays_behind_the_block_s_exception(
    session_way: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bug: the user's own exception replaced by the trouble of closing."""

    async def broken(session_id: str) -> Any:
        raise ServiceError("closing broke", status=500)

    session = session_way.open_session()
    with monkeypatch.context() as patch:
        patch.setattr(session_way.account.service, "close_session", broken)
        with pytest.raises(ValueError, match="mine") as caught, session:
            raise ValueError("mine")
        assert "closing broke" in "".join(caught.value.__notes__)
        other = session_way.open_session()
        with pytest.raises(ServiceError, match="closing broke") as failed, other:
            pass
        assert isinstance(failed.value, session_way.error)
    for one in (session, other):  # it is not known to be closed: closing it later does so
        one.close()
        assert one.status() is _CLOSED[session_way.service]


def test_p24_nothing_is_left_open(session_way: Any, request: pytest.FixtureRequest) -> None:
    """Bug: the above, seen from the service."""
    account = session_way.account
    mine = f"p24 {request.node.callspec.id}"  # the account is every test's: jobs of another one may hold its session
    for _ in range(2):
        with session_way.open_session(name=mine):
            pass
    with pytest.raises(QrelayError), session_way.open_session(name=mine):
        raise QrelayError("on purpose")
    assert len([session for session in account.sessions() if session.name == mine]) == 3
    assert [session for session in account.sessions(open=True) if session.name == mine] == []
