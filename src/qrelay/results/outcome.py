"""Outcome: what a job measured, as honestly as the service reported it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qrelay.errors import IncompleteResult, InvalidOption, QrelayError
from qrelay.program import Layout
from qrelay.results import packing

__all__ = ["LostShots", "Outcome"]

_MOST_EXPANDED = 1 << 28


class LostShots(UserWarning):
    """Shots were left out of counts and memory: qubits were lost, or shots ended in an error."""


@dataclass(frozen=True, eq=False, repr=False)
class Outcome:
    """Usable shots of one circuit.

    Bit strings are written as Qiskit writes them: registers separated by a space, the last register leftmost, each
    register's highest bit leftmost. Every classical bit stands there once, as `Layout.groups` has it: a bit that
    registers share stands in the first of them, bits outside every register stand leftmost. Where one register is
    asked for by name, it has all its bits, shared ones included.

    Three numbers of shots: `shots_asked`, `shots_returned`, `shots_usable`. What was returned and is not usable is in
    `lost` and `errors`.

    Readings raise InvalidOption for a register that is not there or whose name several have, and IncompleteResult where
    the service reported probabilities and the number of shots is unknown. Readings shot by shot raise QrelayError for a
    histogram of more shots than fit into the memory.

    Attributes:
        layout: registers and bits; the circuit's own, or made up from the answer's shape if it was read without one.
        bits: the usable shots' classical bits, a uint8 array, shape (rows, ceil(num_clbits / 8)), read-only; bit i of
            the memory is bit i % 8 of byte i // 8. A row is a shot, or an entry of a histogram: see `weights`.
        weights: int64 array, shape (rows,), how many shots each row stands for: the service's counts, or shares of
            `shots_returned` made from its probabilities by largest remainder. None when each row is one shot, in the
            order the service reported.
        shots_asked: what the job asked for; None if unknown.
        shots_returned: what came back, lost and faulty shots included, as counted in the answer. An answer of
            probabilities that tells no such number: there it is `shots_asked`, or 0 if that is unknown.
        probabilities: the service's figures, 0 to 1, by bit string written as in `counts()`, ascending by value and
            zeros included; those of states that differ in unmeasured qubits are added. They sum to 1 but for the
            service's rounding, and to less where outcomes have lost qubits. None where it reports shots or counts.
        lost: shots with a lost qubit, by bit string written as in `counts()` with '-' for each lost bit; left out of
            `bits`. None if there are none.
        errors: shots that ended in an error, one entry a shot: what the service put under "Error", as it came, such as
            `{"Code": "0x20", "Name": …}`; left out of `bits`.
        seed: any text; fixes the order of `memory()` where the service reports no single shots. A job sets its id.
    """

    layout: Layout
    bits: NDArray[np.uint8]
    weights: NDArray[np.int64] | None
    shots_asked: int | None
    shots_returned: int
    probabilities: Mapping[str, float] | None = None
    lost: Mapping[str, int] | None = None
    errors: tuple[Any, ...] = ()
    seed: str = ""

    def __post_init__(self) -> None:
        if (
            self.bits.dtype != np.uint8
            or self.bits.ndim != 2
            or self.bits.shape[1] != (self.layout.num_clbits + 7) // 8
        ):
            raise ValueError(f"packed bits of shape {self.bits.shape} for {self.layout.num_clbits} classical bits")
        if self.weights is not None and self.weights.shape != (len(self.bits),):
            raise ValueError(f"weights of shape {self.weights.shape} for {len(self.bits)} rows")
        for array in (self.bits, self.weights):
            if array is not None:
                array.flags.writeable = False

    # --- numbers -----------------------------------------------------------------------------------------------------

    @property
    def per_shot(self) -> bool:
        """Whether the service reported single shots. If not, `memory()` is the histogram in a seeded order."""
        return self.weights is None

    @property
    def shots_usable(self) -> int:
        """Shots in counts and memory: returned ones without lost qubits and errors."""
        return len(self.bits) if self.weights is None else int(self.weights.sum())

    # --- the whole memory --------------------------------------------------------------------------------------------

    def counts(self, register: str | None = None) -> dict[str, int]:
        """Shots by bit string, of all registers or of one; ascending by value. Sums to `shots_usable`.

        Counted from single shots; else the service's counts, or made from its probabilities (see `weights`).
        """
        self._check_shots()
        if register is None:
            keys, weights, _ = self._histogram
            return dict(zip(self._texts(keys), weights.tolist(), strict=True))
        columns = self._columns(register)
        first, weights, _ = packing.distinct(self._packed_rows(columns), self.weights)
        matrix = packing.unpack(self.bits[first], self.layout.num_clbits)
        return dict(zip(packing.texts(matrix, [columns]), weights.tolist(), strict=True))

    def int_counts(self, register: str | None = None) -> dict[int, int]:
        """Shots by number, of the whole memory or of one register; ascending. The figures are those of `counts()`.

        Classical bit 0 of the program is the least significant, or the register's own lowest bit.
        """
        self._check_shots()
        if register is None:
            keys, weights, _ = self._histogram
            return dict(zip(packing.integers(keys), weights.tolist(), strict=True))
        rows = self._packed_rows(self._columns(register))
        first, weights, _ = packing.distinct(rows, self.weights)
        return dict(zip(packing.integers(rows[first]), weights.tolist(), strict=True))

    def hex_counts(self) -> dict[str, int]:
        """Shots by hexadecimal number, `0x1f`: `int_counts()` as Qiskit's results hold it, without leading zeros."""
        return {hex(value): count for value, count in self.int_counts().items()}

    # --- shot by shot ------------------------------------------------------------------------------------------------

    def memory(self, register: str | None = None) -> list[str]:
        """One bit string a usable shot, of all registers or of one; `shots_usable` in number, the same list each time.

        In the service's own order if `per_shot`; else the histogram expanded, in an order that `seed` fixes. The
        registers' memories belong together, shot by shot.
        """
        self._check_shots()
        if register is None:
            keys, _, shots = self._shots
            strings = self._texts(keys)
        else:
            keys, _, shots = self._shots
            strings = packing.texts(packing.unpack(keys, self.layout.num_clbits), [self._columns(register)])
        return [strings[shot] for shot in shots.tolist()]

    def hex_memory(self) -> list[str]:
        """One hexadecimal number a usable shot, as `hex_counts()` writes them, in the order of `memory()`."""
        self._check_shots()
        keys, _, shots = self._shots
        words = [hex(value) for value in packing.integers(keys)]
        return [words[shot] for shot in shots.tolist()]

    def shot_bits(self, register: str | None = None) -> NDArray[np.uint8]:
        """Zeros and ones, a uint8 array, shape (shots_usable, bits), lowest bit first, rows in the order of `memory()`.

        Columns are all classical bits of the program, bit 0 in column 0, or the bits of one register.
        """
        self._check_shots()
        keys, _, shots = self._shots
        matrix = packing.unpack(keys, self.layout.num_clbits)
        return matrix[shots] if register is None else matrix[:, self._columns(register)][shots]

    # --- inside ------------------------------------------------------------------------------------------------------

    @cached_property
    def _histogram(self) -> tuple[NDArray[np.uint8], NDArray[np.int64], NDArray[np.intp]]:
        """Distinct rows in ascending order, their weights, and each row's place among them."""
        first, weights, group = packing.distinct(self.bits, self.weights)
        return self.bits[first], weights, group

    @cached_property
    def _shots(self) -> tuple[NDArray[np.uint8], NDArray[np.int64], NDArray[np.intp]]:
        """The histogram, and for each shot its place in it."""
        keys, weights, group = self._histogram
        if self.weights is None:
            return keys, weights, group
        if self.shots_usable > _MOST_EXPANDED:
            raise QrelayError(
                f"The answer counts {self.shots_usable} shots, too many to be written out one by one: read counts()."
            )
        expanded = np.repeat(np.arange(len(keys), dtype=np.intp), weights)
        return keys, weights, expanded[packing.seeded_order(len(expanded), self.seed)]

    def _texts(self, packed: NDArray[np.uint8]) -> list[str]:
        matrix = packing.unpack(packed, self.layout.num_clbits)
        return packing.texts(matrix, [bits for _, bits in self.layout.groups])

    def _packed_rows(self, columns: Sequence[int]) -> NDArray[np.uint8]:
        return packing.pack(packing.unpack(self.bits, self.layout.num_clbits)[:, list(columns)])

    def _columns(self, register: str) -> list[int]:
        found = [own for own in self.layout.registers if own.name == register]
        if len(found) == 1:
            return list(found[0].bits)
        if found:
            raise InvalidOption(
                f"There are {len(found)} registers {register!r} in this outcome, one for each measurement under that "
                "name: read shot_bits(), whose columns are the bits that `layout.registers` lists for each.",
                option="register",
            )
        names = ", ".join(repr(own.name) for own in self.layout.registers) or "none"
        raise InvalidOption(
            f"There is no register {register!r} in this outcome; there are: {names}.", option="register"
        )

    def _check_shots(self) -> None:
        """An answer of probabilities, read without a number of shots, has no counts to give: say so, give no zeros."""
        if self.probabilities is not None and self.shots_asked is None and self.shots_returned == 0:
            raise IncompleteResult(
                "The answer holds probabilities, and the number of shots is unknown: pass shots= when decoding it, "
                "or read `.probabilities`.",
                asked=None,
                returned=0,
                usable=0,
            )

    def __repr__(self) -> str:
        registers = ", ".join(f"{register.name}[{register.size}]" for register in self.layout.registers)
        parts = [registers or f"{self.layout.num_clbits} bits"]
        asked = "" if self.shots_asked is None else f", {self.shots_asked} asked"
        parts.append(f"{self.shots_usable} usable of {self.shots_returned} shots returned{asked}")
        if self.lost:
            parts.append(f"{sum(self.lost.values())} with lost qubits")
        if self.errors:
            parts.append(f"{len(self.errors)} errors")
        parts.append("shot by shot" if self.per_shot else "as a histogram")
        if self.probabilities is not None:
            parts.append("exact probabilities")
        return f"<Outcome: {'; '.join(parts)}>"
