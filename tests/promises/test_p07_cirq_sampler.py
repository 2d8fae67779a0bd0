"""P07: a real `cirq.Sampler`, which gives what `cirq.Simulator` gives."""

from __future__ import annotations

import asyncio
import random
from typing import Any

import cirq
import duet
import numpy as np
import pandas as pd
import pytest
import sympy
from corners import CirqWay, ways
from judges.exact import p_value
from judges.simulated import counted_records, exact_records

from qrelay.cloud import Submission
from qrelay.errors import IncompleteResult

A, B, C = cirq.LineQubit.range(3)
GAMMA = sympy.Symbol("gamma")
FLIP = cirq.Circuit(cirq.X(B), cirq.measure(A, B, key="m"))

CERTAIN = {
    "keyless": cirq.Circuit(cirq.X(B), cirq.measure(A), cirq.measure(B, C)),
    "several_keys": cirq.Circuit(cirq.X(A), cirq.measure(C, A, key="z"), cirq.measure(B, key="a")),
    "repeated_key": cirq.Circuit(
        cirq.X(C), cirq.measure(A, C, key="k"), cirq.measure(B, key="x"), cirq.measure(C, B, key="k")
    ),
    "invert_mask": cirq.Circuit(cirq.X(B), cirq.measure(A, B, C, key="m", invert_mask=(True, True))),
    "every_bit_inverted": cirq.Circuit(
        cirq.X(B), cirq.measure(A, key="a", invert_mask=(True,)), cirq.measure(B, key="b", invert_mask=(True,))
    ),
    "permuted": cirq.Circuit(cirq.X(A), cirq.CNOT(A, B), cirq.measure(B, C, A, key="m")),
    "partial": cirq.Circuit(cirq.X.on_each(A, B, C), cirq.CNOT(A, C), cirq.measure(C, key="only")),
    "grid": cirq.Circuit(cirq.X(cirq.GridQubit(1, 0)), cirq.measure(*cirq.GridQubit.rect(2, 2), key="g")),
    "named": cirq.Circuit(
        cirq.X(cirq.NamedQubit("b")), cirq.measure(cirq.NamedQubit("q10"), cirq.NamedQubit("q9"), cirq.NamedQubit("b"))
    ),
    "mixed_qubits": cirq.Circuit(
        cirq.X(cirq.GridQubit(0, 1)),
        cirq.measure(cirq.NamedQubit("a"), cirq.GridQubit(0, 1), cirq.LineQubit(-2), key="m"),
    ),
    "strange_keys": cirq.Circuit(
        cirq.X(A), cirq.measure(A, key="c_{reg}"), cirq.measure(B, key="β"), cirq.measure(C, key="two words")
    ),
    "gap_between_qubits": cirq.Circuit(
        cirq.X(cirq.LineQubit(40)), cirq.measure(cirq.LineQubit(7), cirq.LineQubit(40), key="m")
    ),
}  # fmt: skip


def assert_same(result: cirq.Result, expected: cirq.Result) -> None:
    """Equal to the last bit, keys in the same order, arrays of the same shape, signed for 1 - 2 * bits."""
    assert list(result.records) == list(expected.records)
    for key, record in expected.records.items():
        assert result.records[key].shape == record.shape, key
        assert result.records[key].dtype == np.int8
    assert result == expected


