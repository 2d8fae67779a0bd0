"""The rows of the matrix: a new framework, service, target or format that promises hold for is told of here."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import pytest

from corners.cirq_way import CirqWay
from corners.judged_way import JudgedCirqWay, JudgedQiskitWay
from corners.qiskit_way import QiskitWay
from corners.way import Way
from qrelay.cloud import Account
from qrelay.formats import INPUT_FORMATS

FRAMEWORKS: Mapping[str, type[Way]] = {kind.framework: kind for kind in (QiskitWay, CirqWay)}
JUDGED: Mapping[str, type[Way]] = {kind.framework: kind for kind in (JudgedQiskitWay, JudgedCirqWay)}

ROWS = (
    ("azure", "ionq.simulator", "ionq.circuit.v1"),
    ("azure", "ionq.simulator", "qir.v1"),
    ("azure", "rigetti.sim.qvm", "qir.v1"),
    ("azure", "rigetti.sim.qvm", "rigetti.quil.v1"),
    ("azure", "quantinuum.sim.h2-1e", "qir.v1"),
    ("azure", "quantinuum.sim.h2-1e", "honeywell.openqasm.v1"),
    ("azure", "quantinuum.sim.h2-1e", "quantinuum.openqasm.v1"),
    ("azure", "quantinuum.sim.helios-1e", "qir.v1"),
    ("kipu", "kipu.sim.qsim", "OPEN_QASM_V2"),
    ("kipu", "qudora.sim.xg1", "OPEN_QASM_V2"),
    ("kipu", "azure.ionq.simulator", "IONQ_CIRCUIT_V1"),
    ("kipu", "aws.sim.sv1", "BRAKET_OPEN_QASM_V3"),
    ("kipu", "iqm.qpu.garnet", "IQM_JOB_INPUT_V1"),
    ("kipu", "aqt.sim.ideal", "AQT_JOB_INPUT_V1"),
    ("kipu", "ibm.qpu.marrakesh", "QISKIT_QPY"),
)
"""Service, target, format."""


def ways(
    *frameworks: str, services: Collection[str] = (), targets: Collection[str] = (), formats: Collection[str] = ()
) -> list[Any]:
    """Values for the fixtures `way`, `qiskit_way` and `cirq_way`; all of them unless some are named.

    For a promise about some corners only: `@pytest.mark.parametrize("way", ways(services=["azure"]), indirect=True)`.
    """
    chosen = (services, targets, formats)
    return [
        pytest.param((framework, *row), id="-".join((framework, *row[1:])))
        for framework in frameworks or FRAMEWORKS
        for row in ROWS
        if all(not names or name in names for name, names in zip(row, chosen, strict=True))
    ]


def judged_ways(*frameworks: str) -> list[Any]:
    """As `ways`: every format that qrelay writes, run by its judge. Nothing is submitted, and there is no account."""
    return [
        pytest.param((framework, "judge", "judge", format_), id=f"{framework}-{format_}-judged")
        for framework in frameworks or JUDGED
        for format_ in INPUT_FORMATS
    ]


def make_way(row: tuple[str, str, str, str], accounts: Mapping[str, Account]) -> Any:
    """The way of a row of `ways`, on the account of its service, or of `judged_ways`."""
    framework, service, target, format_ = row
    if service == "judge":
        return JUDGED[framework](service, target, format_, None)  # type: ignore[arg-type]
    return FRAMEWORKS[framework](service, target, format_, accounts[service])
