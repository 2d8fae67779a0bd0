"""The Hub's backends as data: what each family takes. New and unknown backends work by the service's description.

Sources: the input and parameter schemas of the specification, descriptions of backends as the service has them, and
what qhub-quantum 1.18.1 sends to each family and how it reads the answers. What the service says of a backend itself
comes first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from qrelay.cloud.target import Limits, Target
from qrelay.formats import INPUT_FORMATS
from qrelay.formats.option_values import gates_of_a_machine
from qrelay.kipu.models import Backend, Configuration, Connectivity, ShotsRange

__all__ = ["Family", "describe", "family_of"]


@dataclass(frozen=True, slots=True)
class Family:
    """Backends whose id begins with `prefix`. The longest prefix that fits describes a backend.

    Attributes:
        formats: what to send if the service does not say what it takes.
        outputs: for each input format the name of the answer's format; a format without one is handed out raw.
        compiled: gates that the service compiles itself, beside those that it describes.
        verbatim: gates that it describes and takes inside of verbatim boxes only, which qrelay does not write.
        most_circuits: circuits in one job, of which qrelay can read the answers.
        same_qubits: the circuits of one job must all measure the same qubits.
        all_shots: whether the shots of a job with several circuits are those of all of them together.
        circuits: whether it runs circuits at all; analog and photonic machines do not, whatever formats they list.
        midcircuit, control_flow: as a Target has them; the service's descriptions do not say.
        qubit_prefix: what the machine's own names of its qubits have in front of the ids that the Hub lists.
    """

    prefix: str
    formats: tuple[str, ...] = ()
    outputs: Mapping[str, str] = field(default_factory=dict)
    gates: frozenset[str] = frozenset()
    num_qubits: int | None = None
    shots: Limits = field(default_factory=Limits)
    options: Mapping[str, str] = field(default_factory=dict)
    compiled: frozenset[str] = frozenset()
    verbatim: frozenset[str] = frozenset()
    most_circuits: int = 1
    same_qubits: bool = False
    all_shots: bool = False
    sessions: bool = False
    circuits: bool = True
    midcircuit: bool = False
    control_flow: frozenset[str] = frozenset()
    qubit_prefix: str = ""


_QASM2, _BRAKET, _IONQ = "OPEN_QASM_V2", "BRAKET_OPEN_QASM_V3", "IONQ_CIRCUIT_V1"
_IQM, _AQT, _QPY, _PERCEVAL = "IQM_JOB_INPUT_V1", "AQT_JOB_INPUT_V1", "QISKIT_QPY", "PERCEVAL"
_AHS = "BRAKET_AHS_PROGRAM"
_BRAKET_OUT = {_BRAKET: "braket.task_result.gate_model_task_result"}
_IONQ_OUT = {_IONQ: "ionq.quantum-results.v1"}
_AHS_OUT = {_AHS: "braket.task_result.analog_hamiltonian_simulation_task_result"}
_OUTPUT_FORMATS = {  # of a backend's own description
    "IONQ_RESULT_V1": "ionq.quantum-results.v1",
    "MICROSOFT_QUANTUM_RESULTS_V2": "microsoft.quantum-results.v2",
}

_QSIM_OPTIONS = {
    "mode": "'sample' (the default), 'statevector' or 'amplitudes'; the last two: raw_result(), decode()",
    "bitstrings": "with mode 'amplitudes': which ones, such as ['00', '11']",
    "max_fused_gate_size": "how far gates are fused before they are applied, 2 unless said otherwise",
    "cpu_threads": "threads of the simulation; 0 lets it choose",
}
_QUDORA_OPTIONS = {"backend_settings": "settings of QUDORA's own interface, an object"}
_BRAKET_OPTIONS = {
    "disable_qubit_rewiring": "True to run on the qubits as they are numbered",
    "qubit_count": "number of qubits, where it cannot be read from the program",
}
_IBM_OPTIONS = {
    "max_execution_time": "seconds that the job may run",
    "log_level": "'critical', 'error', 'warning', 'info' or 'debug'",
}
_EVERYWHERE = frozenset(
    {"cx", "cz", "h", "id", "rx", "ry", "rz", "s", "sdg", "swap", "t", "tdg", "x", "y", "z"}
)  # fmt: skip

_FAMILIES: tuple[Family, ...] = (
    Family(
        "kipu.sim.qsim", (_QASM2,), {_QASM2: "kipu.qsim.result"}, _EVERYWHERE, 24, Limits(1, 100_000),
        options=_QSIM_OPTIONS,
    ),
    Family(
        "qudora.", (_QASM2,), {_QASM2: "qudora.result"}, frozenset({"r", "rxx"}), None, Limits(1, 10_000),
        options=_QUDORA_OPTIONS, compiled=_EVERYWHERE, most_circuits=500,
    ),
    Family("azure.ionq.", (_IONQ,), _IONQ_OUT, _EVERYWHERE, None, Limits(1, 10_000)),
    Family("azure.ionq.simulator", (_IONQ,), _IONQ_OUT, _EVERYWHERE, 29, Limits(1, 10_000)),
    # whether the range of shots holds for a program set or for each of its circuits nobody says: hence one circuit
    Family("aws.", (_BRAKET,), _BRAKET_OUT, _EVERYWHERE, options=_BRAKET_OPTIONS, all_shots=True),
    Family("aws.sim.sv1", (_BRAKET,), _BRAKET_OUT, _EVERYWHERE, 34, Limits(1, 100_000), _BRAKET_OPTIONS),
    Family("aws.sim.dm1", (_BRAKET,), _BRAKET_OUT, _EVERYWHERE, 17, Limits(1, 100_000), _BRAKET_OPTIONS),
    Family(
        "aws.ionq.", (_BRAKET,), _BRAKET_OUT, _EVERYWHERE - {"cz", "id"}, None, Limits(100, 5_000), _BRAKET_OPTIONS,
        verbatim=frozenset({"gpi", "gpi2", "rzz"}), all_shots=True,  # native, not among its supportedOperations
    ),
    Family(
        "aws.rigetti.", (_BRAKET,), _BRAKET_OUT, _EVERYWHERE, None, Limits(10, 50_000), _BRAKET_OPTIONS, all_shots=True
    ),
    Family("aws.quera.", (_AHS,), _AHS_OUT, shots=Limits(1, 1_000), circuits=False),
    Family("quandela.", (_PERCEVAL,), circuits=False),
    Family(
        "iqm.", (_IQM,), {_IQM: "iqm.result"}, frozenset({"r", "cz"}), None, Limits(1, 200_000), most_circuits=100,
        same_qubits=True, qubit_prefix="QB",
    ),
    Family(
        "aqt.", (_AQT,), {_AQT: "aqt.result"}, frozenset({"r", "rz", "rxx"}), 12, Limits(1, 2_000), most_circuits=50
    ),
    Family(
        "ibm.", (_QPY,), {_QPY: "ibm.runtime.result"}, frozenset({"cz", "id", "rz", "sx", "x"}), None,
        Limits(1, 100_000), _IBM_OPTIONS, most_circuits=100, sessions=True,
        midcircuit=True, control_flow=frozenset({"if"}),  # "dynamic circuits", as IBM's configurations list them
    ),
)  # fmt: skip
_UNKNOWN = Family("", outputs={**_BRAKET_OUT, **_IONQ_OUT}, gates=_EVERYWHERE)

_STATES = {  # of a backend; what is not said, or UNKNOWN, says nothing against it
    "PAUSED": (True, True),
    "OFFLINE": (False, False),
    "RETIRED": (False, False),
}


def family_of(backend_id: str) -> Family:
    """What is known of a backend by its id."""
    name = backend_id.lower()
    fitting = [family for family in _FAMILIES if name.startswith(family.prefix)]
    return max(fitting, key=lambda family: len(family.prefix), default=_UNKNOWN)


def describe(backend: Backend) -> Target:
    """One backend: what the service says of it, and what its family is known to take where the service is silent."""
    family = family_of(backend.id)
    configuration = backend.configuration or Configuration()
    listed = _formats(configuration, family)
    circuits = _runs_circuits(backend, configuration, family)
    own = _OUTPUT_FORMATS.get(configuration.output_format.upper())
    available, degraded = _STATES.get(backend.status.upper(), (True, False))
    documentation = backend.documentation
    return Target(
        id=backend.id,
        provider=backend.provider,
        available=available,
        degraded=degraded,
        status=backend.status or "Unknown",
        num_qubits=_positive(configuration.qubit_count) or family.num_qubits,
        formats=tuple(name for name in listed if name in INPUT_FORMATS) if circuits else (),
        unwritten=tuple(name for name in listed if name not in INPUT_FORMATS) if circuits else (),
        outputs={name: own or family.outputs.get(name, "") for name in (listed if circuits else family.formats)},
        gates=_gates(configuration, family),
        midcircuit=family.midcircuit,
        control_flow=family.control_flow,
        coupling=_coupling(configuration),
        qubit_names=_qubit_names(configuration, family),
        options=dict(family.options),
        shots=_limits(configuration.shots_range, family.shots),
        max_circuits=min(family.most_circuits, _positive(configuration.max_pubs_per_job) or family.most_circuits),
        same_qubits=family.same_qubits,
        sessions=family.sessions,
        simulator=backend.type.upper() == "SIMULATOR" or (not backend.type and ".sim." in backend.id.lower()),
        status_page=documentation.status_url.partition("?")[0] if documentation is not None else "",
        keeps_metadata=False,
        raw=backend.shown(),
    )


def _formats(configuration: Configuration, family: Family) -> tuple[str, ...]:
    """What the service lists, in its order. Of a family that is known, only what is known to be taken: IBM's backends
    list OpenQASM 3, for which the specification has no input."""
    listed = tuple(dict.fromkeys(name.upper() for name in configuration.supported_input_formats))
    known = tuple(name for name in listed if name in family.formats)
    return known or listed or family.formats


def _runs_circuits(backend: Backend, configuration: Configuration, family: Family) -> bool:
    if not family.circuits or backend.type.upper() == "ANNEALER" or configuration.photonic_properties is not None:
        return False
    technology = backend.technology.upper()
    return technology != "PHOTONIC" and not (technology == "NEUTRAL_ATOMS" and not configuration.gates)


def _gates(configuration: Configuration, family: Family) -> frozenset[str]:
    ours = gates_of_a_machine(gate.name.lower() for gate in configuration.gates)
    return ((ours - family.verbatim) or family.gates) | family.compiled


def _coupling(configuration: Configuration) -> tuple[tuple[int, int], ...] | None:
    """Pairs of qubits, numbered as the description lists them; None if all are coupled, or if nothing is said."""
    connectivity = configuration.connectivity or Connectivity()
    if connectivity.fully_connected or not connectivity.graph:
        return None
    listed = [qubit.id for qubit in configuration.qubits] or sorted(connectivity.graph, key=_in_order)
    places = {name: place for place, name in enumerate(dict.fromkeys(listed))}
    pairs = {
        (places[qubit], places[other])
        for qubit, others in connectivity.graph.items()
        for other in others
        if qubit in places and other in places and qubit != other
    }
    return tuple(sorted(pairs))


def _qubit_names(configuration: Configuration, family: Family) -> tuple[str, ...]:
    """The machine's own, in the order in which the description lists the qubits; none where numbers do."""
    if not family.qubit_prefix:
        return ()
    names = (f"{family.qubit_prefix}{qubit.id}" if qubit.id.isdecimal() else qubit.id for qubit in configuration.qubits)
    return tuple(names)


def _in_order(name: str) -> tuple[int, str]:
    digits = "".join(letter for letter in name if letter.isdecimal())
    return (int(digits) if digits else 0, name)


def _limits(said: ShotsRange | None, known: Limits) -> Limits:
    minimum = _positive(said.min if said is not None else None) or known.minimum
    maximum = _positive(said.max if said is not None else None) or known.maximum
    default = max(minimum, known.default)
    return Limits(minimum, maximum, default if maximum is None else min(default, maximum))


def _positive(number: int | None) -> int | None:
    return number if number is not None and number > 0 else None
