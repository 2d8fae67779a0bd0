"""Sampler: one target of an account, seen as Cirq's sampler."""

from __future__ import annotations

import copy
from collections.abc import Coroutine, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import cirq

from qrelay import cloud
from qrelay.cirq import bridge as _bridge  # noqa: F401 - lets duet's tasks wait for what follows
from qrelay.cirq.frame import data_frame, parameters_of_all
from qrelay.cirq.job import Job
from qrelay.cirq.keeping import job_metadata
from qrelay.cirq.options import SamplerOptions
from qrelay.cirq.request import Request
from qrelay.cirq.routing import Router
from qrelay.cirq.session import Session
from qrelay.cloud import loop
from qrelay.cloud.joining import joined_session

if TYPE_CHECKING:
    import pandas as pd

    from qrelay.program import Bound, Program

__all__ = ["Sampler"]

T = TypeVar("T")


class Sampler(cirq.Sampler):
    """Runs circuits on one target. Made by `Service.sampler`.

    All methods of `cirq.Sampler` do what Cirq says of them. Sweeps and batches go out as one list: side by side, as
    many at once as the account allows, several circuits in one job where the service takes that; results come in
    order. Everything that can be known to be wrong is raised before any request.

    The methods ending in `_async` may be awaited from duet and from asyncio. They take the circuits, and the session
    that the run joins, as they are at the call, whenever the answer is awaited.

    Options, of the sampler or of one `submit`. None always means: not given.
        format: name of an input format instead of the first that can say the circuit.
        name, tags, metadata: of the job.
        input_params: dictionary of parameters that go to the service as they are.
        session: a session, its id, or False for none.
        partial: accept results with fewer repetitions than were asked for. A circuit without any result is an error
            all the same, because Cirq has no value for it.
        The target's own options (`sampler.device.options`) go by their names.

    Errors, of every run:
        InvalidOption, UnboundParameters, TooManyQubits, UnsupportedCircuit: before any request; all are ValueErrors.
        SessionEnded: the session takes no more jobs.
        ServiceError: the service refused.
        JobFailed, PartialResult, IncompleteResult: see `Job.results`.
    """

    def __init__(self, account: cloud.Account, device: cloud.Target, **options: Any) -> None:
        SamplerOptions.read(device, options)
        self._account = account
        self._device = device
        self._options = options
        self._session: cloud.Session | None = None
        self._router = Router(device)

    @property
    def name(self) -> str:
        """The target's id."""
        return self._device.id

    @property
    def account(self) -> cloud.Account:
        return self._account

    @property
    def device(self) -> cloud.Target:
        """The target as `cloud/` describes it: formats, limits, options, availability."""
        return self._device

    @property
    def session(self) -> cloud.Session | None:
        """The session this view is bound to, if it is `session.sampler`."""
        return self._session

    def bound(self, session: cloud.Session) -> Sampler:
        """A view of this sampler all runs of which join the session."""
        view = copy.copy(self)
        view._session = session  # noqa: SLF001 - our own class
        return view

    def open_session(self, name: str | None = None, **options: Any) -> Session:
        """Open a session on this target; use it as a context manager, which closes it.

        `options` are the service's own; its account's `open_session` says which.
        """
        return Session(self, self._account.open_session(self._device, name=name, **options))

    async def open_session_async(self, name: str | None = None, **options: Any) -> Session:
        return Session(self, await self._account.open_session_async(self._device, name=name, **options))

    # --- without waiting for the end ---------------------------------------------------------------------------------

    def submit(
        self, program: cirq.AbstractCircuit, *, repetitions: int = 1, params: cirq.Sweepable = None, **options: Any
    ) -> Job:
        """Submit a circuit, at every point of a sweep if there is one, and return as soon as the service has it.

        `options` are those of the class; they take precedence over the sampler's.
        """
        return self._submit(Request.of(program, params, repetitions), options)

    def submit_async(
        self, program: cirq.AbstractCircuit, *, repetitions: int = 1, params: cirq.Sweepable = None, **options: Any
    ) -> Coroutine[Any, Any, Job]:
        return self._submit_later(Request.of(program, params, repetitions), options)

    def submit_batch(
        self,
        programs: Sequence[cirq.AbstractCircuit],
        params_list: Sequence[cirq.Sweepable] | None = None,
        repetitions: int | Sequence[int] = 1,
        **options: Any,
    ) -> Job:
        """`run_batch` without waiting. The job has the results of all circuits and points in one row."""
        return self._submit(Request.batch(programs, params_list, repetitions), options)

    def submit_batch_async(
        self,
        programs: Sequence[cirq.AbstractCircuit],
        params_list: Sequence[cirq.Sweepable] | None = None,
        repetitions: int | Sequence[int] = 1,
        **options: Any,
    ) -> Coroutine[Any, Any, Job]:
        return self._submit_later(Request.batch(programs, params_list, repetitions), options)

    # --- as Cirq has it ----------------------------------------------------------------------------------------------

    def run(
        self,
        program: cirq.AbstractCircuit,
        param_resolver: cirq.ParamResolverOrSimilarType = None,
        repetitions: int = 1,
    ) -> cirq.Result:
        return self._run(Request.at(program, param_resolver, repetitions))[0][0]

    def run_async(
        self,
        program: cirq.AbstractCircuit,
        param_resolver: cirq.ParamResolverOrSimilarType = None,
        repetitions: int = 1,
    ) -> Coroutine[Any, Any, cirq.Result]:
        return _first(_first(self._run_later(Request.at(program, param_resolver, repetitions))))

    def run_sweep(
        self, program: cirq.AbstractCircuit, params: cirq.Sweepable, repetitions: int = 1
    ) -> Sequence[cirq.Result]:
        return self._run(Request.of(program, params, repetitions))[0]

    def run_sweep_async(
        self, program: cirq.AbstractCircuit, params: cirq.Sweepable, repetitions: int = 1
    ) -> Coroutine[Any, Any, Sequence[cirq.Result]]:
        return _first(self._run_later(Request.of(program, params, repetitions)))

    def run_batch(
        self,
        programs: Sequence[cirq.AbstractCircuit],
        params_list: Sequence[cirq.Sweepable] | None = None,
        repetitions: int | Sequence[int] = 1,
    ) -> Sequence[Sequence[cirq.Result]]:
        return self._run(Request.batch(programs, params_list, repetitions))

    def run_batch_async(
        self,
        programs: Sequence[cirq.AbstractCircuit],
        params_list: Sequence[cirq.Sweepable] | None = None,
        repetitions: int | Sequence[int] = 1,
    ) -> Coroutine[Any, Any, Sequence[Sequence[cirq.Result]]]:
        return self._run_later(Request.batch(programs, params_list, repetitions))

    def sample(
        self, program: cirq.AbstractCircuit, *, repetitions: int = 1, params: cirq.Sweepable = None
    ) -> pd.DataFrame:
        """As Cirq has it, with all sweeps of `params` in one list."""
        request = Request.of(program, params, repetitions)
        parameters = parameters_of_all(request.flat_points)
        return data_frame(request.flat_points, parameters, self._run(request)[0])

    # --- inside ------------------------------------------------------------------------------------------------------

    def _submit(self, request: Request, options: Mapping[str, Any]) -> Job:
        chosen = SamplerOptions.read(self._device, self._options, options)
        session = self._joined(chosen)
        wish = self._wish(request, chosen, request.programs())
        return self._job(self._account.submit(**wish, session=session), request, chosen)

    def _submit_later(self, request: Request, options: Mapping[str, Any]) -> Coroutine[Any, Any, Job]:
        chosen = SamplerOptions.read(self._device, self._options, options)
        return self._submitted(request, chosen, self._joined(chosen))

    async def _submitted(self, request: Request, chosen: SamplerOptions, session: cloud.Session | str | bool) -> Job:
        wish = self._wish(request, chosen, await loop.in_thread(request.programs))
        return self._job(await self._account.submit_async(**wish, session=session), request, chosen)

    def _run(self, request: Request) -> list[list[cirq.Result]]:
        if not request.flat_points:
            return request.nested([])
        return request.nested(self._submit(request, {}).results())

    def _run_later(self, request: Request) -> Coroutine[Any, Any, list[list[cirq.Result]]]:
        return self._finished(request, self._submit_later(request, {}))

    async def _finished(self, request: Request, submitted: Coroutine[Any, Any, Job]) -> list[list[cirq.Result]]:
        if not request.flat_points:
            submitted.close()
            return request.nested([])
        return request.nested(await (await submitted).results_async())

    def _joined(self, chosen: SamplerOptions) -> cloud.Session | str | bool:
        """What the run joins, as the moment of the call has it: a session, a session's id, or False."""
        wanted = chosen.session if chosen.session is not None else self._session
        session = wanted.cloud_session if isinstance(wanted, Session) else wanted
        if session is None or session is True:
            session = cloud.current_session(self._account, self._device.id)
        joined = joined_session(self._account, self._device, session)  # refuses, and warns of one that is missed
        return session if session is not None and joined is not None else False

    def _wish(self, request: Request, chosen: SamplerOptions, programs: Sequence[Program | Bound]) -> dict[str, Any]:
        """What `Account.submit` is given. One circuit is a job of its own, several are a list."""
        keeps = self._device.keeps_metadata
        placed = self._router.placed(programs, chosen.format)
        return {
            "target": self._device,
            "programs": placed[0] if len(placed) == 1 else placed,
            "shots": request.shots,
            "name": chosen.name,
            "format": chosen.format,
            "input_params": chosen.input_params,
            "options": chosen.own,
            "metadata": [job_metadata(chosen.metadata, point) for point in request.flat_points]
            if keeps
            else chosen.metadata,
            "tags": chosen.tags,
        }

    @staticmethod
    def _job(job: cloud.Job, request: Request, chosen: SamplerOptions) -> Job:
        return Job(job, request.flat_points, partial=chosen.partial)

    def __repr__(self) -> str:
        return f"<Sampler {self.name}>"


async def _first(rows: Coroutine[Any, Any, Sequence[T]]) -> T:
    return (await rows)[0]
