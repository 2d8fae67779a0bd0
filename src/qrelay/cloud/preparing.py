"""Everything that can be known before the first request of a submission: checks, and the programs written once each."""

from __future__ import annotations

import difflib
import json
import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from qrelay.cloud.batch import Batch
from qrelay.cloud.service import Submission
from qrelay.cloud.target import Target
from qrelay.errors import ConfigurationError, InvalidOption, TooManyQubits, UnsupportedCircuit
from qrelay.formats import (
    INPUT_FORMATS,
    Template,
    choose,
    choose_template,
    encode,
    formats_of,
    ready_made,
    template,
)
from qrelay.formats.payload import Payload
from qrelay.formats.qir_profile import check_profile
from qrelay.program import Bound, Program

__all__ = ["Wish", "own_options", "prepare"]

_DEFAULT_NAME = "qrelay-job"

T = TypeVar("T")

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
    programs = _listed_programs(wish.programs)
    if not programs:
        raise InvalidOption("The list of circuits is empty: there is nothing to run.", option="programs")
    orders = _orders(wish, target, len(programs))
    tags = _tags(wish.tags)
    metadata = _metadata(wish.metadata, len(programs), target)
    templates: dict[int, Template] = {}
    payloads = [_payload(program, target, wish.format, templates) for program in programs]
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
    return list(programs)


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
    if not alike or any(one != metadata[0] for one in metadata) or any(one != orders[0] for one in orders):
        return 1
    return min(target.max_circuits, len(payloads))


def _shots(asked: int | None, target: Target) -> int:
    limits = target.shots
    if asked is None:
        return limits.default
    if isinstance(asked, bool) or not hasattr(asked, "__index__"):  # numpy's integers are welcome, floats are not
        raise InvalidOption(f"shots={asked!r} is not a whole number.", option="shots")
    shots = operator.index(asked)
    if shots < limits.minimum or (limits.maximum is not None and shots > limits.maximum):
        upper = f" to {limits.maximum:,}" if limits.maximum is not None else " or more"
        raise InvalidOption(f"{target.id} takes {limits.minimum}{upper} shots a job, not {shots:,}.", option="shots")
    return shots


def _parameters(wish: Wish, target: Target, shots: int) -> dict[str, Any]:
    params: dict[str, Any] = {}
    for name, value in (wish.options or {}).items():
        if value is None:  # as if it had not been given
            continue
        if name not in target.options:
            near = difflib.get_close_matches(name, target.options, n=3)
            known = f"Did you mean {' or '.join(near)}?" if near else f"It knows {_listed(target.options)}."
            raise InvalidOption(
                f"{target.id} has no option {name!r}. {known} What is not known by name goes through input_params.",
                option=name,
            )
        params[name] = value
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


def _payload(
    program: Any,
    target: Target,
    format: str | None,  # noqa: A002 - the users' word
    templates: dict[int, Template],
) -> Payload:
    """What the target receives. `templates` remembers programs that are bound several times, by identity."""
    if isinstance(program, Payload):
        payload = program
        _check_format(payload.format if format is None else format, target, tuple(target.outputs))
        if format is not None and format != payload.format:
            raise InvalidOption(f"The payload is {payload.format}; it cannot be sent as {format}.", option="format")
    elif isinstance(program, Program):
        payload = _written(program, target, format, encode, choose)
    elif isinstance(program, Bound):
        known = templates.get(id(program.program))
        if known is None:
            known = _written(program.program, target, format, template, choose_template)
            templates[id(program.program)] = known
        payload = known.bind(program.values)
    else:
        payload = _ready_made(program, target, format)
    if target.num_qubits is not None and payload.num_qubits > target.num_qubits:
        raise TooManyQubits(needed=payload.num_qubits, available=target.num_qubits, target=target.id)
    if payload.format == "qir.v1" and target.profile is not None and not payload.carries_layout:
        _check_profile(payload, target, target.profile)
    return payload


def _check_profile(payload: Payload, target: Target, profile: str) -> None:
    """Ready-made modules come from anywhere. Bitcode that cannot be looked into goes as it is."""
    try:
        violations = check_profile(payload.data, profile, several=True)
    except ConfigurationError:
        return
    if violations:
        told = "; ".join(map(str, violations[:3])) + (" …" if len(violations) > 3 else "")
        raise UnsupportedCircuit(
            f"The module does not keep QIR's {profile} profile, which is what {target.id} takes: {told}. Compile it "
            "for that profile, or choose a target that takes more."
        )


def _ready_made(program: Any, target: Target, format: str | None) -> Payload:  # noqa: A002
    """A program that is written already, in the first of its formats that the target takes."""
    known = formats_of(program)
    if not known:
        raise InvalidOption(
            f"{type(program).__name__} is no program: give a Program, a Payload, one that is written already as "
            "qrelay.formats.ready_made takes it, or a list of these (`qrelay.read` makes a Program of a circuit).",
            option="programs",
        )
    if format is None:
        taken = [*target.formats, *(name for name in target.outputs if name not in target.formats)]
        format = next((name for name in taken if name in known), None)  # noqa: A001
        if format is None:
            raise InvalidOption(
                f"{target.id} takes {_listed(taken)}, and the program is {' or '.join(known)}. Ready-made programs are "
                "not translated: choose another target, or make a circuit of it first.",
                option="programs",
            )
    _check_format(format, target, tuple(target.outputs))
    payload = ready_made(program, format)
    return replace(payload, output_format=target.outputs.get(format) or payload.output_format)


def _written(
    program: Program,
    target: Target,
    format: str | None,  # noqa: A002 - the users' word
    encode: Callable[..., T],
    choose: Callable[..., T],
) -> T:
    """What `encode` makes of the program in the format, or `choose` of the target's formats."""
    if not target.formats:
        raise UnsupportedCircuit(target.why_no_circuits)
    if format is not None:
        _check_format(format, target, target.formats)
    if target.num_qubits is not None and program.num_qubits > target.num_qubits:
        raise TooManyQubits(needed=program.num_qubits, available=target.num_qubits, target=target.id)
    if all(qubit < 0 for qubit in program.layout.qubits):
        name = f" {program.name!r}" if program.name else ""
        raise UnsupportedCircuit(
            f"The circuit{name} measures nothing, so a job would have no answer. Add measurements."
        )
    if format is not None:
        return encode(program, format, **own_options(target, (format,)))
    return choose(program, target.formats, **own_options(target, target.formats))


def own_options(target: Target, formats: Sequence[str]) -> dict[str, Any]:
    """What the target knows better than the user, of the options that these formats take."""
    asked = {option for name in formats if name in INPUT_FORMATS for option in INPUT_FORMATS[name].options}
    known = {
        "gates": target.gates,
        "max_profile": target.profile,
        "qubits": target.qubit_names,
        "coupling": target.coupling,
    }
    return {option: value for option, value in known.items() if option in asked and value}


def _check_format(format: str, target: Target, accepted: Sequence[str]) -> None:  # noqa: A002
    if format not in accepted:
        near = difflib.get_close_matches(format, accepted, n=1)
        hint = f" Did you mean {near[0]}?" if near else ""
        raise InvalidOption(f"{target.id} takes {_listed(accepted)}, not {format!r}.{hint}", option="format")


def _listed(names: Sequence[str] | Mapping[str, Any]) -> str:
    return ", ".join(names) if names else "none"
