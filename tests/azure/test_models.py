"""Bodies that are newer, older or stranger than the specification must never break a client."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from qrelay.azure.metadata import lost_layouts, read_layout, read_layouts
from qrelay.azure.models import JobDetails, ProviderStatus, SessionDetails, TargetStatus
from qrelay.azure.targets import describe
from qrelay.program import Layout, Register

LAYOUT = Layout(2, (Register("c", (0, 1)),), (1, 0), 2).to_json()


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
    assert read_layout({"measurement0": text}) is None


@pytest.mark.parametrize("text", ["[999999999999]", "[0, -7]", "[0, 1.0]", "[true, 0]"])
def test_a_measurement_map_that_no_job_has_is_none(text: str) -> None:
    """Bug: a few digits of metadata filled the memory when the answer was read; 1.5 and true were taken for qubit 1."""
    assert read_layout({"meas_map": text}) is None
    assert read_layout({"meas_map": "[0]", "num_qubits": "999999999999"}) is None


@pytest.mark.parametrize("size", [1, 7, 40])
def test_p19_the_keys_of_cirq_jobs_on_ionq_are_found(size: int) -> None:
    """cirq-ionq's `Serializer` keeps them in pieces of 40 characters; without them the answer is of all qubits."""
    text = "z\x1f4,2,0\x1ea β\x1f3"
    pieces = {f"measurement{at // size}": text[at : at + size] for at in range(0, len(text), size)}
    layout = read_layout(pieces | {"qubits": "6"})
    assert layout is not None
    assert layout.registers == (Register("z", (0, 1, 2)), Register("a β", (3,)))
    assert (layout.qubits, layout.num_qubits) == ((4, 2, 0, 3), 6)


@pytest.mark.parametrize("text", ["", "z", "z\x1f", "z\x1f-1", "z\x1f1\x1f2", "z\x1f1\x1e", "z\x1f99999999999"])
def test_keys_that_cannot_be_read_are_none(text: str) -> None:
    assert read_layout({"measurement0": text, "qubits": "3"}) is None


@pytest.mark.parametrize(
    ("metadata", "items", "lost"),
    [
        ({"qrelay.layout": LAYOUT}, 1, False),
        ({"qrelay.layout": LAYOUT[:-1]}, 1, True),
        ({"qrelay.layout": LAYOUT.replace('"v":1', '"v":9')}, 1, True),
        ({"qrelay.layouts": json.dumps([LAYOUT, None])}, 2, False),
        ({"qrelay.layouts": "[null, null]"}, 2, False),
        ({"qrelay.layouts": json.dumps([LAYOUT, LAYOUT])[:-1]}, 2, True),
        ({"qrelay.layouts": json.dumps([LAYOUT, LAYOUT])}, 3, True),
        ({"meas_map": "no map"}, 1, False),
    ],
)
def test_p19_a_layout_of_ours_that_came_back_damaged_is_noticed(
    metadata: dict[str, str], items: int, lost: bool
) -> None:
    """Bug: such an answer was read as it stands, which for permuted or inverted bits is another one."""
    assert lost_layouts(metadata, read_layouts(metadata, {"items": [{}] * items})) is lost


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+02:00", "9999-12-31T23:59:59-01:00", "0001-01-01T00:00:00Z"])
def test_moments_at_the_ends_of_time_can_be_shown(text: str) -> None:
    """A time that nobody set is the first of all; in UTC it may lie before that."""
    shown = JobDetails.model_validate({"id": "x", "creationTime": text}).shown()
    assert shown["id"] == "x"
