"""Bodies that are newer, older or stranger than the specification must never break a client."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from qrelay.azure.metadata import read_layout
from qrelay.azure.models import JobDetails, ProviderStatus, SessionDetails, TargetStatus
from qrelay.azure.targets import describe


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2025-11-20T00:00:40Z", datetime(2025, 11, 20, 0, 0, 40, tzinfo=UTC)),
        ("2025-11-20T00:00:40.2Z", datetime(2025, 11, 20, 0, 0, 40, 200000, tzinfo=UTC)),
        ("2025-11-20T00:00:40.253Z", datetime(2025, 11, 20, 0, 0, 40, 253000, tzinfo=UTC)),
        ("2025-11-20T00:00:40.8299901+00:00", datetime(2025, 11, 20, 0, 0, 40, 829990, tzinfo=UTC)),
        ("2025-11-20T02:00:40.8299901+02:00", datetime(2025, 11, 20, 0, 0, 40, 829990, tzinfo=UTC)),
        ("2025-11-20T00:00:40", datetime(2025, 11, 20, 0, 0, 40, tzinfo=UTC)),
        ("soon", None),
        ("0001-01-01T00:00:00+02:00", None),
        (None, None),
        (17, None),
    ],
)
def test_timestamps_with_any_number_of_digits(text: Any, expected: datetime | None) -> None:
    assert JobDetails.model_validate({"creationTime": text}).creation_time == expected


@pytest.mark.parametrize("junk", [None, 7, "text", [], {}, [None], True])
@pytest.mark.parametrize("name", sorted({field.alias or name for name, field in JobDetails.model_fields.items()}))
def test_any_field_may_be_anything(name: str, junk: Any) -> None:
    JobDetails.model_validate({"id": "x", name: junk, "somethingNew": {"a": 1}})


@pytest.mark.parametrize(
    ("params", "shots"),
    [
        ({"shots": 100}, 100), ({"count": 7}, 7), ({"shots": "100", "count": 7}, 100), ({"shots": None, "count": 7}, 7),
        ({}, None), ({"shots": True}, None), ({"shots": "²"}, None), ({"shots": "9" * 5000}, None),
        ({"shots": []}, None),
    ],
)  # fmt: skip
def test_shots_under_either_name(params: dict[str, Any], shots: int | None) -> None:
    """A job of somebody else's with an odd number in it could not even be looked at."""
    assert JobDetails.model_validate({"inputParams": params}).shots == shots


@pytest.mark.parametrize("junk", [None, 7, "text", [], {}, [None], True])
@pytest.mark.parametrize("model", [SessionDetails, ProviderStatus, TargetStatus])
def test_any_field_of_the_others_may_be_anything(model: Any, junk: Any) -> None:
    for name, field in model.model_fields.items():
        model.model_validate({field.alias or name: junk})
    model.model_validate({})


def test_a_new_provider_gets_a_sensible_description() -> None:
    provider = ProviderStatus.model_validate({"id": "NewCo", "currentAvailability": "Available"})
    status = TargetStatus.model_validate(
        {"id": "newco.qpu.one", "currentAvailability": "Available", "numQubits": 12, "targetProfile": "Adaptive_RI"}
    )
    target = describe(provider, status)
    assert (target.provider, target.num_qubits, target.profile) == ("NewCo", 12, "adaptive_ri")
    assert target.formats == ("qir.v1",)
    assert target.outputs == {"qir.v1": "microsoft.quantum-results.v2"}
    bare = describe(provider, TargetStatus(id="newco.other"))
    assert (bare.num_qubits, bare.profile, bare.available) == (None, "base", False)


@pytest.mark.parametrize(
    ("name", "formats", "qubits"),
    [
        ("ionq.qpu.forte-enterprise-1", ("ionq.circuit.v1", "qir.v1"), 35),
        ("ionq.qpu.tempo-9", ("ionq.circuit.v1", "qir.v1"), None),
        ("quantinuum.sim.h2-2e", ("qir.v1", "honeywell.openqasm.v1", "quantinuum.openqasm.v1"), 56),
        ("quantinuum.qpu.helios-1", ("qir.v1",), 98),
        ("rigetti.qpu.cepheus-1-108q", ("qir.v1", "rigetti.quil.v1"), 108),
        ("pasqal.sim.emu-tn", (), 100),
    ],
)
def test_families_by_the_longest_prefix(name: str, formats: tuple[str, ...], qubits: int | None) -> None:
    target = describe(ProviderStatus(id=name.partition(".")[0]), TargetStatus(id=name))
    assert (target.formats, target.num_qubits) == (formats, qubits)


def test_what_the_service_says_of_a_target_comes_first() -> None:
    target = describe(ProviderStatus(id="ionq"), TargetStatus(id="ionq.simulator", num_qubits=40))
    assert target.num_qubits == 40


def test_the_vendors_measurement_map_is_understood() -> None:
    layout = read_layout({"meas_map": "[2, null, 0]", "num_qubits": "4", "name": "theirs"})
    assert layout is not None
    assert (layout.qubits, layout.num_qubits, layout.num_clbits, layout.name) == ((2, -1, 0), 4, 3, "theirs")


@pytest.mark.parametrize("text", ["", "[]", "{}", "null", "[1.5, x]", '["a"]', "7", "[1e400]", "[" * 100_000])
def test_a_senseless_measurement_map_is_none(text: str) -> None:
    assert read_layout({"meas_map": text}) is None
    assert read_layout({"qrelay.layout": text or "x"}) is None


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+02:00", "9999-12-31T23:59:59-01:00", "0001-01-01T00:00:00Z"])
def test_moments_at_the_ends_of_time_can_be_shown(text: str) -> None:
    """A time that nobody set is the first of all; in UTC it may lie before that."""
    shown = JobDetails.model_validate({"id": "x", "creationTime": text}).shown()
    assert shown["id"] == "x"
