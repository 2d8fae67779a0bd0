"""Adaptive modules all the way: submitted to the embedded cloud's Quantinuum machines, run by its own QIR reader."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

pytest.importorskip("starlette")
pytest.importorskip("qiskit_aer")

from judges import exact
from tests.formats import run_exactly
from tests.formats.forms import FORMS, program
from tests.formats.test_qir_expressions import EXPRESSIONS, deciding

from qrelay.azure import Workspace
from qrelay.errors import UnsupportedCircuit
from qrelay.formats import encode

SHOTS = 1000
MACHINES = {"quantinuum.sim.h2-1e": "adaptive_ri", "quantinuum.sim.helios-1e": "adaptive_rif"}


@pytest.fixture(scope="module")
def workspace() -> Iterator[Workspace]:
    with Workspace.local(waiting=0.0, executing=0.0) as account:
        yield account


def _memories(outcome: Any) -> Counter[int]:
    assert outcome.shots_usable == SHOTS
    weights = outcome.weights if outcome.weights is not None else [1] * len(outcome.bits)
    found: Counter[int] = Counter()
    for row, weight in zip(outcome.bits, weights, strict=True):
        found[int.from_bytes(row.tobytes(), "little")] += int(weight)
    return found


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("form", FORMS)
def test_p10_every_form_runs_right(workspace: Workspace, form: str, machine: str) -> None:
    """Catches a target that takes adaptive modules and gets none, and answers with their bits mixed up."""
    job = workspace.submit(machine, FORMS[form], shots=SHOTS, format="qir.v1")
    assert exact.p_value(_memories(job.result()), run_exactly.distribution(FORMS[form])) > 1e-6


@pytest.mark.parametrize("machine", MACHINES)
def test_modules_of_the_machines_own_profile_run_too(workspace: Workspace, machine: str) -> None:
    for form in ("nested", "for with a break", "for"):
        payload = encode(FORMS[form], "qir.v1", profile=MACHINES[machine])
        found = _memories(workspace.submit(machine, payload, shots=SHOTS).result())
        assert exact.p_value(found, run_exactly.distribution(FORMS[form])) > 1e-6


@pytest.mark.parametrize("case", EXPRESSIONS)
def test_expressions(workspace: Workspace, case: str) -> None:
    job = workspace.submit("quantinuum.sim.h2-1e", deciding(EXPRESSIONS[case]), shots=SHOTS, format="qir.v1")
    for memory in _memories(job.result()):
        assert memory >> 7 == int(bool(run_exactly.value(EXPRESSIONS[case], memory & 127))), bin(memory)


def test_bitcode(workspace: Workspace) -> None:
    pytest.importorskip("pyqir")
    for form in ("switch", "for with a continue", "for"):
        payload = encode(FORMS[form], "qir.v1", bitcode=True)
        found = _memories(workspace.submit("quantinuum.sim.h2-1e", payload, shots=SHOTS).result())
        assert exact.p_value(found, run_exactly.distribution(FORMS[form])) > 1e-6


@pytest.mark.parametrize("machine", ["rigetti.sim.qvm", "ionq.simulator"])
def test_p10_a_base_machine_refuses_before_any_request(workspace: Workspace, machine: str) -> None:
    """Catches adaptive modules sent to machines that take base ones only."""
    with pytest.raises(UnsupportedCircuit) as caught:
        workspace.submit(machine, FORMS["if and else"], shots=SHOTS, format="qir.v1")
    assert (caught.value.operation, caught.value.index) == ("if", 2)
    straight = program(*FORMS["for"].operations)
    found = _memories(workspace.submit("rigetti.sim.qvm", straight, shots=SHOTS, format="qir.v1").result())
    assert exact.p_value(found, run_exactly.distribution(straight)) > 1e-6
