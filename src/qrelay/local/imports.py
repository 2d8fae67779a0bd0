"""Qiskit, imported by a thread that never ends.

Qiskit 2.6 crashes the process (a segmentation fault when a circuit is made) once the thread that first imported it has
ended. The pool that simulates is such a thread: it ends with its LocalCloud, and the next one would crash.
"""

from __future__ import annotations

import threading

__all__ = ["import_engine"]

_lock = threading.Lock()
_ready = threading.Event()
_errors: list[Exception] = []
_threads: list[threading.Thread] = []


def import_engine() -> None:
    """Return when the engine and all that it needs are imported. Raises what the import raised."""
    with _lock:
        if not _threads:
            _threads.append(threading.Thread(target=_import_and_stay, name="qrelay-local-qiskit", daemon=True))
            _threads[0].start()
    _ready.wait()
    if _errors:
        raise _errors[0]


def _import_and_stay() -> None:
    try:
        import qrelay.local.answers
        import qrelay.local.engine
        import qrelay.local.readers.ionq
        import qrelay.local.readers.qasm2
        import qrelay.local.readers.qir
        import qrelay.local.shots  # noqa: F401
    except Exception as error:  # noqa: BLE001 - raised again where the engine is wanted
        _errors.append(error)
    _ready.set()
    threading.Event().wait()
