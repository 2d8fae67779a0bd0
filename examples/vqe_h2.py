"""The ground-state energy of H2 by Qiskit's own estimator, in one session.

The Hamiltonian is the two-qubit one of O'Malley et al., Phys. Rev. X 6, 031007 (2016), Table I, row R = 0.75 Å, in
hartree, qubit 0 rightmost. A trial state with one parameter, exp(-iθ X0Y1)|01>, holds the ground state exactly.
"""

import math

import numpy as np
from qiskit import QuantumCircuit
from qiskit.circuit import Parameter
from qiskit.primitives import BackendEstimatorV2
from qiskit.quantum_info import SparsePauliOp
from scipy.optimize import minimize_scalar

from qrelay.azure import Workspace
from qrelay.qiskit import Provider

hydrogen = SparsePauliOp.from_list(
    [("II", 0.2252), ("IZ", 0.3435), ("ZI", -0.4347), ("ZZ", 0.5716), ("XX", 0.0910), ("YY", 0.0910)]
)
exact = np.linalg.eigvalsh(hydrogen.to_matrix())[0]

theta = Parameter("θ")
ansatz = QuantumCircuit(2)
ansatz.x(0)
ansatz.h(0)
ansatz.rx(math.pi / 2, 1)
ansatz.cx(0, 1)
ansatz.rz(2 * theta, 1)
ansatz.cx(0, 1)
ansatz.rx(-math.pi / 2, 1)
ansatz.h(0)

with Workspace.local() as workspace:
    backend = Provider(workspace).get_backend("ionq.simulator")
    with backend.open_session(name="vqe") as session:
        # Primitives run in threads of their own, so they are given the backend that is bound to the session.
        estimator = BackendEstimatorV2(backend=session.backend, options={"default_precision": 0.01})

        def energy(angle: float) -> float:
            value = float(estimator.run([(ansatz, hydrogen, [angle])]).result()[0].data.evs)
            print(f"θ = {angle:+.4f}   E = {value:+.5f}")
            return value

        found = minimize_scalar(energy, bounds=(-0.8, 0.8), method="bounded", options={"xatol": 0.01})

print(f"found {found.fun:+.5f} hartree, exact {exact:+.5f}")
assert abs(found.fun - exact) < 0.005
