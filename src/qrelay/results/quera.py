"""`braket.task_result.analog_hamiltonian_simulation_task_result`: what QuEra's cameras saw before and after the pulses.

`{"measurements": [{"shotMetadata": {"shotStatus": "Success"}, "shotResult": {"preSequence": [1, 1], "postSequence":
[1, 0]}}]}`: one entry a site. Before: 1 where there was an atom. After: 1 where an atom is in the ground state, 0 where
it is in the Rydberg state. A bit of ours is 1 for the Rydberg state, as Pulser has it; a site without an atom before
the pulses is a lost qubit.
Source: braket.task_result.analog_hamiltonian_simulation_task_result, version 1, of the package amazon-braket-schemas.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from qrelay.program import Layout, Register
from qrelay.results.braket import check_header
from qrelay.results.document import Answer, kind
from qrelay.results.outcome import Outcome
from qrelay.results.shots import LOST, split
from qrelay.results.values import matrix_of_lists

__all__ = ["decode"]

_NAME = "braket.task_result.analog_hamiltonian_simulation_task_result"
_SUCCESS = "success"


def decode(answer: Answer, layout: Layout | None, shots: int | None, seed: str) -> list[Outcome]:
    """Read one task's shots. Those of another status than "Success" are in `errors`, as the service describes them.

    Without a layout the sites that the program fills are the bits of one register `c`, the first site its lowest; all
    sites, where the answer does not repeat its program.
    """
    document = answer.document(unique_keys=True)
    check_header(answer, document, _NAME)
    before: list[Any] = []
    after: list[Any] = []
    errors: list[Any] = []
    for shot in answer.member(document, "measurements", list):
        if type(shot) is not dict:
            answer.refuse(f"a shot should be an object and is {kind(shot)}")
        about = answer.member(shot, "shotMetadata", dict)
        if answer.member(about, "shotStatus", str).lower() != _SUCCESS:
            errors.append(about)
            continue
        result = answer.member(shot, "shotResult", dict)
        before.append(answer.member(result, "preSequence", list))
        after.append(answer.member(result, "postSequence", list))
    if not before and not errors:
        answer.refuse("it has no shots")
    sites = len(before[0]) if before else layout.num_qubits if layout is not None else 0
    if layout is None:
        layout = _made_up(answer, document, sites)
    if sites != layout.num_qubits:
        answer.refuse(f"its shots have {sites} sites and the job had {layout.num_qubits}")
    there, ground = matrix_of_lists(answer, before, sites), matrix_of_lists(answer, after, sites)
    values = np.where(there == 1, 1 - ground, LOST).astype(np.uint8)
    rows = np.zeros((len(values), layout.num_clbits), dtype=np.uint8)
    written = [bit for bit, site in enumerate(layout.qubits) if site >= 0]
    rows[:, written] = values[:, [layout.qubits[bit] for bit in written]]
    usable, _, lost = split(rows, None, range(layout.num_clbits), layout)
    return [
        Outcome(
            layout=layout,
            bits=usable,
            weights=None,
            shots_asked=shots,
            shots_returned=len(rows) + len(errors),
            lost=lost or None,
            errors=tuple(errors),
            seed=seed,
        )
    ]


def _made_up(answer: Answer, document: dict[str, Any], sites: int) -> Layout:
    filled = list(range(sites))
    try:
        filling = document["additionalMetadata"]["action"]["setup"]["ahs_register"]["filling"]
    except (KeyError, TypeError):
        filling = None
    if filling is not None and sites:
        if type(filling) is not list or len(filling) != sites:
            answer.refuse(f"its program does not fill the {sites} sites that its shots have")
        filled = [site for site, full in enumerate(filling) if full]
    return Layout(len(filled), (Register("c", tuple(range(len(filled)))),), tuple(filled), sites)
