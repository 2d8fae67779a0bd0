"""The background loop: what leaks into it, who may wait for it, and how it ends."""

from __future__ import annotations

import asyncio
import contextvars
import os
import signal
import subprocess
import sys
import threading

import pytest

from qrelay.cloud import loop

_marker = contextvars.ContextVar("marker", default="empty")


async def _add(a: int, b: int) -> int:
    await asyncio.sleep(0)
    return a + b


def test_a_call_returns_what_the_coroutine_returns() -> None:
    assert loop.call(_add, 2, 3) == 5


def test_errors_come_out_as_they_are() -> None:
    async def fail() -> None:
        raise LookupError("inside")

    with pytest.raises(LookupError, match="inside"):
        loop.call(fail)


def test_nothing_of_the_callers_context_leaks_in() -> None:
    """A leaked context carries a caller's session, or another framework's current task, into foreign work."""

    async def read() -> str:
        return _marker.get()

    token = _marker.set("the caller's")
    try:
        assert loop.call(read) == "empty"
        assert asyncio.run(loop.later(read)) == "empty"
    finally:
        _marker.reset(token)


def test_a_synchronous_call_on_the_loop_itself_is_refused() -> None:
    """It would wait for itself for ever."""

    async def wrong() -> int:
        return loop.call(_add, 1, 1)

    with pytest.raises(RuntimeError, match="_async"):
        loop.call(wrong)


def test_it_serves_many_threads_and_many_loops() -> None:
    results: list[int] = []
    threads = [threading.Thread(target=lambda n=n: results.append(loop.call(_add, n, n))) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == [2 * n for n in range(20)]

    async def several() -> list[int]:
        return await asyncio.gather(*(loop.later(_add, n, 1) for n in range(10)))

    assert asyncio.run(several()) == list(range(1, 11))
    assert asyncio.run(several()) == list(range(1, 11))


def test_cancelling_the_waiting_task_cancels_the_work() -> None:
    cancelled = threading.Event()

    async def work() -> None:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            cancelled.set()
            raise

    async def main() -> None:
        task = asyncio.create_task(loop.later(work))
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    assert cancelled.wait(5)


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="needs POSIX timers")
def test_ctrl_c_returns_at_once_and_cancels_the_work() -> None:
    cancelled = threading.Event()

    async def work() -> None:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            cancelled.set()
            raise

    def interrupt(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, 0.05)
    try:
        with pytest.raises(KeyboardInterrupt):
            loop.call(work)
    finally:
        signal.signal(signal.SIGALRM, before)
    assert cancelled.wait(5)


def _run(script: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", script], capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_child_gets_a_loop_of_its_own() -> None:
    """The parent's thread does not exist in the child: a call there would wait for ever."""
    done = _run(
        "import asyncio, os\n"
        "from qrelay.cloud import loop\n"
        "async def one(): return 1\n"
        "assert loop.call(one) == 1\n"
        "import warnings; warnings.simplefilter('ignore')\n"
        "pid = os.fork()\n"
        "if pid == 0:\n"
        "    os._exit(7 if loop.call(one) == 1 else 8)\n"
        "_, status = os.waitpid(pid, 0)\n"
        "print(os.waitstatus_to_exitcode(status), loop.call(one))\n"
    )
    assert done.stdout.split() == ["7", "1"], done.stderr


def test_the_interpreter_exits_quietly_with_work_under_way() -> None:
    """A daemon loop that is just dropped prints that its tasks were destroyed."""
    done = _run(
        "import asyncio\n"
        "from qrelay.cloud import loop\n"
        "async def work():\n"
        "    try:\n"
        "        await asyncio.sleep(60)\n"
        "    finally:\n"
        "        print('let go')\n"
        "future = loop.start(work)\n"
        "loop.call(asyncio.sleep, 0.01)\n"
        "print('end')\n"
    )
    assert (done.returncode, done.stdout.split("\n"), done.stderr) == (0, ["end", "let go", ""], "")


def test_a_call_while_the_interpreter_ends_raises_instead_of_hanging() -> None:
    done = _run(
        "import asyncio\n"
        "from qrelay.cloud import loop\n"
        "class Late:\n"
        "    def __del__(self):\n"
        "        try:\n"
        "            loop.call(asyncio.sleep, 0)\n"
        "        except RuntimeError as error:\n"
        "            print('refused', 'shutting down' in str(error))\n"
        "import builtins\n"
        "builtins.kept = Late()\n"
    )
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, "refused True", "")


def test_accounts_that_nobody_closed_leave_no_open_connections() -> None:
    """In a notebook nobody closes anything; warnings about it would name our innards."""
    done = _run(
        "import gc\n"
        "from qrelay.azure import Workspace\n"
        "from qrelay.local import LocalCloud, served\n"
        "def ask(address):\n"
        "    w = Workspace(subscription_id='s', resource_group='g', name='w', endpoint=address, credential='k')\n"
        "    return w, len(w.targets())\n"
        "with LocalCloud() as cloud, served(cloud) as address:\n"
        "    print(ask(address)[1] > 0)\n"
        "    gc.collect()\n"
        "    kept = ask(address)\n"
        "    print(kept[1] > 0)\n"
    )
    assert (done.returncode, done.stdout.split(), done.stderr) == (0, ["True", "True"], "")
