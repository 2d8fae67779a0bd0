"""Development sessions: `nox -l` lists them; `nox` alone runs what every change must pass quickly."""

from __future__ import annotations

import nox

nox.needs_version = ">=2024.4"
nox.options.sessions = ["lint", "typing", "layers", "tests-3.11(qiskit='newest')"]
nox.options.error_on_missing_interpreters = False

# Qiskit by name: what users of the two supported lines have.
QISKIT = {"newest": "qiskit>=2,<3", "1.4": "qiskit>=1.4,<2"}

_ON_QISKIT_1 = (
    "tests/promises",
    "tests/qiskit",
    "tests/formats",
    "tests/local/engine/test_qasm2.py",
    "tests/test_quieting.py",
)


@nox.session(python=["3.11", "3.12", "3.13"])
@nox.parametrize("qiskit", list(QISKIT))
def tests(session: nox.Session, qiskit: str) -> None:
    """All tests. Arguments go to pytest."""
    session.install("-e", ".[all,test]", QISKIT[qiskit])
    session.run("pytest", *(session.posargs or ["-n", "auto"]))


@nox.session
def qiskit14(session: nox.Session) -> None:
    """What touches Qiskit, on Qiskit 1.4: the promises through the whole way, the reader and the backend."""
    session.install("-e", ".[all,test]", QISKIT["1.4"])
    session.run("pytest", *(session.posargs or ["-n", "auto", "-q", *_ON_QISKIT_1]))


@nox.session
def lint(session: nox.Session) -> None:
    """ruff, linter and formatter."""
    session.install("ruff>=0.6")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")


@nox.session
def typing(session: nox.Session) -> None:
    """mypy --strict on the package."""
    session.install("-e", ".[all]", "mypy>=1.11")
    session.run("mypy")


@nox.session
def layers(session: nox.Session) -> None:
    """The rules of who may import whom."""
    session.install("-e", ".[all]", "import-linter>=2.0")
    session.run("lint-imports")


@nox.session
def docs(session: nox.Session) -> None:
    """Build the documentation strictly, and run every code block and example in it."""
    session.install("-e", ".[all,test]", "mkdocs-material>=9.5")
    session.run("mkdocs", "build", "--strict", "--site-dir", session.create_tmp())
    session.run("pytest", "tests/docs")


@nox.session
def bench(session: nox.Session) -> None:
    """Microseconds a gate from Qiskit and Cirq to each format, beside the frameworks' own and others' writers.

    `nox -s bench -- --short`, `-- --framework cirq`.
    """
    session.install("-e", ".[all,test]")
    session.run("python", "-m", "bench", *session.posargs)


@nox.session
def mutants(session: nox.Session) -> None:
    """Put known bugs back, one at a time: each must turn its test red."""
    session.install("-e", ".[all,test]")
    session.run("python", "-m", "mutants", *session.posargs)


@nox.session
def interop(session: nox.Session) -> None:
    """The vendor's own SDK against the embedded cloud, in its own environment because its pins collide with ours."""
    session.install("azure-quantum[qiskit,cirq]==3.13.0", "pytest>=8.2", "pytest-socket>=0.7", "pytest-xdist>=3.6")
    session.install("-e", ".[local]")
    session.run("python", "-c", "import azure.quantum")  # its absence would skip every test, and skipped is not passed
    session.run("pytest", *(session.posargs or ["-q", "tests/interop"]), env={"QDK_PYTHON_TELEMETRY": "none"})
