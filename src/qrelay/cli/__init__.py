"""The command line: `qrelay demo | run | targets | jobs | job | result | cancel | sessions | serve`.

Stands on top of everything and knows all rooms; `app` holds the commands, `circuits` reads circuit files.
Needs the extra `cli` (typer and rich).
"""

from __future__ import annotations

import importlib.util
import sys

__all__ = ["main"]


def main() -> None:
    """Entry point of the `qrelay` command. Exits with 0, 1 (the service said no) or 2 (the request cannot work)."""
    missing = [name for name in ("typer", "rich") if importlib.util.find_spec(name) is None]
    if missing:
        sys.stderr.write(
            f"qrelay: the command line needs {' and '.join(missing)}. Install it with: pip install 'qrelay[cli]'\n"
        )
        raise SystemExit(2)
    from qrelay.cli.app import run_app

    run_app()
