"""Shapes of the answers, against recorded traffic and the shapes that the vendor's SDK reads."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from qiskit import ClassicalRegister, QuantumCircuit

from qrelay.local import answers
from qrelay.local.answers import LOST, Shape, Shot
from qrelay.local.execution import ExecutionRefused

LEAF = Shape("leaf")
PAIR = Shape("array", (LEAF, LEAF))


def recorded(shared: Path, name: str) -> tuple[list[tuple[bytes, dict[str, Any]]], list[Any], list[Any]]:
    """Submitted jobs with their payloads, downloaded results, and error data of a recording."""
    exchanges = json.loads((shared / "fixtures" / "azure" / f"{name}.json").read_text())["exchanges"]
    payload, jobs, results, errors = b"", [], [], []
    for exchange in exchanges:
        if exchange["method"] == "PUT" and exchange["path"].endswith("/inputData"):
            body = exchange["request"]
            payload = (body if isinstance(body, str) else json.dumps(body)).encode()
        elif exchange["method"] == "PUT" and "/jobs/" in exchange["path"]:
            jobs.append((payload, exchange["request"]))
        elif exchange["method"] == "GET" and exchange["path"].lower().endswith("outputdata"):
            results.append(exchange["response"])
        elif isinstance(exchange["response"], dict) and exchange["response"].get("errorData"):
            errors.append(exchange["response"]["errorData"])
    return jobs, results, errors


def fields(job: dict[str, Any]) -> dict[str, Any]:
    return {
        "provider": job["providerId"].lower(),
        "target": job["target"],
        "input_format": job["inputDataFormat"],
        "output_format": job["outputDataFormat"],
        "params": job["inputParams"],
        "num_qubits": 29,
        "seed": 1,
    }


@pytest.mark.parametrize(
    "name", ["test_job_submit_ionq", "test_plugins_submit_qiskit_to_ionq", "test_qiskit_endianness_submit_to_rigetti"]
)
def test_recorded_jobs_get_the_recorded_answer(name: str, shared: Path, run: Any) -> None:
    """A field, a number or the nesting of a result that differs from what the service sent."""
    jobs, results, _ = recorded(shared, name)
    assert len(jobs) == 1
    payload, job = jobs[0]
    answer = run(payload, **fields(job))
    expected = results[0]
    for result in [*answer.get("Results", ()), *expected.get("Results", ())]:
        result["Shots"].sort(key=str)
    assert answer == expected


def test_recorded_refusal(shared: Path, run: Any) -> None:
    """An output format that does not exist, as a session with a failing job records it."""
    jobs, _, errors = recorded(shared, "test_session_job_failure_policies_echo_quantinuum")
    refused = []
    for payload, job in jobs:
        if job["name"].startswith("Bad"):
            with pytest.raises(ExecutionRefused) as caught:
                run(payload, **fields(job))
            refused.append({"code": caught.value.code, "message": caught.value.message})
        else:
            assert run(payload, **fields(job))
    assert refused == [errors[0]] * 2


def test_v2_writes_lost_qubits_and_failed_shots_as_the_sdk_reads_them() -> None:
    """A dash in quotes, an error without its code."""
    shots = [Shot(PAIR, (0, 1)), Shot(PAIR, (0, LOST)), Shot(None), Shot(PAIR, (0, 1))]
    answer = json.loads(answers.microsoft_v2([shots]))
    error = {"Error": {"Code": "0x20", "Name": "ShotFailed"}}
    assert answer == {
        "DataFormat": "microsoft.quantum-results.v2",
        "Results": [
            {
                "Histogram": [
                    {"Outcome": [0, LOST], "Display": "[0, -]", "Count": 1},
                    {"Outcome": [0, 1], "Display": "[0, 1]", "Count": 2},
                    {"Outcome": error, "Display": "Error 0x20: ShotFailed", "Count": 1},
                ],
                "Shots": [[0, 1], [0, LOST], error, [0, 1]],
            }
        ],
    }


def test_v2_writes_nested_values_as_the_sdk_reads_them() -> None:
    """The example of the SDK's own tests: tuples, arrays, truth values and floats."""
    inner = Shape("tuple", (LEAF, LEAF))
    shape = Shape("tuple", (PAIR, inner, Shape("array", (inner, inner))))
    shot = Shot(shape, (1, 0, -2.71, 67, 6, True, 12, False))
    histogram = json.loads(answers.microsoft_v2([[shot]]))["Results"][0]["Histogram"]
    assert histogram[0]["Display"] == "([1, 0], (-2.71, 67), [(6, true), (12, false)])"
    assert histogram[0]["Outcome"] == {
        "Item1": [1, 0],
        "Item2": {"Item1": -2.71, "Item2": 67},
        "Item3": [{"Item1": 6, "Item2": True}, {"Item1": 12, "Item2": False}],
    }


