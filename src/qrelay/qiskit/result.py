"""Qiskit's Result from outcomes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from qiskit import QuantumCircuit
from qiskit.exceptions import QiskitError
from qiskit.result import Result
from qiskit.result.postprocess import format_counts_memory

from qrelay.program import Layout

if TYPE_CHECKING:
    from qrelay.errors import QrelayError
    from qrelay.results import Outcome

__all__ = ["RelayResult", "experiment", "failed_experiment", "header"]


class RelayResult(Result):  # type: ignore[misc] # Qiskit is untyped
    """Qiskit's Result that finds a circuit by the object you ran, so circuits of equal names are never mixed up.

    `get_counts(circuit)` of a job that ran several circuits of one name returns the one that was run; asked by a name
    that several share, or by another circuit of such a name, it raises a QiskitError: ask by index then.
    """

    _run: Sequence[QuantumCircuit] = ()

    @classmethod
    def build(
        cls,
        *,
        backend_name: str,
        job_id: str,
        experiments: list[dict[str, Any]],
        circuits: Sequence[QuantumCircuit] = (),
    ) -> RelayResult:
        """The Result of a job; `circuits` are the objects that were run, in order, where this process knows them."""
        good = all(one["success"] for one in experiments)
        result: RelayResult = cls.from_dict(
            {
                "backend_name": backend_name,
                "backend_version": "",
                "qobj_id": None,  # required by Qiskit 1.4, kept as plain metadata by 2.x
                "job_id": job_id,
                "success": good,
                "status": "COMPLETED" if good else "PARTIAL COMPLETED",
                "results": experiments,
            }
        )
        result._run = tuple(circuits)
        return result

    def data(self, experiment: Any = None) -> Any:
        """Hex counts, `memory` if asked for, and exact `probabilities` by bit string where the target reports them."""
        return super().data(self._place(experiment))

    def get_counts(self, experiment: Any = None) -> Any:
        """Counts by bit string: registers separated by spaces, the last one first, each highest bit first."""
        return super().get_counts(self._place(experiment))

    def get_memory(self, experiment: Any = None) -> Any:
        """The shots as bit strings written like those of `get_counts`, one for every usable shot."""
        return super().get_memory(self._place(experiment))

    def _place(self, experiment: Any) -> Any:
        """The index that is meant by a circuit or a name; anything else goes on to Qiskit as it is."""
        if isinstance(experiment, QuantumCircuit):
            places = {index for index, circuit in enumerate(self._run) if circuit is experiment}
            if len(places) == 1:
                return places.pop()
            name = experiment.name
        elif isinstance(experiment, str):
            name = experiment
        else:
            return experiment
        same = [index for index, one in enumerate(self.results) if _name(one) == name]
        if len(same) > 1:
            raise QiskitError(f"Results {same} all belong to circuits called {name!r}: ask for one by its index.")
        return experiment


def _name(one: Any) -> str | None:
    head = getattr(one, "header", None)
    return head.get("name") if isinstance(head, Mapping) else getattr(head, "name", None)


def experiment(
    outcome: Outcome, *, memory: bool, name: str = "", metadata: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """One circuit's entry of the Result.

    `shots` are the usable ones; what was asked for and what came back stand beside it, as does whether the service
    reported single shots (`per_shot`): if it did not, the memory is the histogram in an order seeded by the job's id.
    """
    head = header(outcome.layout, name=name, metadata=metadata)
    data: dict[str, Any] = {"counts": outcome.hex_counts()}
    if memory:
        data["memory"] = outcome.hex_memory()
    if outcome.probabilities is not None:
        data["probabilities"] = _probabilities(outcome.probabilities, outcome.layout, head)
    return {
        "shots": outcome.shots_usable,
        "success": True,
        "status": "DONE",
        "meas_level": 2,
        "data": data,
        "header": head,
        "shots_asked": outcome.shots_asked,
        "shots_returned": outcome.shots_returned,
        "per_shot": outcome.per_shot,
    }


def _probabilities(by_text: Mapping[str, float], layout: Layout, head: Mapping[str, Any]) -> dict[str, float]:
    """The exact figures under the keys that `get_counts` has, also where registers share bits or leave some out."""
    order = [bit for _, bits in reversed(layout.groups) for bit in reversed(bits)]
    found = {}
    for text, probability in by_text.items():
        value = sum(1 << bit for bit, char in zip(order, text.replace(" ", ""), strict=True) if char == "1")
        found[format_counts_memory(hex(value), head)] = probability
    return found


def failed_experiment(
    error: QrelayError, *, layout: Layout | None, name: str = "", metadata: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The entry of a circuit that has no result: its status says why."""
    return {
        "shots": 0,
        "success": False,
        "status": f"ERROR: {error}",
        "meas_level": 2,
        "data": {},
        "header": header(layout or Layout(0, (), (), 0), name=name, metadata=metadata),
    }


def header(layout: Layout, *, name: str = "", metadata: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """What Qiskit cuts bit strings by. `creg_sizes` tile the memory from bit 0 up.

    Classical bits outside every register stand as entries without a name. Where registers share or permute bits no
    tiling says what they hold; the bit string is then the whole memory, highest bit first, without spaces.
    """
    return {
        "name": name or layout.name,
        "n_qubits": layout.num_qubits,
        "qreg_sizes": [["q", layout.num_qubits]],
        "creg_sizes": _tiles(layout),
        "memory_slots": layout.num_clbits,
        "global_phase": 0.0,
        "metadata": dict(metadata or {}),
    }


def _tiles(layout: Layout) -> list[list[Any]]:
    tiles: list[list[Any]] = []
    position = 0
    for register in layout.registers:
        start = register.bits[0] if register.bits else position
        if start < position or register.bits != tuple(range(start, start + register.size)):
            return []
        if start > position:
            tiles.append(["", start - position])
        tiles.append([register.name, register.size])
        position = start + register.size
    if position < layout.num_clbits:
        tiles.append(["", layout.num_clbits - position])
    return tiles