@pytest.fixture
def lists(cirq_way: CirqWay, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many programs were handed to the account at once, every time."""
    seen: list[int] = []
    submit = cirq_way.account.submit

    def watched(target: Any, programs: Any, **options: Any) -> Any:
        seen.append(len(programs) if isinstance(programs, list) else 1)
        return submit(target, programs, **options)

    monkeypatch.setattr(cirq_way.account, "submit", watched)
    return seen


def test_p07_it_is_a_sampler(cirq_way: CirqWay) -> None:
    """Bug: a look-alike that Cirq's own tools refuse (azure-quantum's Cirq service)."""
    assert isinstance(cirq_way.sampler, cirq.Sampler)


@pytest.mark.parametrize("name", CERTAIN)
def test_p07_certain_results_are_the_simulator_s(name: str, cirq_way: CirqWay) -> None:
    """Bug: keys, instances, inverted bits or qubits out of order."""
    circuit = CERTAIN[name]
    result, expected = cirq_way.sampler.run(circuit, repetitions=7), cirq.Simulator().run(circuit, repetitions=7)
    assert_same(result, expected)
    assert result.repetitions == 7
    if name != "repeated_key":
        assert all(
            np.array_equal(result.measurements[key], expected.measurements[key]) for key in expected.measurements
        )
        pd.testing.assert_frame_equal(result.data, expected.data)
    else:
        with pytest.raises(ValueError, match="repeated keys"):
            _ = result.measurements


def _random_circuit(seed: int) -> cirq.Circuit:
    """Gates on up to five qubits, then measurements that are permuted, partial, inverted, under several keys."""
    dice = random.Random(seed)
    kinds = (cirq.LineQubit.range(5), cirq.GridQubit.rect(1, 5), [cirq.NamedQubit(name) for name in "edcba"])
    qubits: list[Any] = list(dice.choice(kinds)[: dice.randint(2, 5)])
    circuit = cirq.Circuit()
    for _ in range(14):
        one, two = dice.sample(qubits, 2)
        angle = dice.uniform(-3, 3)
        circuit.append(
            dice.choice(
                [
                    cirq.ry(angle)(one),
                    cirq.rx(angle)(one),
                    cirq.Z(one) ** angle,
                    cirq.CX(one, two),
                    cirq.CZ(one, two) ** 0.5,
                ]
            )
        )
    measured = dice.sample(qubits, dice.randint(1, len(qubits)))
    while measured:
        some = [measured.pop() for _ in range(dice.randint(1, len(measured)))]
        mask = tuple(dice.random() < 0.5 for _ in range(dice.randint(0, len(some))))
        circuit.append(cirq.measure(*some, key=f"k{dice.randint(0, 10**6)}", invert_mask=mask))
    return circuit


def test_p07_random_circuits_fit_the_exact_probabilities(cirq_way: CirqWay) -> None:
    """Bug: any of the above, where the answer is not certain; one circuit of a batch read by the layout of another."""
    circuits = [_random_circuit(seed) for seed in range(12)]
    results = cirq_way.lenient_sampler.run_batch(circuits, repetitions=1000)
    for seed, (circuit, (result,)) in enumerate(zip(circuits, results, strict=True)):
        counts, wanted = counted_records(result), exact_records(circuit)
        assert sum(counts.values()) == 1000 or cirq_way.rounds_shots_down
        assert p_value(counts, wanted) > 1e-6, f"seed {seed}: {dict(counts)} is no sample of {wanted}"


@pytest.mark.parametrize("cirq_way", ways("cirq", formats=["honeywell.openqasm.v1"]), indirect=True)
def test_p07_measurements_in_the_middle(cirq_way: CirqWay) -> None:
    """Bug: a repeated key that keeps its last value only."""
    circuit = cirq.Circuit(
        cirq.measure(A, key="k"), cirq.X(A), cirq.measure(A, key="k"), cirq.reset(A), cirq.measure(A, key="k")
    )
    result = cirq_way.sampler.run(circuit, repetitions=5)
    assert_same(result, cirq.Simulator().run(circuit, repetitions=5))
    assert result.records["k"][0].tolist() == [[0], [1], [0]]


def test_p07_a_sweep_is_one_list_in_its_order(
    cirq_way: CirqWay, submissions: list[Submission], lists: list[int]
) -> None:
    """Bug: points answered out of order or one after another, or without the values they ran at."""
    circuit = cirq.Circuit(cirq.X(A) ** GAMMA, cirq.X(B) ** sympy.Symbol("beta"), cirq.measure(A, B, key="m"))
    sweep = cirq.Points("gamma", [0, 1, 1]) * cirq.Points("beta", [1, 0])
    results, expected = (
        cirq_way.sampler.run_sweep(circuit, sweep, repetitions=3),
        cirq.Simulator().run_sweep(circuit, sweep, 3),
    )
    assert len(results) == 6
    for result, one in zip(results, expected, strict=True):
        assert_same(result, one)
        assert result.params == one.params
    assert {(submission.shots, submission.target.id) for submission in submissions} == {(3, cirq_way.target)}
    assert lists == [6]


@pytest.mark.parametrize(
    "params",
    [None, {"gamma": 1}, {GAMMA: 1}, cirq.ParamResolver({"gamma": 1}), [{"gamma": 0}, {"gamma": 1}],
     [cirq.Points("gamma", [0, 1]), {"gamma": 1}], cirq.Linspace("gamma", 0, 1, 2), []],
    ids=["none", "dict", "symbol", "resolver", "dicts", "mixed", "linspace", "empty"],
)  # fmt: skip
@pytest.mark.parametrize("cirq_way", ways("cirq", targets=["rigetti.sim.qvm", "qudora.sim.xg1"]), indirect=True)
def test_p07_every_form_of_a_sweep(params: Any, cirq_way: CirqWay) -> None:
    """Bug: forms that Cirq takes and a sampler of its own does not."""
    circuit = FLIP if params is None else cirq.Circuit(cirq.X(A) ** GAMMA, cirq.measure(A, key="m"))
    results, expected = cirq_way.sampler.run_sweep(circuit, params, 2), cirq.Simulator().run_sweep(circuit, params, 2)
    assert [(one.params, one) for one in results] == [(one.params, one) for one in expected]


def test_p07_symbols_through_other_symbols_and_formulas(cirq_way: CirqWay) -> None:
    """Bug: values that are formulas of other values left unresolved, or refused."""
    values = {"gamma": sympy.Symbol("delta") / 2, "delta": 1.0}
    result = cirq_way.sampler.run(cirq.Circuit(cirq.X(A) ** (2 * GAMMA), cirq.measure(A, key="m")), values, 3)
    assert result.measurements["m"].tolist() == [[1]] * 3
    assert result.params.value_of("gamma") == 0.5  # a formula is not kept with the job, but this process knows it


def test_p07_a_batch_with_its_own_sweeps_and_repetitions(cirq_way: CirqWay, lists: list[int]) -> None:
    """Bug: one number of repetitions for all, or results of one circuit under another."""
    swept = cirq.Circuit(cirq.X(A) ** GAMMA, cirq.measure(A, key="s"))
    batch = ([FLIP, swept, FLIP], [None, cirq.Points("gamma", [0, 1]), {}], [3, 5, 4])
    results, expected = cirq_way.sampler.run_batch(*batch), cirq.Simulator().run_batch(*batch)
    assert [[one.repetitions for one in each] for each in results] == [[3], [5, 5], [4]]
    assert lists == [4]
    for each, wanted in zip(results, expected, strict=True):
        for one, other in zip(each, wanted, strict=True):
            assert_same(one, other)
            assert one.params == other.params


def test_p07_a_batch_of_one_number_of_repetitions(cirq_way: CirqWay) -> None:
    """Bug: NumPy's integers refused, or taken for a list."""
    results = cirq_way.sampler.run_batch([FLIP, FLIP], repetitions=np.int64(2))  # type: ignore[arg-type]
    assert [[one.repetitions for one in each] for each in results] == [[2], [2]]
    assert cirq_way.sampler.run_batch([]) == []


