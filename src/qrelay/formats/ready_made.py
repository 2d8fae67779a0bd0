"""Ready-made programs: somebody else's QIR, OpenQASM, Quil or JSON as a Payload, its bytes unchanged.

What a program is, is read from itself. So are its number of qubits and its layout, as far as a light look tells: the
modules `ready_qir`, `ready_openqasm`, `ready_quil`, `ready_json` and `analog` say how far that is. Where the layout
stays None, answers are read by their own shape.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from typing import Any

from qrelay.errors import InvalidOption
from qrelay.formats import analog, ready_json, ready_openqasm, ready_qir, ready_quil
from qrelay.formats.catalogue import INPUT_FORMATS, ON_REQUEST
from qrelay.formats.option_values import format_name, near_formats
from qrelay.formats.payload import Payload
from qrelay.formats.qiskit_qpy import layout_in_pub
from qrelay.formats.ready_kinds import BRAKET, QIR, QUIL, Found, look, refuse_unknown
from qrelay.formats.traveling import layout_in_iqm, layout_in_registers, layout_in_text, layouts_in_label
from qrelay.program import Layout

__all__ = ["ready_made"]

_IONQ = ("ionq.circuit.v1", "IONQ_CIRCUIT_V1")
_ENTRY_POINT = "ENTRYPOINT__main"

# content type and answer of formats that qrelay takes and does not write
_UNWRITTEN = {
    analog.PULSER: ("application/json", "pasqal.pulser-results.v1"),
    analog.AHS: ("application/json", "braket.task_result.analog_hamiltonian_simulation_task_result"),
}


def ready_made(
    thing: Any,
    format: str | None = None,  # noqa: A002 - the services' own word
    *,
    layout: Layout | Sequence[Layout | None] | None = None,
    num_qubits: int | None = None,
    entry_point: str | None = None,
    arguments: Sequence[Any] = (),
    items: Iterable[str | Mapping[str, Any]] | None = None,
    name: str = "",
) -> Payload:
    """A Payload of a program that is written already. Texts and bytes go out as they came.

    Args:
        thing: QIR as text or bitcode; an object with `_repr_qir_`, as Q# compiles to; OpenQASM 2 or 3; Quil; a document
            of IonQ, IQM, AQT, IBM or Perceval as text or dictionary; a pulser Sequence, a Braket AHS program, or the
            JSON of these.
        format: the service's name; needed where one language has several, such as OpenQASM 2.
        layout: how the answer is to be read, where the program itself does not tell or tells something else; with
            `items` one for each.
        num_qubits: qubits it needs, where the program does not tell.
        entry_point, arguments: of QIR; the module's only entry point unless said otherwise. The arguments go to the
            service as they are.
        items: of QIR, several runs of the module: names of entry points, or `{"entryPoint": …, "arguments": […]}`.
            The answer has a part for each.
        name: of the job, unless it is given one when it is submitted.

    Raises:
        InvalidOption: nothing that is known, not in the format that was asked for, damaged, or without the entry point.
    """
    found = look(thing)
    if found is None:
        refuse_unknown(thing, format)
    chosen = _chosen(found.formats, format)
    if num_qubits is not None and (type(num_qubits) is not int or num_qubits < 1):
        raise InvalidOption(f"num_qubits={num_qubits!r} is not a whole number from 1 up.", option="num_qubits")
    runs = items is not None
    if chosen != QIR and (entry_point is not None or runs or len(arguments)):
        option = "entry_point" if entry_point is not None else "items" if runs else "arguments"
        raise InvalidOption(f"{option}= is for QIR; {chosen} has nothing like it. Leave it out.", option=option)
    if not isinstance(name, str):
        raise InvalidOption(f"name takes a string, not {name!r:.60}.", option="name")
    given = _layouts(layout, several=runs)
    params: dict[str, Any]
    if chosen == QIR:
        wanted = _items(items, entry_point, arguments)
        width, told = _of_qir(found, wanted)
        params = {"items": wanted}
    else:
        width, one = _of_others(found, chosen)
        told = [one]
        params = deepcopy(dict(INPUT_FORMATS[chosen].input_params)) if chosen in INPUT_FORMATS else {}
    if len(given) not in (1, len(told)):
        raise InvalidOption(f"layout has {len(given)} entries for {len(told)} items.", option="layout")
    if len(given) == 1:
        given *= len(told)
    for ours, theirs in zip(given, told, strict=True):
        if chosen in (QIR, QUIL) and ours and theirs and ours.num_clbits != theirs.num_clbits:
            raise InvalidOption(
                f"The layout has {ours.num_clbits} bits, and the program's answer {theirs.num_clbits}.", option="layout"
            )
    layouts = [ours or theirs for ours, theirs in zip(given, told, strict=True)]
    row = INPUT_FORMATS.get(chosen) or ON_REQUEST.get(chosen)
    content_type, output_format = (row.content_type, row.output_format) if row is not None else _UNWRITTEN[chosen]
    return Payload(
        data=_wrapped(found, chosen),
        format=chosen,
        content_type=content_type,
        output_format=output_format,
        num_qubits=num_qubits if num_qubits is not None else width,
        layout=layouts[0] if len(layouts) == 1 else None,
        input_params=params,
        name=name or found.name,
        carries_layout=_inside(found) in layouts[:1],
        items=tuple(layouts) if len(layouts) > 1 else (),
    )


def _chosen(formats: tuple[str, ...], asked: str | None) -> str:
    if asked is not None:
        if format_name(asked) not in formats:
            hint = near_formats(asked, formats) or (
                "Ready-made programs are not translated: choose a target that takes them, or make a circuit of them in "
                "Qiskit or Cirq first."
            )
            raise InvalidOption(
                f"The program is {' or '.join(formats)}; it cannot be sent as {asked!r}. {hint}",
                option="format",
            )
        return asked
    if len(formats) > 1 and formats != _IONQ:  # both of IonQ's names mean the same document
        raise InvalidOption(
            f"The program may be {' or '.join(formats)}: receivers name the language differently. Say which with "
            f"format={formats[0]!r}, or submit the program itself, and the target's is taken.",
            option="format",
        )
    return formats[0]


def _layouts(layout: Any, *, several: bool) -> list[Layout | None]:
    alone = not isinstance(layout, list | tuple)
    given = [layout] if alone else list(layout)
    if not all(one is None or isinstance(one, Layout) for one in given) or not (alone or several):
        raise InvalidOption("layout takes a Layout, and with items= a list of them.", option="layout")
    for one in given:
        try:
            if one is not None:
                Layout.from_json(one.to_json())
        except (ValueError, TypeError, IndexError):
            why = "The layout contradicts itself: a register or a measurement is of what it has not."
            raise InvalidOption(why, option="layout") from None
    return given


# --- what does it say ------------------------------------------------------------------------------------------------


def _items(items: Iterable[Any] | None, entry_point: str | None, arguments: Sequence[Any]) -> list[dict[str, Any]]:
    """The service's `items`; the entry point is empty where it is the module's only one."""
    if items is None:
        return [{"entryPoint": entry_point or "", "arguments": _plain(arguments)}]
    if entry_point is not None or len(arguments):
        raise InvalidOption("items= names entry points and arguments itself; leave the others out.", option="items")
    if not isinstance(items, Iterable):
        raise InvalidOption(f"items takes a list of entry points, not {items!r:.60}.", option="items")
    wanted = []
    for place, item in enumerate([items] if isinstance(items, str | Mapping) else items):
        if isinstance(item, str):
            wanted.append({"entryPoint": item, "arguments": []})
        elif isinstance(item, Mapping) and set(item) <= {"entryPoint", "arguments"}:
            wanted.append(
                {"entryPoint": item.get("entryPoint") or "", "arguments": _plain(item.get("arguments") or ())}
            )
        else:
            raise InvalidOption(
                f"items[{place}] is {item!r:.60}; it should be the name of an entry point, or an object with "
                "'entryPoint' and 'arguments'.",
                option="items",
            )
    if not wanted:
        raise InvalidOption("items is empty: there is nothing to run.", option="items")
    return wanted


def _plain(arguments: Any) -> list[Any]:
    if isinstance(arguments, str | Mapping) or not isinstance(arguments, Iterable):
        raise InvalidOption("arguments takes a list, one entry an argument.", option="arguments")
    found = list(arguments)
    try:
        json.dumps(found, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidOption(f"arguments cannot be written as JSON: {error}", option="arguments") from None
    return found


def _of_qir(found: Found, wanted: list[dict[str, Any]]) -> tuple[int, list[Layout | None]]:
    """Number of qubits, and the layout of each item. Fills in the entry point where it was not named."""
    text = found.text or ready_qir.as_text(found.data)
    if text is None:  # bitcode, and nobody here who reads it
        for item in wanted:
            item["entryPoint"] = item["entryPoint"] or _named_after(found.name) or _ENTRY_POINT
        return 0, [None] * len(wanted)
    points = {point.name: point for point in ready_qir.entry_points(text)}
    known = ", ".join(points) or "none"
    width, layouts = 0, []
    for item in wanted:
        name, arguments = item["entryPoint"], item["arguments"]
        if not name:
            meant = _named_after(found.name)
            name = meant if meant in points else next(iter(points), "")
            if not points or (len(points) > 1 and name != meant):
                raise InvalidOption(
                    f"The module has {len(points)} entry points ({known}); name one with entry_point=."
                    if points
                    else 'The module marks no function as an "entry_point", so there is nothing to run in it.',
                    option="entry_point",
                )
            item["entryPoint"] = name
        point = points.get(name)
        if point is None:
            raise InvalidOption(f"The module has no entry point {name!r}; it has: {known}.", option="entry_point")
        if point.parameters != len(arguments):
            raise InvalidOption(
                f"The entry point {name} takes {point.parameters} arguments and {len(arguments)} were given.",
                option="arguments",
            )
        width = max(width, point.num_qubits)
        layouts.append(point.layout)
    return width, layouts


def _named_after(name: str) -> str:
    """The entry point of a compiled Q# operation is called after the last part of its name."""
    return f"ENTRYPOINT__{name.rpartition('.')[2]}" if name else ""


