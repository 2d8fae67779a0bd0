"""A matrix simulation of `IQM_JOB_INPUT_V1`, branch by branch.

Instructions as IQM documents them: prx(θ, φ) = exp(-i θ/2 (cos φ X + sin φ Y)), angles in turns (`angle_t`, `phase_t`)
or in radians (`angle`, `phase`); cz; measure with a key of its own; barrier; cc_prx, a prx if the measurement with that
feedback key gave 1; move, which exchanges the states of a qubit and a resonator where one of them is in |0⟩, up to a
phase a of |10⟩ that nobody knows and a second move undoes.
"""

from __future__ import annotations

import cmath
import json
import math
from typing import Any

import numpy as np

from judges.amplitudes import Array, ground, measured, turned

_X = np.array([[0, 1], [1, 0]], dtype=complex)
_Y = np.array([[0, -1j], [1j, 0]])
_CZ = np.diag([1, 1, 1, -1]).astype(complex)
_UNKNOWN = cmath.exp(1.234j)
_MOVE = np.array([[1, 0, 0, 0], [0, 0, _UNKNOWN, 0], [0, 1 / _UNKNOWN, 0, 0], [0, 0, 0, 1]])


def circuit(data: bytes) -> dict[str, Any]:
    """The only circuit of the job."""
    document = json.loads(data)
    if set(document) != {"circuits"}:
        raise ValueError(f"unknown fields: {sorted(document)}")
    (only,) = document["circuits"]
    if set(only) != {"name", "instructions"} or not isinstance(only["name"], str) or not only["name"]:
        raise ValueError(f"unknown fields: {sorted(only)}")
    return dict(only)


def distribution(data: bytes, resonators: frozenset[str] = frozenset()) -> tuple[list[str], dict[str, float]]:
    """Keys in the order of measurement, and string of their values in that order → probability.

    Raises on anything that IQM does not document.
    """
    instructions = circuit(data)["instructions"]
    names = sorted({name for item in instructions for name in item.get("qubits", item.get("locus", ()))})
    places = {name: place for place, name in enumerate(names)}
    branches: list[tuple[float, Array, dict[str, int]]] = [(1.0, ground(len(names)), {})]
    keys: list[str] = []
    feedback: dict[str, tuple[str, str]] = {}  # feedback key → key, qubit
    away: dict[str, str] = {}  # resonator → whose state it holds
    for item in instructions:
        kind, args = item["name"], item["args"]
        (locus,) = [item[word] for word in ("qubits", "locus") if word in item]
        if set(item) not in ({"name", "args", "qubits"}, {"name", "args", "locus"}) or len(set(locus)) != len(locus):
            raise ValueError(f"unknown fields: {item}")
        if kind not in ("barrier", "move") and not set(away.values()).isdisjoint(locus):
            raise ValueError(f"{locus} is in a resonator: {item}")
        if kind in ("prx", "cc_prx", "measure") and not resonators.isdisjoint(locus):
            raise ValueError(f"a resonator takes no {kind}: {item}")
        where = [places[name] for name in locus]
        if kind == "measure":
            if len(locus) != 1 or not set(args) <= {"key", "feedback_key"} or args["key"] in keys:
                raise ValueError(f"bad measurement: {item}")
            keys.append(args["key"])
            if "feedback_key" in args:
                feedback[args["feedback_key"]] = args["key"], locus[0]
            branches = [
                (weight * share, left, {**values, args["key"]: value})
                for weight, state, values in branches
                for value, share, left in measured(state, where[0])
            ]
            continue
        if kind == "cc_prx":
            args = dict(args)
            key, source = feedback[args.pop("feedback_key")]
            if args.pop("feedback_qubit") != source:
                raise ValueError(f"{key} is of another qubit: {item}")
            turn = _prx(args)
            branches = [
                (weight, turned(state, turn, where) if values[key] else state, values)
                for weight, state, values in branches
            ]
            continue
        if kind == "barrier" and not args:
            continue
        if kind == "prx" and len(locus) == 1:
            matrix = _prx(args)
        elif kind == "cz" and len(locus) == 2 and not args:
            matrix = _CZ
        elif kind == "move" and len(locus) == 2 and not args:
            matrix = _MOVE
            _note_move(locus, resonators, away)
            for _, state, _ in branches:
                both: list[Any] = [slice(None)] * len(names)
                both[where[0]] = both[where[1]] = 1
                if np.sum(np.abs(state[tuple(both)]) ** 2) > 1e-12:
                    raise ValueError("a move of two excited states does what nobody knows")
        else:
            raise ValueError(f"unknown instruction: {item}")
        branches = [(weight, turned(state, matrix, where), values) for weight, state, values in branches]
    if away:
        raise ValueError(f"states are left in resonators: {away}")
    found: dict[str, float] = {}
    for weight, _, values in branches:
        outcome = "".join(str(values[key]) for key in keys)
        found[outcome] = found.get(outcome, 0.0) + weight
    return keys, found


def _prx(args: dict[str, Any]) -> Array:
    if set(args) == {"angle_t", "phase_t"}:
        theta, phi = 2 * math.pi * args["angle_t"], 2 * math.pi * args["phase_t"]
    elif set(args) == {"angle", "phase"}:
        theta, phi = args["angle"], args["phase"]
    else:
        raise ValueError(f"bad arguments: {args}")
    axis = math.cos(phi) * _X + math.sin(phi) * _Y
    return math.cos(theta / 2) * np.eye(2) - 1j * math.sin(theta / 2) * axis


def _note_move(locus: list[str], resonators: frozenset[str], away: dict[str, str]) -> None:
    qubit, resonator = locus
    if qubit in resonators or resonator not in resonators:
        raise ValueError(f"moves go from a qubit to a resonator, not along {locus}")
    if resonator in away:
        if away.pop(resonator) != qubit:
            raise ValueError(f"{resonator} holds another state: {locus}")
    elif qubit in away.values():
        raise ValueError(f"the state of {qubit} is elsewhere: {locus}")
    else:
        away[resonator] = qubit


def memory(keys: list[str], outcome: str, groups: Any) -> int:
    """The classical memory that one outcome stands for; a key is name_length_register_bit."""
    found = 0
    for key, digit in zip(keys, outcome, strict=True):
        _, size, register, place = key.rsplit("_", 3)
        bits = groups[int(register)][1]
        if int(size) != len(bits):
            raise ValueError(f"{key} is of a register of {len(bits)} bits")
        found |= int(digit) << bits[int(place)]
    return found
