"""`BRAKET_OPEN_QASM_V3` judged by Amazon's own reader and state vector simulator."""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np
from numpy.typing import NDArray


def circuit(data: bytes) -> Any:
    """The program as Amazon's reader has it, held against what the services' descriptions ask for.

    One register of qubits and one of bits, no include and no slice, every qubit used, and each measured exactly once.
    """
    from braket.default_simulator import StateVectorSimulator
    from braket.ir.openqasm import Program

    text = data.decode()
    if re.search(r"^\s*include|:\s*\d+\]", text, re.MULTILINE):
        raise ValueError("an include or a slice")
    sizes = re.findall(r"^(qubit|bit)\[(\d+)\] \w+;$", text, re.MULTILINE)
    read = StateVectorSimulator().parse_program(Program(source=text)).circuit
    read.validate_single_measured_register()
    count = int(dict(sizes).get("qubit", 0))
    if len(sizes) != (2 if count else 0) or read.qubit_set != set(range(count)):
        raise ValueError(f"registers {sizes} and used qubits {read.qubit_set}")
    if sorted(read.measured_qubits) != list(range(count)):
        raise ValueError(f"measured qubits {read.measured_qubits} of {count}")
    return read


def statevector(data: bytes) -> NDArray[np.complex128]:
    """The final state, index = number whose bit q is qubit q."""
    from braket.default_simulator import StateVectorSimulator

    read = circuit(data)
    count = read.num_qubits
    if count == 0:
        return np.ones(1, dtype=complex)
    simulation = StateVectorSimulator().initialize_simulation(qubit_count=count, shots=0, batch_size=1)
    simulation.evolve(read.instructions)
    return np.asarray(simulation.state_vector).reshape((2,) * count).transpose(range(count)[::-1]).reshape(-1)


def task_result(data: bytes, shots: int) -> dict[str, Any]:
    """The document that Amazon's simulator answers with; its values are text, which its own schema turns into ints."""
    from braket.default_simulator import StateVectorSimulator
    from braket.ir.openqasm import Program
    from braket.task_result import GateModelTaskResult

    result = StateVectorSimulator().run_openqasm(Program(source=data.decode()), shots=shots)
    document: dict[str, Any] = json.loads(GateModelTaskResult.parse_raw(result.json()).json())
    return document
