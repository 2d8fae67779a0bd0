"""cirq-ionq's native gates, known by their names and their matrices: nobody needs to install it for Cirq's sake."""

from __future__ import annotations

from math import pi
from typing import Any

import cirq
import numpy as np

from qrelay.cirq.gates import Meaning, number
from qrelay.errors import UnboundParameters
from qrelay.program.gates import GATES

__all__ = ["native"]

_NATIVE = {
    "GPIGate": ("gpi", ("phi",)),
    "GPI2Gate": ("gpi2", ("phi",)),
    "MSGate": ("ms", ("phi0", "phi1", "theta")),
    "ZZGate": ("rzz", ("theta",)),
}
"""Name of the class → the table's gate, and the attributes that hold its angles, in turns all of them."""


def native(gate: Any) -> Meaning | None:
    """The row of the table that is a gate of IonQ's, exactly; None for other gates.

    Raises UnboundParameters for symbols without values, TypeError for parameters that are no real numbers.
    """
    known = _NATIVE.get(type(gate).__name__)
    if known is None or not all(hasattr(gate, name) for name in known[1]):
        return None
    name, attributes = known
    values = [getattr(gate, attribute) for attribute in attributes]
    unbound = {str(symbol) for value in values for symbol in getattr(value, "free_symbols", ())}
    if unbound:  # Cirq does not know: these gates do not say that they have parameters
        raise UnboundParameters(sorted(unbound))
    params = tuple([2 * pi * number(value) for value in values])
    matrix, row = cirq.unitary(gate, None), GATES[name].matrix(*params)
    order = [0, 1] if len(row) == 2 else [0, 2, 1, 3]  # Cirq's first qubit is its most significant
    if matrix is None or matrix.shape != row.shape:
        return None
    if not np.allclose(matrix, row[np.ix_(order, order)], rtol=0, atol=1e-12):
        return None
    return ((name, tuple(range(len(row) // 2)), params),), 0.0
