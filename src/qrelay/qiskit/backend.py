"""Backend: one target of an account, seen as Qiskit's BackendV2."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING, Any

from qiskit import QuantumCircuit
from qiskit.providers import BackendV2, Options

from qrelay.cloud.preparing import account_takes
from qrelay.cloud.writing import refuse_format
from qrelay.errors import UnsupportedCircuit
from qrelay.formats.option_values import format_name
from qrelay.qiskit.blame import explain, numbered, read_fitted
from qrelay.qiskit.errors import qiskit_errors
from qrelay.qiskit.fitting import Fitter
from qrelay.qiskit.job import Job
from qrelay.qiskit.keeping import job_metadata
from qrelay.qiskit.options import COMMON, RunOptions
from qrelay.qiskit.session import Session
from qrelay.qiskit.target import qiskit_target

if TYPE_CHECKING:
    from qiskit.transpiler import Target

    from qrelay import cloud
    from qrelay.qiskit.provider import Provider

__all__ = ["Backend"]


class Backend(BackendV2):  # type: ignore[misc] # Qiskit is untyped
    """Runs circuits on one target. Made by `Provider.get_backend`."""

    def __init__(self, provider: Provider, device: cloud.Target) -> None:
        super().__init__(provider=provider, name=device.id, description=f"{device.id} of {device.provider}")
        self._account = provider.account
        self._device = device
        self._session: cloud.Session | None = None
        self._options.update_options(shots=device.shots.default, **dict.fromkeys(device.options))

    @classmethod
    def _default_options(cls) -> Options:
        options = Options(**dict.fromkeys(COMMON))
        options.update_options(memory=False)
        return options

    @property
    def target(self) -> Target:
        """Gates, and figures of qubits and gates as far as the service knows them: seconds, hertz, probabilities."""
        return self._qiskit_target

    @cached_property
    def _qiskit_target(self) -> Target:  # on first use: a listing of backends needs none
        return qiskit_target(self._device)

    @cached_property
    def _fitter(self) -> Fitter:
        return Fitter(self._qiskit_target, self._device.id)

    @property
    def max_circuits(self) -> None:
        """No bound: a list of any length is one job of ours, however many the service makes of it."""
        return None

    @property
    def device(self) -> cloud.Target:
        """The target as `cloud/` describes it: formats, limits, options, availability."""
        return self._device

    @property
    def session(self) -> cloud.Session | None:
        """The session this view is bound to, if it is `session.backend`."""
        return self._session

    def set_options(self, **fields: Any) -> None:
        """As Qiskit has it. Raises InvalidOption for a format that the target does not take."""
        with qiskit_errors():
            format_ = fields.get("format")
            refuse_format(None if format_ is None else format_name(format_), self._device)
        super().set_options(**fields)

    def bound(self, session: cloud.Session) -> Backend:
        """A view of this backend all runs of which join the session; options set on the one do not reach the other."""
        view = copy.copy(self)
        view._options = copy.copy(self._options)  # noqa: SLF001 - our own class
        view._session = session  # noqa: SLF001
        return view

    def run(self, run_input: QuantumCircuit | Iterable[QuantumCircuit], **options: Any) -> Job:
        """Submit a circuit, or a list of them as one job.

        Returns as soon as the service has taken the job, long before its end. Everything that can be known to be wrong
        is raised before any request. Circuits outside the target's gates are transpiled; those inside are sent as they
        are unless `optimization_level` is given.

        Args:
            run_input: circuits without free parameters, each measuring something.
            options: None always means: not given. They take precedence over `backend.options`.
                shots: of each circuit. memory: keep the shots, in order. seed_simulator: where the target takes a seed.
                format: name of an input format instead of the first that can say the circuit.
                input_params: dictionary of parameters that go to the service as they are.
                name (or job_name), tags, metadata: of the job. session: a session, or its id.
                optimization_level, seed_transpiler: as of Qiskit's transpile.
                The target's own options (`backend.device.options`) go by their names.

        Raises:
            InvalidOption, UnboundParameters, TooManyQubits, UnsupportedCircuit: before any request.
            SessionEnded: the session takes no more jobs.
            ServiceError: the service refused. All of these are QiskitErrors, too.
        """
        with qiskit_errors():
            circuits = _circuits(run_input)
            chosen = RunOptions.read(self._device, self._options, options)
            level, seed = chosen.optimization_level, chosen.seed_transpiler
            fitted, programs = [], []
            for number, circuit in enumerate(circuits):
                with numbered(number, circuits):
                    fitted.append(self._fitter.fit(circuit, level=level, seed=seed))
                    programs.append(read_fitted(fitted[number], circuit))
            session = chosen.session if chosen.session is not None else self._session
            try:
                job = self._account.submit(
                    self._device,
                    programs[0] if isinstance(run_input, QuantumCircuit) else programs,
                    shots=chosen.shots,
                    name=chosen.name,
                    format=chosen.format,
                    session=session.cloud_session if isinstance(session, Session) else session,
                    input_params=chosen.input_params,
                    options=chosen.own,
                    metadata=[job_metadata(chosen.metadata, circuit, self._device) for circuit in circuits],
                    tags=chosen.tags,
                )
            except UnsupportedCircuit as error:
                if error.index is not None:
                    formats = (chosen.format,) if chosen.format else self._device.formats
                    explain(error, circuits, fitted, formats, self._device)
                raise
            return Job(self, job, circuits, memory=chosen.memory)

    def open_session(self, name: str | None = None, **options: Any) -> Session:
        """Open a session on this target; use it as a context manager, which closes it.

        `options` are the service's own; its account's `open_session` says which.
        """
        with qiskit_errors():
            return Session(self, self._account.open_session(self._device, name=name, **options))

    def __repr__(self) -> str:
        return f"<Backend {self.name}>"


def _circuits(run_input: Any) -> list[QuantumCircuit]:
    circuits = [run_input] if isinstance(run_input, QuantumCircuit) else run_input
    if type(run_input).__module__.partition(".")[0] == "cirq":  # a circuit of Cirq's is a list, of moments
        raise UnsupportedCircuit("run takes a QuantumCircuit or a list of them. Cirq's circuits: qrelay.cirq.Service.")
    if isinstance(circuits, (str, bytes)) or not isinstance(circuits, Iterable):
        kind = type(run_input).__name__
        raise UnsupportedCircuit(f"run takes a QuantumCircuit or a list of them, not {kind}.{account_takes(run_input)}")
    listed = list(circuits)
    for index, circuit in enumerate(listed):
        if not isinstance(circuit, QuantumCircuit):
            raise UnsupportedCircuit(
                f"run takes QuantumCircuits; number {index} of the list is {type(circuit).__name__}."
                f"{account_takes(circuit)}"
            )
    if not listed:
        raise UnsupportedCircuit("run was given an empty list: there is nothing to submit.")
    return listed