def _of_others(found: Found, chosen: str) -> tuple[int, Layout | None]:
    if chosen == QUIL:
        quil = ready_quil.declared(found.text)
        return quil.num_qubits, quil.layout
    if found.document is None:
        if chosen == BRAKET and ready_openqasm.includes(found.text):
            raise InvalidOption(
                f"Amazon Braket takes no `include` in OpenQASM ({BRAKET}), stdgates.inc neither. Pass the circuit "
                "itself, which qrelay then writes for Braket, or take the include out and use Braket's names of gates.",
                option="program",
            )
        reading = ready_openqasm.declared(found.text)
        layout = ready_openqasm.layout_of(found.text, reading, chosen)
        width = reading.width if reading is not None else 0
        return max(width, layout.num_qubits if layout is not None else 0), layout
    if chosen == analog.PULSER:
        return analog.pulser_document(found.document)[1], None
    if chosen == analog.AHS:
        return analog.ahs_document(found.document)[1], None
    return ready_json.check(found.document, chosen)


def _inside(found: Found) -> Layout | bool:
    """The layout that qrelay itself wrote into the program; False where there is none."""
    document = found.document
    if document is None:
        return layout_in_text(found.text) or False
    pubs = document.get("pubs")
    labelled = layouts_in_label(document.get("label"))
    return (
        (layout_in_pub(pubs[0]) if isinstance(pubs, list) and len(pubs) == 1 else None)
        or (labelled[0] if len(labelled) == 1 else None)
        or layout_in_iqm(document)
        or layout_in_registers(document.get("registers"))
        or False
    )


def _wrapped(found: Found, chosen: str) -> bytes:
    """Analog programs go into the object that the service asks for, if they are not in it yet."""
    assert found.document is not None or chosen not in analog.ANALOG
    if chosen == analog.PULSER and not analog.pulser_document(found.document or {})[0]:
        return b'{"sequence_builder":' + found.data + b"}"
    if chosen == analog.AHS and not analog.ahs_document(found.document or {})[0]:
        return b'{"ahs_program":' + found.data + b"}"
    return found.data