def test_v1_is_a_flat_list() -> None:
    """Counts in place of probabilities, or pairs in place of a flat list."""
    shots = [Shot(PAIR, (0, 1))] * 3 + [Shot(PAIR, (1, 1))]
    assert json.loads(answers.microsoft_v1(shots)) == {"Histogram": ["[0, 1]", 0.75, "[1, 1]", 0.25]}


def test_honeywell_writes_each_register_from_its_highest_bit() -> None:
    """A register read from the wrong end, or bits shared by two registers."""
    import numpy as np

    circuit = QuantumCircuit(1)
    circuit.add_register(ClassicalRegister(2, "b"), ClassicalRegister(3, "a"), ClassicalRegister(0, "none"))
    bits = np.array([[1, 0, 1, 0, 0], [0, 0, 0, 1, 1]], dtype=np.uint8)
    assert json.loads(answers.honeywell(circuit, bits)) == {"b": ["01", "00"], "a": ["001", "110"], "none": ["", ""]}


GHZ = {"provider": "rigetti", "target": "rigetti.sim.qvm", "input_format": "qir.v1"}


def job(shared: Path, **changes: Any) -> tuple[bytes, dict[str, Any]]:
    payload, recorded_job = recorded(shared, "test_plugins_submit_qiskit_to_ionq")[0][0]
    return payload, fields(recorded_job) | GHZ | changes


def test_several_items_give_several_results(shared: Path, run: Any) -> None:
    """Items of one job answered once, or with the same draws."""
    item = {"entryPoint": "ENTRYPOINT__main", "arguments": []}
    payload, fields_ = job(shared, params={"shots": 64, "items": [item, item]})
    first, second = run(payload, **fields_)["Results"]
    assert len(first["Shots"]) == len(second["Shots"]) == 64
    assert first["Shots"] != second["Shots"]
    v1 = fields_ | {"output_format": "microsoft.quantum-results.v1"}
    with pytest.raises(ExecutionRefused) as caught:
        run(payload, **v1)
    assert caught.value.code == "InvalidInputError"


def test_loss_and_errors_come_at_their_rates(shared: Path, run: Any) -> None:
    """Loss applied to the whole shot instead of the qubit, or the same qubits lost every time."""
    payload, fields_ = job(shared, params={"shots": 20000}, loss=0.1, error_rate=0.05)
    shots = run(payload, **fields_)["Results"][0]["Shots"]
    assert len(shots) == 20000
    errors = [shot for shot in shots if isinstance(shot, dict)]
    kept = [shot for shot in shots if not isinstance(shot, dict)]
    assert abs(len(errors) / 20000 - 0.05) < 0.01
    lost = Counter(shot.count("-") for shot in kept)
    for count, share in {0: 0.729, 1: 0.243, 2: 0.027, 3: 0.001}.items():
        assert abs(lost[count] / len(kept) - share) < 0.02
    assert {tuple(value for value in shot if value != "-") for shot in kept} <= {
        (bit,) * length for bit in (0, 1) for length in range(4)
    }
    assert {("-", 0, 0), (0, "-", 0), (0, 0, "-")} <= {tuple(shot) for shot in kept}


