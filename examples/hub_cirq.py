"""Cirq on the Kipu Quantum Hub: how far an interaction turns a qubit, as one sweep, several circuits in one job.

QUDORA's backends take up to 500 circuits in a job. The whole sweep is sent in one request; its results come in order.
"""

import cirq
import numpy as np
import sympy

from qrelay.cirq import Service
from qrelay.kipu import Hub

control, target = cirq.LineQubit.range(2)
angle = sympy.Symbol("angle")
circuit = cirq.Circuit(
    cirq.X(control),
    cirq.ry(angle)(target).controlled_by(control),
    cirq.measure(target, key="turned"),
    cirq.measure(control, key="control", invert_mask=(True,)),
)

with Hub.local() as hub:
    sampler = Service(hub).sampler("qudora.sim.xg1")
    sweep = cirq.Linspace("angle", 0, np.pi, 9)
    job = sampler.submit(circuit, params=sweep, repetitions=1000)
    for result in job.results():
        measured, turn = result.measurements["turned"].mean(), float(result.params.value_of("angle"))
        exact = np.sin(turn / 2) ** 2
        print(f"{turn:.3f}  measured {measured:.3f}  exact {exact:.3f}")
        assert abs(measured - exact) < 0.08  # five standard errors where they are largest
        assert not result.measurements["control"].any()  # 1, inverted
    print(f"{job.count} circuits in {hub.jobs_submitted} job")
    assert (job.count, hub.jobs_submitted) == (9, 1)
