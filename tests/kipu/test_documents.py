"""Jobs whose answers hold no shots, or not for every circuit: a typed error that says what there is instead."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from qrelay.convert import decode
from qrelay.errors import JobFailed, PartialResult, ResultUnreadable
from qrelay.kipu import Hub
from qrelay.program import Program
from qrelay.results import Amplitudes, StateVector, decode_items


@pytest.mark.parametrize("mode", ["statevector", "amplitudes"])
def test_a_state_is_no_outcome_and_can_be_read_all_the_same(mode: str, local: Callable[..., Hub]) -> None:
    program = Program(2, 2, [("x", (1,), ()), ("measure", (0,), (0,)), ("measure", (1,), (1,))])
    options: dict[str, Any] = {"mode": mode} | ({"bitstrings": ["01", "10"]} if mode == "amplitudes" else {})
    job = local().submit("kipu.sim.qsim", program, shots=10, options=options)
    for _ in range(2):
        with pytest.raises(
            ResultUnreadable, match=rf"holds (a state vector|{mode}) and no shots.*raw_result\(\)"
        ) as at:
            job.result()
        assert at.value.data == job.raw_result()
    assert job.results(partial=True) == [None]
    document = decode(job.raw_result(), "kipu.qsim.result")
    if mode == "statevector":
        assert isinstance(document, StateVector)
        assert document.statevector.tolist() == [0, 0, 1, 0]
    else:
        assert isinstance(document, Amplitudes)
        assert document.amplitudes == {"01": 0, "10": 1}


def test_one_circuit_of_a_program_set_that_failed(
    remote: Callable[..., Hub], described: Callable[[str], dict[str, Any]]
) -> None:
    """Catches results that close up behind a failed circuit, and good ones that are thrown away with it."""
    good = {"measurements": [[1, 0]], "measuredQubits": [0, 1]}
    failed = {"failureMetadata": {"failureReason": "no such gate"}}
    answer_ = {"programResults": [{"executableResults": [entry]} for entry in (good, failed, good)]}
    text = "OPENQASM 3.0;\nbit[2] b;\nqubit[2] q;\nb[0] = measure q[1];\nb[1] = measure q[0];\n"

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/backends"):
            return httpx.Response(200, json=[described("rigetti-cepheus")])
        if request.url.path.endswith("/input"):
            return httpx.Response(200, json={"qasm": [text] * 3})
        if "/result" in request.url.path:
            return httpx.Response(200, json=answer_)
        job = {"id": "1", "status": "COMPLETED", "provider": "AWS", "backend_id": "aws.rigetti.cepheus", "shots": 3}
        return httpx.Response(200, json=job | {"input_format": "BRAKET_OPEN_QASM_V3"})

    job = remote(answer).job("1")
    with pytest.raises(PartialResult, match="no such gate") as caught:
        job.results()
    assert {index: outcome.counts() for index, outcome in caught.value.outcomes.items()} == {0: {"10": 1}, 2: {"10": 1}}
    assert isinstance(caught.value.failures[1], JobFailed)
    assert caught.value.failures[1].reason == "no such gate"
    assert [outcome and outcome.counts() for outcome in job.results(partial=True)] == [{"10": 1}, None, {"10": 1}]
    raw = decode_items(job.raw_result(), "braket.task_result.program_set_task_result")
    assert raw[1].failure == "no such gate"
    assert json.loads(job.raw_result()) == answer_
