"""The exact judge of QIR, judged: by the QDK's simulator on the same modules, and on modules that nobody here wrote."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("qiskit")
pytest.importorskip("pyqir")

from hypothesis import HealthCheck, assume, given, settings
from judges import exact, payloads, qir

import qrelay
from conformance import qiskit_circuits

_MODULE = """
%Result = type opaque
%Qubit = type opaque
define void @main() #0 {{
entry:
  call void @__quantum__rt__initialize(i8* null)
  br label %body
body:
{body}
  br label %measurements
measurements:
  call void @__quantum__qis__mz__body(%Qubit* null, %Result* inttoptr (i64 1 to %Result*))
  call void @__quantum__qis__mz__body(%Qubit* inttoptr (i64 1 to %Qubit*), %Result* null)
{behind}
  br label %output
output:
  call void @__quantum__rt__tuple_record_output(i64 2, i8* null)
  call void @__quantum__rt__array_record_output(i64 1, i8* null)
  call void @__quantum__rt__result_record_output(%Result* null, i8* null)
  call void @__quantum__rt__array_record_output(i64 1, i8* null)
  call void @__quantum__rt__result_record_output(%Result* inttoptr (i64 1 to %Result*), i8* null)
  ret void
}}
declare void @__quantum__rt__initialize(i8*)
declare void @__quantum__rt__tuple_record_output(i64, i8*)
declare void @__quantum__rt__array_record_output(i64, i8*)
declare void @__quantum__rt__result_record_output(%Result*, i8*)
declare void @__quantum__qis__mz__body(%Qubit*, %Result* writeonly) #1
declare void @__quantum__qis__reset__body(%Qubit*) #1
declare void @__quantum__qis__h__body(%Qubit*)
declare void @__quantum__qis__ry__body(double, %Qubit*)
declare void @__quantum__qis__s__adj(%Qubit*)
declare void @__quantum__qis__cx__body(%Qubit*, %Qubit*)
attributes #0 = {{ "entry_point" "output_labeling_schema" "qir_profiles"="base_profile" "required_num_qubits"="2"
 "required_num_results"="2" }}
attributes #1 = {{ "irreversible" }}
!llvm.module.flags = !{{!0, !1, !2, !3}}
!0 = !{{i32 1, !"qir_major_version", i32 1}}
!1 = !{{i32 7, !"qir_minor_version", i32 0}}
!2 = !{{i32 1, !"dynamic_qubit_management", i1 false}}
!3 = !{{i32 1, !"dynamic_result_management", i1 false}}
"""
_BODY = """
  call void @__quantum__qis__ry__body(double 0.9, %Qubit* null)
  call void @__quantum__qis__ry__body(double 0.3, %Qubit* inttoptr (i64 1 to %Qubit*))
  call void @__quantum__qis__cx__body(%Qubit* null, %Qubit* inttoptr (i64 1 to %Qubit*))
  call void @__quantum__qis__h__body(%Qubit* null)
  call void @__quantum__qis__s__adj(%Qubit* null)
  call void @__quantum__qis__ry__body(double 0.4, %Qubit* null)
"""
_GROUPS = (("a", (0,)), ("b", (1,)))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(qiskit_circuits.straight_circuits())
def test_it_agrees_with_the_qdk(circuit: Any) -> None:
    payload = qrelay.encode(circuit, "qir.v1")
    found = qir.distribution(payload.data, payload.layout.groups)
    assume(found is not None)
    seen = qir.memories(qir.run(payload.data, 300), payload.layout.groups)
    assert exact.p_value(seen, found) > 1e-6


def test_blocks_one_after_the_other_and_outputs_of_others() -> None:
    """A module as other compilers write it; the QDK's shots tell that the exact answer is not just anything."""
    data = _MODULE.format(body=_BODY, behind="").encode()
    found = qir.distribution(data, _GROUPS)
    assert found is not None
    assert sum(found.values()) == pytest.approx(1)
    assert len(found) == 4
    assert exact.p_value(qir.memories(qir.run(data, 2000), _GROUPS), found) > 1e-6
    other = {memory ^ 1: weight for memory, weight in found.items()}
    assert exact.p_value(qir.memories(qir.run(data, 2000), _GROUPS), other) < 1e-6


@pytest.mark.parametrize("call", ["h", "reset"])
def test_modules_that_go_on_after_a_measurement_are_left_to_the_qdk(call: str) -> None:
    behind = f"  call void @__quantum__qis__{call}__body(%Qubit* null)"
    assert qir.distribution(_MODULE.format(body=_BODY, behind=behind).encode(), _GROUPS) is None


def test_large_modules_must_please_the_qdk_too(monkeypatch: pytest.MonkeyPatch) -> None:
    from qiskit import QuantumCircuit

    circuit = QuantumCircuit(6, 6)
    circuit.x([0, 4])
    circuit.measure(range(6), range(6))
    payload = qrelay.encode(circuit, "qir.v1")
    assert payloads.distribution(payload, 1) == payloads.Found({0b010001: pytest.approx(1)}, is_exact=True)
    theirs = qir.run
    monkeypatch.setattr(qir, "run", lambda data, shots: [[1 - bit for bit in one] for one in theirs(data, shots)])
    with pytest.raises(ValueError, match="the QDK gives"):
        payloads.distribution(SimpleNamespace(format="qir.v1", data=payload.data, layout=payload.layout), 1)
