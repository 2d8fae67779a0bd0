"""The embedded cloud on a port of this machine."""

from __future__ import annotations

import signal
import socket
import sys
import threading
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import uvicorn

from qrelay.errors import ConfigurationError
from qrelay.local.cloud import LocalCloud

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from pathlib import Path

    from qrelay.local.faults import Fault

__all__ = ["serve", "served"]

_HOST = "127.0.0.1"  # loopback only: any key is let in by default


def serve(
    port: int = 0,
    data: Path | None = None,
    keys: Collection[str] | None = None,
    faults: Iterable[Fault | str] = (),
) -> None:
    """Serve until interrupted. Port 0 takes a free one; lines on standard output say where each service is."""
    with _listening(port) as listener, LocalCloud(data, keys=keys, faults=faults) as cloud:
        address = _address(listener)
        sys.stdout.write(f"azure  {address}\nkipu   {address}/quantum\n")
        sys.stdout.flush()
        with suppress(KeyboardInterrupt), _ended_by_sigterm():  # uvicorn has ended in order, then passes it on
            _server(cloud).run(sockets=[listener])


@contextmanager
def _ended_by_sigterm() -> Iterator[None]:
    """SIGTERM as if it were Ctrl-C: by default it would end the process before the store is closed."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def served(cloud: LocalCloud, port: int = 0) -> Iterator[str]:
    """Serve a cloud from a thread of this process; gives its address (the Hub is below it, at /quantum).

    The cloud stays open afterwards.
    """
    with _listening(port) as listener:
        server = _server(cloud)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        while not server.started and thread.is_alive():
            time.sleep(0.005)
        if not server.started:
            raise RuntimeError("the server ended before it had begun; its log says why")
        try:
            yield _address(listener)
        finally:
            server.should_exit = True
            thread.join()


def _server(cloud: LocalCloud) -> uvicorn.Server:
    # No access log: it would write out query strings, and they carry signatures.
    config = uvicorn.Config(
        cloud.app, log_level="warning", access_log=False, lifespan="off", timeout_graceful_shutdown=2
    )
    return uvicorn.Server(config)


@contextmanager
def _listening(port: int) -> Iterator[socket.socket]:
    # The protocol by name: asyncio turns Nagle off only where it sees it, and every answer would wait 40 ms otherwise.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((_HOST, port))
        except OSError as error:
            raise ConfigurationError(
                f"cannot listen on port {port}: {error.strerror}. Choose another, or 0."
            ) from error
        listener.listen(256)
        yield listener


def _address(listener: socket.socket) -> str:
    return f"http://{_HOST}:{listener.getsockname()[1]}"
