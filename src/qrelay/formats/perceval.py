"""`PERCEVAL`: a circuit as linear optics, the job of Quandela's machines on the Kipu Quantum Hub.

Dual rail: qubit q is one photon in the modes 2q and 2q + 1, the first of them for 0. Gates are those of Perceval's own
catalog. A CNOT after which both of its qubits meet no other gate on two qubits is the post-selected one, and all other
entangling gates are heralded: they add modes behind the qubits', which must show the photons that `heralds` says. Shots
count if each qubit's pair of modes has one photon; that is `postselect`. The chance of it falls with each such gate.

The document is `{"circuit", "command", "input_state", "heralds", "postselect", "parameters", "job_context"}`, in
Perceval's text form; shots are left to who sends it. `job_context` is the client's own, and holds the layout and each
qubit's modes. The format is Perceval's own serialisation, so Perceval writes it: it is imported inside of `write`.

Sources: the Hub's specification (its example of a Quandela job); perceval.quandela.net (catalog, serialisation); for
the two sorts of entangling gates Knill, "Quantum gates using linear optics and postselection" (2002), and Ralph et al.,
"Linear optical controlled-NOT gate in the coincidence basis" (2002).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from qrelay.errors import ConfigurationError, UnsupportedCircuit
from qrelay.formats.straight import straight
from qrelay.program import Operation, Program

__all__ = ["GATES", "write"]

_FORMAT = "PERCEVAL"
_CATALOG = {name: name for name in ("x", "y", "z", "h", "s", "t", "rx", "ry", "rz")}
_CATALOG |= {"sdg": "sdag", "tdg": "tdag", "p": "ph"}
_ANGLES = {"rx": "theta", "ry": "theta", "rz": "theta", "p": "phi"}
GATES = frozenset(_CATALOG) | {"cx", "cz", "swap"}
"""Gates with an optical circuit of their own; others are written in these."""


def write(program: Program) -> bytes:
    """Write a straight-line program as a job that samples its linear-optical circuit.

    Global phases, barriers and delays are left out.

    Raises:
        ConfigurationError: Perceval is not installed.
        UnsupportedCircuit: it has no qubits, or says what `straight` refuses; names the operation and its index.
    """
    gates = straight(program, GATES, _FORMAT).gates
    if not program.num_qubits:
        raise UnsupportedCircuit("The circuit has no qubits, so there is no photon to send.")
    experiment = _experiment(gates, program.num_qubits)
    from perceval.serialization import serialize

    heralds = {str(mode): count for mode, count in sorted(experiment.heralds.items())}
    document = {
        "circuit": serialize(experiment.unitary_circuit()),
        "command": "sample_count",
        "input_state": serialize(experiment.input_state),
        "heralds": heralds,
        "postselect": serialize(experiment.post_select_fn),
        "parameters": {"min_detected_photons": program.num_qubits},
        "job_context": {
            "qrelay-layout": program.layout.to_json(),
            "modes": [[2 * qubit, 2 * qubit + 1] for qubit in range(program.num_qubits)],
        },
    }
    return json.dumps(document, separators=(",", ":")).encode()


def _experiment(gates: Sequence[Operation], num_qubits: int) -> Any:
    try:
        from perceval import PERM, Encoding, Experiment, FockState, Port, PostSelect, catalog
    except ImportError as error:
        raise ConfigurationError(
            f"{_FORMAT} is Perceval's own serialisation and Perceval is not installed: pip install 'qrelay[perceval]'."
        ) from error
    experiment = Experiment(2 * num_qubits)
    for qubit in range(num_qubits):
        experiment.add_port(2 * qubit, Port(Encoding.DUAL_RAIL, f"q{qubit}"))
    last = _last_cnots(gates)
    for place, (name, qubits, angles) in enumerate(gates):
        if name == "swap":
            _swap(experiment, PERM, *qubits)
        elif len(qubits) == 2:
            kind = "heralded cz" if name == "cz" else "postprocessed cnot" if place in last else "heralded cnot"
            modes = {2 * qubit + rail: 2 * index + rail for index, qubit in enumerate(qubits) for rail in (0, 1)}
            experiment.add(modes, catalog[kind].build_experiment())
            experiment.clear_postselection()  # said once for all qubits at the end: no gate behind it can break that
        else:
            named = {_ANGLES[name]: angles[0]} if angles else {}
            experiment.add(2 * qubits[0], catalog[_CATALOG[name]].build_experiment(**named))
    pairs = (f"[{2 * qubit},{2 * qubit + 1}]==1" for qubit in range(num_qubits))
    experiment.set_postselection(PostSelect(" & ".join(pairs)))
    experiment.min_detected_photons_filter(num_qubits)
    experiment.with_input(FockState([1, 0] * num_qubits))
    return experiment


def _swap(experiment: Any, permutation: Any, one: int, other: int) -> None:
    low, high = sorted((one, other))
    order = list(range(2 * (high - low + 1)))
    order[:2], order[-2:] = order[-2:], order[:2]
    experiment.add(2 * low, permutation(order))


def _last_cnots(gates: Sequence[Operation]) -> set[int]:
    """CNOTs whose success may be read off the qubits at the end, because nothing entangles these afterwards.

    A swap moves photons of two qubits without mixing them, so it is no reason against.
    """
    found = set()
    entangled: set[int] = set()
    for place in range(len(gates) - 1, -1, -1):
        name, qubits, _ = gates[place]
        if name == "swap":
            one, other = qubits
            entangled = {other if qubit == one else one if qubit == other else qubit for qubit in entangled}
        elif len(qubits) == 2:
            if name == "cx" and entangled.isdisjoint(qubits):
                found.add(place)
            entangled.update(qubits)
    return found
