"""Everything that can be known before the first request of a submission: checks, and the programs written once each."""

from __future__ import annotations

import json
import operator
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from qrelay.cloud.batch import Batch
from qrelay.cloud.options import refuse_unknown
from qrelay.cloud.service import Submission
from qrelay.cloud.target import Target
from qrelay.cloud.writing import payload_for
from qrelay.errors import InvalidOption, QrelayError
from qrelay.formats import Template, formats_of
from qrelay.formats.option_values import format_name
from qrelay.formats.payload import Payload
from qrelay.program import Bound, Program

__all__ = ["Wish", "account_takes", "place_in_list", "prepare"]

_DEFAULT_NAME = "qrelay-job"

_Order = tuple[int, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Wish:
    """What a caller asked to be run, as it came."""

    programs: Any  # a Program, a Bound, a Payload or a ready-made program, or a list of these
    shots: int | Sequence[int] | None = None
    name: str | None = None
    format: str | None = None
    session_id: str | None = None
    input_params: Mapping[str, Any] | None = None
    options: Mapping[str, Any] | None = None
    metadata: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None
    tags: Sequence[str] = ()


def prepare(wish: Wish, target: Target, new_id: Callable[[], str]) -> list[Submission]:
    """Check a wish against a target and write its programs.

    Raises:
        InvalidOption: shots outside the target's limits, an option or a format that the target does not know, or what
            cannot be written as JSON.
        UnsupportedCircuit: no format of the target can say the program, or it measures nothing.
        TooManyQubits: the target is smaller than the program.
    """
    if wish.format is not None:
        format_name(wish.format)
    programs = _listed_programs(wish.programs)
    if not programs:
        raise InvalidOption("The list of circuits is empty: there is nothing to run.", option="programs")
    orders = _orders(wish, target, len(programs))
    tags = _tags(wish.tags)
    metadata = _metadata(wish.metadata, len(programs), target)
    payloads = _payloads(programs, target, wish.format)
    if len(payloads) > 1 and any(payload.items for payload in payloads):
        raise InvalidOption(
            "A program with several items is a job of its own, with an answer for each of them: submit it alone.",
            option="programs",
        )
    batch = Batch(new_id(), len(payloads), _circuits_a_job(payloads, metadata, orders, target))
    submissions = []
    first = 0
    for index, size in enumerate(batch.sizes):
        own = payloads[first].layout
        name = wish.name or (own.name if own is not None else "") or payloads[first].name or _DEFAULT_NAME
        _insist_on_json(name, "name")
        shots, params = orders[first]
        submissions.append(
            Submission(
                key=batch.key(index),
                target=target,
                payloads=tuple(payloads[first : first + size]),
                shots=shots,
                name=f"{name}-{index}" if batch.composite and wish.name else name,
                input_params=params,
                session_id=wish.session_id,
                metadata=metadata[first],
                tags=tags,
                batch=batch,
                index=first,
            )
        )
        first += size
    return submissions


def _listed_programs(programs: Any) -> list[Any]:
    """Texts and documents are programs, though Python could go through them one by one."""
    alone = isinstance(programs, Program | Bound | Payload | str | bytes | bytearray | Mapping)
    if alone or not isinstance(programs, Iterable) or (not isinstance(programs, list | tuple) and formats_of(programs)):
        return [programs]
    listed = list(programs)
    plain = isinstance(programs, list | tuple | Iterator)
    if not plain and listed and not _is_program(listed[0]):  # a circuit that one can go through, for instance
        return [programs]
    return listed


def _is_program(thing: Any) -> bool:
    return isinstance(thing, Program | Bound | Payload | Template) or bool(formats_of(thing))


def account_takes(thing: Any) -> str:
    """What to do with a thing that no framework runs and an account does; a sentence after a blank, or empty."""
    if isinstance(thing, Template):
        return " An account takes it with values: account.submit(target, template.bind(values))."
    try:
        known = _is_program(thing)
    except InvalidOption:  # meant as a program, and damaged
        known = True
    return " An account takes it: account.submit(target, program)." if known else ""


def place_in_list(number: int, name: str) -> str:
    """The note on an error that is about one circuit of several."""
    if name:
        return f"This is circuit {number} of the list, {name!r}."
    return (
        f"This is number {number} of what was to be submitted: circuits, or their sweeps' points one after the other."
    )


def _payloads(programs: Sequence[Any], target: Target, format: str | None) -> list[Payload]:  # noqa: A002
    templates: dict[int, Template] = {}
    payloads = []
    for number, program in enumerate(programs):
        try:
            payloads.append(payload_for(program, target, format, templates))
        except QrelayError as error:
            if len(programs) > 1 and not (isinstance(error, InvalidOption) and error.option == "format"):
                error.add_note(place_in_list(number, str(getattr(program, "name", ""))))
            raise
    return payloads


def _circuits_a_job(
    payloads: Sequence[Payload], metadata: Sequence[Mapping[str, str]], orders: Sequence[_Order], target: Target
) -> int:
    """As many as the target takes, if they are alike in all that one job can say only once; else one."""
    first = payloads[0]
    alike = all(
        (payload.format, payload.output_format, payload.input_params)
        == (first.format, first.output_format, first.input_params)
        for payload in payloads
    )
    if target.same_qubits and len({_measured(payload) for payload in payloads}) > 1:
        return 1
    if not alike or any(one != metadata[0] for one in metadata) or any(one != orders[0] for one in orders):
        return 1
    return min(target.max_circuits, len(payloads))


def _measured(payload: Payload) -> frozenset[int] | None:
    """The qubits that a program measures; None if it does not say."""
    return None if payload.layout is None else frozenset(qubit for qubit in payload.layout.qubits if qubit >= 0)


def _shots(asked: int | None, target: Target) -> int:
    limits = target.shots
    if asked is None:
        return limits.default
    if isinstance(asked, bool) or not hasattr(asked, "__index__"):  # numpy's integers are welcome, floats are not
        raise InvalidOption(f"shots={asked!r} is not a whole number.", option="shots")
    shots = operator.index(asked)
    if shots < limits.minimum or (limits.maximum is not None and shots > limits.maximum):
        upper = f" to {limits.maximum:,}" if limits.maximum is not None else " or more"
        given = _shown(shots)
        raise InvalidOption(f"{target.id} takes {limits.minimum}{upper} shots a job, not {given}.", option="shots")
    return shots


def _shown(shots: int) -> str:
    return f"{shots:,}" if shots.bit_length() < 100 else "as many as that"


def _parameters(wish: Wish, target: Target, shots: int) -> dict[str, Any]:
    params: dict[str, Any] = {}
    refuse_unknown(target, wish.options or {}, ())
    params.update({name: value for name, value in (wish.options or {}).items() if value is not None})
    params.update(wish.input_params or {})
    said = params.get(target.shots_name, shots)
    if wish.shots is not None and said != shots:
        raise InvalidOption(
            f"shots={shots} and input_params[{target.shots_name!r}]={said!r} contradict each other; give one of them.",
            option="shots",
        )
    _insist_on_json(params, "input_params")
    return params


def _orders(wish: Wish, target: Target, count: int) -> list[_Order]:
    """Shots and parameters of every circuit. `shots` may be one number for all of them, or one for each."""
    each: list[Any] = list(wish.shots) if isinstance(wish.shots, list | tuple) else [wish.shots] * count
    if len(each) != count:
        raise InvalidOption(f"shots has {len(each)} entries for {count} circuits.", option="shots")
    known: dict[int, _Order] = {}
    orders = []
    for one in each:
        shots = _shots(one, target)
        if shots not in known:
            params = _parameters(wish, target, shots)
            known[shots] = _shots(params.get(target.shots_name, shots), target), params
        orders.append(known[shots])
    return orders


def _tags(given: Sequence[str]) -> tuple[str, ...]:
    if isinstance(given, str) or not all(isinstance(tag, str) for tag in given):
        raise InvalidOption("tags takes a list of texts, such as tags=['mine'].", option="tags")
    _insist_on_json(list(given), "tags")
    return tuple(given)


def _insist_on_json(value: Any, option: str) -> None:
    """What Python's reader would take and a service's would not is refused too: NaN, halves of surrogate pairs."""
    try:
        json.dumps(value, allow_nan=False, ensure_ascii=False).encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidOption(f"{option} cannot be written as JSON: {error}", option=option) from None


def _metadata(
    given: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None, count: int, target: Target
) -> list[dict[str, str]]:
    each: Sequence[Mapping[str, Any]]
    if given is None:
        each = [{}] * count
    elif isinstance(given, Mapping):
        each = [given] * count
    else:
        each = list(given)
        if len(each) != count:
            raise InvalidOption(f"metadata has {len(each)} entries for {count} circuits.", option="metadata")
    written = []
    for one in each:
        texts = {}
        for name, value in one.items():
            try:
                texts[str(name)] = value if isinstance(value, str) else json.dumps(value)
            except (TypeError, ValueError):
                raise InvalidOption(f"metadata[{name!r}] cannot be written as JSON.", option="metadata") from None
        _insist_on_json(texts, "metadata")
        if texts and not target.keeps_metadata:
            raise InvalidOption(
                f"Jobs of {target.id} keep no metadata. Use tags, or the job's name.", option="metadata"
            )
        written.append(texts)
    return written
