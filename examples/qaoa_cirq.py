"""MaxCut by QAOA in Cirq: a grid of angles as one sweep, then a closer look at the best, in one session.

One layer of Farhi, Goldstone and Gutmann, arXiv:1411.4028, on a graph of five vertices. The sampler is a
`cirq.Sampler`, so whatever takes one takes this one. A sweep goes out as one list: its points run side by side.
"""

import itertools

import cirq
import numpy as np
import sympy

from qrelay.azure import Workspace
from qrelay.cirq import Service

edges = [(0, 1), (1, 2), (2, 3), (3, 4), (4, 0), (1, 3)]
qubits = cirq.LineQubit.range(5)
gamma, beta = sympy.symbols("gamma beta")

ansatz = cirq.Circuit(
    cirq.H.on_each(*qubits),
    (cirq.ZZ(qubits[a], qubits[b]) ** gamma for a, b in edges),
    cirq.rx(2 * beta).on_each(*qubits),
    cirq.measure(*qubits, key="side"),
)


def cut(sides: np.ndarray) -> np.ndarray:
    """How many edges have their ends on different sides, repetition by repetition."""
    return sum(sides[:, a] ^ sides[:, b] for a, b in edges)


largest = max(int(cut(np.array([sides]))[0]) for sides in itertools.product((0, 1), repeat=5))

with Workspace.local() as workspace:
    sampler = Service(workspace).sampler("ionq.simulator")
    with sampler.open_session(name="qaoa") as session:
        grid = cirq.Linspace("gamma", 0.0, 0.5, 6) * cirq.Linspace("beta", 0.0, 1.5, 6)
        results = sampler.run_sweep(ansatz, grid, repetitions=200)
        best = max(results, key=lambda result: cut(result.measurements["side"]).mean())
        result = sampler.run(ansatz, best.params, repetitions=1000)
        print(f"{len(session.jobs())} jobs in session {session.name}")

cuts = cut(result.measurements["side"])
print(f"at {dict(best.params.param_dict)} the mean cut is {cuts.mean():.2f}, the best {cuts.max()} of {largest}")
assert cuts.max() == largest
assert cuts.mean() > len(edges) / 2 + 0.5  # guessing cuts half of the edges