def test_ionq_simulator_rounds_every_state_down(run: Any) -> None:
    """992 shots of 1000, as reported in azure-quantum-python's issue 248, not 1000 made up from 992."""
    gates = "\n".join(f"  call void @__quantum__qis__h__body(%Qubit* inttoptr (i64 {i} to %Qubit*))" for i in range(5))
    text = f"""
define void @ENTRYPOINT__main() #0 {{
{gates}
  call void @__quantum__qis__m__body(%Qubit* null, %Result* null)
  call void @__quantum__rt__array_record_output(i64 1, i8* null)
  call void @__quantum__rt__result_record_output(%Result* null, i8* null)
  ret void
}}
declare void @__quantum__qis__h__body(%Qubit*)
declare void @__quantum__qis__m__body(%Qubit*, %Result*)
declare void @__quantum__rt__array_record_output(i64, i8*)
declare void @__quantum__rt__result_record_output(%Result*, i8*)
attributes #0 = {{ "entry_point" "qir_profiles"="base_profile" "required_num_qubits"="5" "required_num_results"="1" }}
!llvm.module.flags = !{{!0}}
!0 = !{{i32 1, !"qir_major_version", i32 1}}
"""
    fields_ = {"provider": "ionq", "input_format": "qir.v1", "output_format": "microsoft.quantum-results.v2"}
    result = run(text, target="ionq.simulator", params={"shots": 1000}, **fields_)["Results"][0]
    assert [entry["Count"] for entry in result["Histogram"]] == [496, 496]
    assert len(result["Shots"]) == 992
    result = run(text, target="ionq.simulator", params={"shots": 1010}, **fields_)["Results"][0]
    assert len(result["Shots"]) == 992  # 31.5625 is rounded down too
    result = run(text, target="ionq.qpu.aria-1", params={"shots": 1000}, **fields_)["Results"][0]
    assert len(result["Shots"]) == 1000


BAD_PARAMS: dict[str, tuple[dict[str, Any], str, str]] = {
    "no shots": ({"shots": 0}, "InvalidProperty", "inputParams.shots"),
    "shots as text": ({"shots": "100"}, "InvalidProperty", "'100'"),
    "shots true": ({"shots": True}, "InvalidProperty", "True"),
    "count": ({"count": -1}, "InvalidProperty", "inputParams.count"),
    "unknown entry point": ({"entryPoint": "other"}, "InvalidInputData", "'other'"),
    "entry point as a number": ({"entryPoint": 3}, "InvalidInputError", "entryPoint"),
    "arguments": ({"entryPoint": "ENTRYPOINT__main", "arguments": [1]}, "InvalidInputError", "arguments"),
    "no items": ({"items": []}, "InvalidInputError", "items"),
    "items as text": ({"items": "x"}, "InvalidInputError", "items"),
    "an item as text": ({"items": ["x"]}, "InvalidInputError", "items[0]"),
}


@pytest.mark.parametrize("name", BAD_PARAMS)
def test_bad_parameters_are_refused(name: str, shared: Path, run: Any) -> None:
    """Parameters that make no sense replaced by others without a word."""
    params, code, words = BAD_PARAMS[name]
    payload, fields_ = job(shared, params=params)
    with pytest.raises(ExecutionRefused) as caught:
        run(payload, **fields_)
    assert caught.value.code == code
    assert words in caught.value.message


@pytest.mark.parametrize(
    ("params", "shots"),
    [({}, 500), ({"shots": 7}, 7), ({"count": 9}, 9), ({"shots": 7, "count": 9}, 7), ({"whatever": 1, "shots": 3}, 3)],
)
def test_shots_under_either_name(params: dict[str, Any], shots: int, shared: Path, run: Any) -> None:
    """Shots of older clients ignored; an unknown parameter is tolerated, as the service does."""
    payload, fields_ = job(shared, params=params)
    assert len(run(payload, **fields_)["Results"][0]["Shots"]) == shots


@pytest.mark.parametrize(
    ("input_format", "output_format", "code"),
    [
        ("rigetti.quil.v1", "rigetti.quil-results.v1", "InvalidInputData"),
        ("ionq.circuit.v1", "microsoft.quantum-results.v2", "CannotTranslateOutputData"),
        ("qir.v1", "ionq.quantum-results.v1", "CannotTranslateOutputData"),
        ("honeywell.openqasm.v1", "microsoft.quantum-results.v2", "CannotTranslateOutputData"),
        ("quantinuum.openqasm.v1", "whatever", "CannotTranslateOutputData"),
    ],
)
def test_formats_that_do_not_go_together(input_format: str, output_format: str, code: str, run: Any) -> None:
    """An answer in another format than the one asked for."""
    with pytest.raises(ExecutionRefused) as caught:
        run("", provider="ionq", target="ionq.simulator", input_format=input_format, output_format=output_format)
    assert caught.value.code == code
