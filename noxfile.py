"""Development sessions: `nox -l` lists them; `nox` alone runs what every change must pass quickly."""

from __future__ import annotations

from pathlib import Path

import nox

nox.needs_version = ">=2024.4"
nox.options.sessions = ["lint", "typing", "layers", "tests-3.11(qiskit='newest')"]
nox.options.error_on_missing_interpreters = False

# Qiskit by name: what users of the two supported lines have.
QISKIT = {"newest": "qiskit>=2,<3", "1.4": "qiskit>=1.4,<2"}

_ON_QISKIT_1 = (
    "tests/promises",
    "tests/qiskit",
    *(
        f"tests/formats/test_{name}.py"
        for name in ("names", "published_circuits", "qpy", "ready_made", "there_and_back")
    ),
    "tests/local/engine/test_qasm2.py",
    "tests/local/engine/test_machines_of_the_hub.py",
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
    session.run("pytest", *(session.posargs or ["-n", "auto", "-q", "-k", "not cirq", *_ON_QISKIT_1]))


@nox.session
def cirq15(session: nox.Session) -> None:
    """What touches Cirq, on the oldest Cirq that is supported."""
    session.install("-e", ".[all,test]", "cirq-core>=1.5,<1.6")
    session.run(
        "pytest", *(session.posargs or ["-n", "auto", "-q", "tests/cirq", "tests/promises/test_p07_cirq_sampler.py"])
    )


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
def conformance(session: nox.Session) -> None:
    """Circuits drawn at random and published algorithms, from both frameworks through every format to its judge.

    `nox -s conformance -- --examples 20000` draws as many for each test. `nox -s conformance -- --table` runs the
    algorithms in all sizes and the promises on all formats, and writes docs/conformance.md anew.
    """
    session.install("-e", ".[all,test,conformance]")
    if "--table" in session.posargs:
        rest = [word for word in session.posargs if word != "--table"]
        session.run("python", "-m", "conformance", *rest, env={"PYTHONPATH": "tests"})
    else:
        session.run("pytest", "-n", "auto", "-q", "tests/conformance", *session.posargs)


@nox.session
def mutants(session: nox.Session) -> None:
    """Put known bugs back, one at a time: each must turn its test red."""
    session.install("-e", ".[all,test]")
    session.run("python", "-m", "mutants", *session.posargs)


# The vendors' own SDKs: what to install, what of it must be there, and the tests that it has to pass.
SDKS = {
    "azure-quantum": (
        "azure-quantum[qiskit,cirq]==3.13.0",
        "azure.quantum",
        ["tests/interop/test_azure_quantum_sdk.py", "tests/interop/test_azure_quantum_cirq.py"],
    ),
    "qhub-quantum": ("qhub-quantum==1.18.1", "qhub.quantum.sdk", ["tests/interop/test_qhub_quantum_sdk.py"]),
}


@nox.session
def bench(session: nox.Session) -> None:
    """Microseconds a gate from Qiskit and Cirq to each format beside its peers; one job end to end beside the SDKs.

    `nox -s bench -- --short`, `-- --framework cirq`, `-- --table end-to-end`. The SDKs have environments of their own.
    """
    session.install("-e", ".[all,test]")
    pythons = []
    if not {"--framework", "writers", "--table=writers"} & set(session.posargs):
        for sdk, (requirement, *_) in SDKS.items():
            place = Path(session.create_tmp()).resolve() / sdk
            session.run("python", "-m", "venv", str(place), silent=True)
            python = str(place / "bin" / "python")
            session.run(python, "-m", "pip", "install", "-q", requirement, external=True)
            pythons += [f"--{sdk}", python]
    session.run("python", "-m", "bench", *pythons, *session.posargs)


@nox.session
@nox.parametrize("sdk", list(SDKS))
def interop(session: nox.Session, sdk: str) -> None:
    """A vendor's own SDK against the embedded cloud, in its own environment because its pins collide with ours."""
    requirement, module, tests_of_it = SDKS[sdk]
    session.install(requirement, "pytest>=8.2", "pytest-socket>=0.7", "pytest-xdist>=3.6")
    session.install("-e", ".[local,cli]")  # which has `qrelay serve`
    session.run("python", "-c", f"import {module}")  # its absence would skip every test, and skipped is not passed
    session.run("pytest", *(session.posargs or ["-q", *tests_of_it]), env={"QDK_PYTHON_TELEMETRY": "none"})


# Readers of formats whose packages ask for an environment of their own: what to install beside qrelay, what of it must
# be there, and the tests that it judges.
OUTSIDE: dict[str, tuple[list[str], str, list[str]]] = {
    "ibm-runtime": (
        ["qiskit-ibm-runtime>=0.40", "qiskit-aer>=0.17"],
        "qiskit_ibm_runtime",
        ["tests/outside/test_ibm_runtime.py"],
    ),
    "perceval": (
        ["perceval-quandela>=1.3", "qiskit>=2,<3"],
        "perceval",
        ["tests/outside/test_perceval.py"],
    ),
    "qiskit-qir": (
        ["qiskit>=1.4,<2", "qiskit-qir>=0.5,<0.6", "qiskit-aer>=0.17", "qirrunner>=0.8"],
        "qiskit_qir",
        ["tests/outside/test_qiskit_qir.py"],
    ),
    "answers": (["qhub-quantum==1.18.1"], "qhub.quantum.sdk", ["tests/outside/test_answers.py"]),
    "pyquil": (["pyquil>=4.22,<5"], "pyquil", ["tests/outside/test_pyquil.py"]),
    "iqm": (["iqm-client[qiskit]>=36", "qiskit-aer>=0.17"], "iqm.qiskit_iqm", ["tests/outside/test_iqm.py"]),
    "aqt": (["qiskit-aqt-provider>=2.0.1"], "qiskit_aqt_provider", ["tests/outside/test_aqt.py"]),
}


@nox.session
@nox.parametrize("reader", list(OUTSIDE))
def outside(session: nox.Session, reader: str) -> None:
    """Somebody else's reader and simulator as the judge of a format, in its own environment."""
    requirements, module, tests_of_it = OUTSIDE[reader]
    session.install("-e", ".", *requirements, "pytest>=8.2", "pytest-socket>=0.7", "pytest-xdist>=3.6", "scipy>=1.11")
    session.run("python", "-c", f"import {module}")  # its absence would skip every test, and skipped is not passed
    session.run("pytest", *(session.posargs or ["-n", "auto", "-q", *tests_of_it]))