def test_p07_awaited_in_duet_and_in_asyncio(cirq_way: CirqWay) -> None:
    """Bug: `run_async` and its sisters, which Cirq's own tools call, hang, or mix their results up."""
    swept = cirq.Circuit(cirq.X(A) ** GAMMA, cirq.measure(A, B, key="m"))
    sampler, points = cirq_way.sampler, cirq.Points("gamma", [1, 0])

    async def walk() -> list[cirq.Result]:
        one = await sampler.run_async(FLIP, repetitions=3)
        several = await sampler.run_sweep_async(swept, points, repetitions=2)
        (batched,), (last,) = await sampler.run_batch_async([swept, FLIP], [{"gamma": 1}, None], [4, 5])
        return [one, *several, batched, last]

    async def at_once() -> list[cirq.Result]:
        return await asyncio.gather(*(sampler.run_async(swept, {"gamma": point}, 2) for point in (0, 1, 1)))

    simulator = cirq.Simulator()
    expected = [simulator.run(FLIP, repetitions=3), *simulator.run_sweep(swept, points, 2)]
    expected += [simulator.run(swept, {"gamma": 1}, 4), simulator.run(FLIP, repetitions=5)]
    for found in (duet.run(walk), asyncio.run(walk())):
        assert found == expected
    three = [simulator.run(swept, {"gamma": point}, 2) for point in (0, 1, 1)]
    assert asyncio.run(at_once()) == duet.pmap(lambda point: sampler.run_async(swept, point, 2), [
        {"gamma": 0}, {"gamma": 1}, {"gamma": 1}
    ]) == three  # fmt: skip


