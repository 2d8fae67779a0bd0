"""What Qiskit 1 deprecates inside itself is hidden without touching other threads."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import warnings
from typing import Any, NoReturn

import pytest
import qiskit
from qiskit import QuantumCircuit

from qrelay import read
from qrelay.quieting import quietly

QISKIT_1 = qiskit.__version__.startswith("1.")


def test_threads_inside_at_once_leave_the_filters_as_they_were() -> None:
    """Bug: a reader and the embedded cloud's worker restored each other's filters; a job failed on a warning."""
    before = list(warnings.filters)
    first_is_in, first_may_go, second_is_in = threading.Event(), threading.Event(), threading.Event()

    def first() -> None:
        def work() -> None:
            first_is_in.set()
            assert first_may_go.wait(30)

        quietly(work, DeprecationWarning)

    def second() -> None:
        assert first_is_in.wait(30)
        quietly(second_is_in.set, FutureWarning)

    threads = [threading.Thread(target=work) for work in (first, second)]
    for thread in threads:
        thread.start()
    assert first_is_in.wait(30)
    assert not second_is_in.wait(0.1)  # entering now would save the first one's filters as its own
    first_may_go.set()
    for thread in threads:
        thread.join(30)
    assert second_is_in.is_set()
    assert list(warnings.filters) == before


def test_only_what_was_named_is_hidden() -> None:
    def work() -> None:
        warnings.warn("hidden", DeprecationWarning, stacklevel=1)
        with pytest.warns(UserWarning, match="shown"):
            warnings.warn("shown", UserWarning, stacklevel=1)

    quietly(work, DeprecationWarning)


def test_work_that_lost_its_filters_is_begun_again() -> None:
    """Bug: Qiskit 1.4's own `catch_warnings` ended in the client's thread, and the worker's job failed on a warning."""
    before = list(warnings.filters)
    calls: list[int] = []

    def work() -> int:
        calls.append(len(calls))
        if len(calls) < 3:
            warnings.simplefilter("error")  # what it comes to when another thread puts its filters back
        warnings.warn("ours", DeprecationWarning, stacklevel=1)
        return len(calls)

    assert quietly(work, DeprecationWarning) == 3
    assert list(warnings.filters) == before

    def always() -> NoReturn:
        raise DeprecationWarning

    with pytest.raises(DeprecationWarning):
        quietly(always, DeprecationWarning)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system has no fork")
def test_a_forked_child_does_not_wait_for_a_thread_that_it_does_not_have() -> None:
    """The thread that was inside does not exist in the child, and never leaves there."""
    program = (
        "import os, signal, threading, warnings\n"
        "from qrelay.quieting import quietly\n"
        "inside, leave = threading.Event(), threading.Event()\n"
        "def hold():\n"
        "    quietly(lambda: (inside.set(), leave.wait(60)), DeprecationWarning)\n"
        "thread = threading.Thread(target=hold)\n"
        "thread.start()\n"
        "inside.wait(60)\n"
        "child = os.fork()\n"
        "if child == 0:\n"
        "    signal.alarm(20)\n"
        "    quietly(lambda: os._exit(7), DeprecationWarning)\n"
        "_, status = os.waitpid(child, 0)\n"
        "leave.set()\n"
        "print(os.waitstatus_to_exitcode(status))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=False)
    assert done.stdout.split() == ["7"], done.stderr


@pytest.mark.skipif(QISKIT_1, reason="Qiskit 1 deprecates its own definitions")
def test_reading_on_qiskit_2_leaves_warnings_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bug: every expanded gate swapped the process's warning filters, whatever other threads were doing with them."""
    circuit = QuantumCircuit(9, 1)
    circuit.mcx(list(range(8)), 8)
    circuit.initialize([0.6, 0.8], 0)
    circuit.measure(8, 0)
    _forbid_swapping(monkeypatch)
    assert read(circuit).operations


def test_a_program_without_if_is_loaded_with_warnings_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bug: on Qiskit 1.4 a worker thread swapped the filters for each OpenQASM 2 program, guarded or not."""
    from qrelay.local.readers import qasm2

    program = b'OPENQASM 2.0; include "qelib1.inc"; qreg q[2]; creg c[2]; rzz(0.3) q[0],q[1]; measure q -> c;'
    qasm2.read(program)
    _forbid_swapping(monkeypatch)
    assert qasm2.read(program).num_qubits == 2


def _forbid_swapping(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> NoReturn:
        raise AssertionError("the process's warning filters were swapped")

    monkeypatch.setattr("qrelay.quieting.warnings.catch_warnings", refuse)