@pytest.mark.parametrize(
    "params", [None, {"gamma": 0}, [{"gamma": 0}, {"gamma": 1}], [cirq.Points("gamma", [1, 0]), {"gamma": 1}]]
)
def test_p07_sample_gives_cirq_s_table(params: Any, cirq_way: CirqWay, lists: list[int]) -> None:
    """Bug: another index, other columns, other integers than Cirq's own."""
    gate = cirq.X(A) if params is None else cirq.X(A) ** GAMMA
    circuit = cirq.Circuit(gate, cirq.X(C), cirq.measure(A, B, C, key="out"), cirq.measure(A, key="a"))
    table = cirq_way.sampler.sample(circuit, repetitions=3, params=params)
    pd.testing.assert_frame_equal(table, cirq.Simulator().sample(circuit, repetitions=3, params=params))
    assert lists == [len(table) // 3]


def test_p07_expectation_values(cirq_way: CirqWay) -> None:
    """Bug: Cirq's own estimation, which rewrites circuits and sweeps, does not work on it."""
    circuit = cirq.Circuit(cirq.rx(GAMMA)(A), cirq.CX(A, B))
    observables = [cirq.Z(A) * cirq.Z(B), 2 * cirq.Y(A) * cirq.X(B) - 0.5 * cirq.Z(B)]
    asked: dict[str, Any] = {"num_samples": cirq_way.at_most(4000), "params": cirq.Linspace("gamma", 0, 1.5, 3)}
    if cirq_way.rounds_shots_down:  # Cirq would ask for the missing ones again and again
        with pytest.raises(IncompleteResult):
            cirq_way.sampler.sample_expectation_values(circuit, observables, **asked)
        return
    values = cirq_way.sampler.sample_expectation_values(circuit, observables, **asked)
    for gamma, (both, mixed) in zip((0, 0.75, 1.5), values, strict=True):
        assert both == pytest.approx(1)
        assert mixed == pytest.approx(
            -2 * np.sin(gamma) - 0.5 * np.cos(gamma), abs=0.24
        )  # five times the deviation of 2,000 shots


def test_p07_the_collector_of_cirq(cirq_way: CirqWay) -> None:
    """Bug: Cirq's collectors, which run everything through `run_async`, hang or fail."""
    observable = cirq.Z(A) * cirq.Z(B)
    collector = cirq.PauliSumCollector(
        circuit=cirq.Circuit(cirq.X(A)), observable=3 * observable, samples_per_term=200, max_samples_per_job=50
    )
    collector.collect(cirq_way.sampler, concurrency=3)
    assert collector.estimated_energy() == pytest.approx(-3)


@pytest.mark.parametrize("cirq_way", ways("cirq", targets=["ionq.simulator"], formats=["qir.v1"]), indirect=True)
def test_p07_fewer_repetitions_than_asked_for_are_said(cirq_way: CirqWay) -> None:
    """Bug: an array that is shorter than asked for, or padded; 992 of 1,000 come back where shares are rounded down."""
    circuit = cirq.Circuit(cirq.ry(1.0)(A), cirq.ry(0.4)(B), cirq.measure(A, B, key="m"))
    with pytest.raises(IncompleteResult) as caught:
        cirq_way.sampler.run(circuit, repetitions=999)
    assert caught.value.asked == 999
    assert caught.value.usable == caught.value.outcomes[0].shots_usable < 999
    result = cirq_way.lenient_sampler.run(circuit, repetitions=999)
    assert result.repetitions == caught.value.usable
    table = cirq_way.lenient_sampler.sample(circuit, repetitions=999)
    assert len(table) == caught.value.usable
    assert table.notna().all(axis=None)
