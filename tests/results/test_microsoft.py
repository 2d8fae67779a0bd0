"""`microsoft.quantum-results.v1` and `.v2`: lost qubits, error shots, histograms alone, several items, bad shapes."""

from __future__ import annotations

import json
import random
import warnings
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qrelay.errors import ResultUnreadable
from qrelay.program import Layout, Register
from qrelay.results import LostShots, decode, decode_items

V1 = "microsoft.quantum-results.v1"
V2 = "microsoft.quantum-results.v2"


def _v2(*items: dict[str, Any]) -> bytes:
    return json.dumps({"DataFormat": V2, "Results": list(items)}).encode()


def _plain(size: int) -> Layout:
    return Layout(size, (Register("c", tuple(range(size))),), tuple(range(size)), size)


def test_a_histogram_without_shots(shape: Any) -> None:
    source = random.Random(7)
    shots = [tuple(source.getrandbits(1) for _ in range(shape.layout.num_clbits)) for _ in range(40)]
    for data in (
        shape.v2(shots, single=False),
        shape.v2(shots, single=False).replace(b'"Histogram"', b'"Shots": [], "Histogram"'),
    ):
        outcome = decode(data, V2, shape.layout, 50, seed="job")
        assert outcome.counts() == Counter(map(shape.string, shots))
        assert (outcome.shots_asked, outcome.shots_returned, outcome.shots_usable) == (50, 40, 40)
        assert not outcome.per_shot
        assert Counter(outcome.memory()) == outcome.counts()
        assert outcome.memory() == decode(data, V2, shape.layout, 50, seed="job").memory()


def test_registers_of_one_name_are_told_apart(make_device: Any) -> None:
    """Cirq's repeated keys: as many registers as measurements, in the answer's order."""
    device = make_device([("m", [0, 1]), ("n", [2]), ("m", [3])])
    shots = [(1, 0, 0, 1), (0, 1, 1, 0), (1, 1, 0, 0)]
    outcome = decode(device.v2(shots), V2, device.layout, 3)
    assert outcome.memory() == ["1 0 01", "0 1 10", "0 0 11"]
    assert outcome.shot_bits().tolist() == [list(shot) for shot in shots]


def test_shots_without_a_histogram() -> None:
    outcome = decode(_v2({"Shots": [[0, 1], [1, 1], [0, 1]]}), V2, _plain(2))
    assert outcome.memory() == ["01", "11", "01"]
    assert outcome.shots_asked is None


def test_fewer_shots_than_asked_are_three_numbers(make_device: Any) -> None:
    """ionq.simulator by QIR rounds down: 1000 asked, 992 returned. Nothing is filled up."""
    device = make_device([("c", range(2))])
    outcome = decode(device.v2([(0, 1)] * 500 + [(1, 1)] * 492), V2, device.layout, 1000)
    assert (outcome.shots_asked, outcome.shots_returned, outcome.shots_usable) == (1000, 992, 992)
    assert outcome.counts() == {"10": 500, "11": 492}
    assert len(outcome.memory()) == 992


@pytest.mark.parametrize("single", [True, False], ids=["shots", "histogram"])
def test_lost_qubits_are_kept_apart_and_warned_about(shape: Any, single: bool) -> None:
    """A lost qubit counted as 0 or 1, or a shot that vanishes without a word."""
    source = random.Random(11)
    shots: list[tuple[object, ...]] = []
    for number in range(60):
        shot: list[object] = [source.getrandbits(1) for _ in range(shape.layout.num_clbits)]
        if number % 5 == 0:
            shot[source.randrange(len(shot))] = "-"
        shots.append(tuple(shot))
    usable = [shot for shot in shots if "-" not in shot]
    with pytest.warns(LostShots, match="Of 60 shots returned, 48 are usable; left out: 12 with lost qubits"):
        outcome = decode(shape.v2(shots, single=single), V2, shape.layout, 64)
    assert outcome.counts() == Counter(map(shape.string, usable))
    assert outcome.lost == Counter(shape.string(shot) for shot in shots if "-" in shot)
    assert (outcome.shots_asked, outcome.shots_returned, outcome.shots_usable) == (64, 60, 48)
    assert len(outcome.memory()) == 48
    if single:
        assert outcome.memory() == [shape.string(shot) for shot in usable]


@pytest.mark.parametrize("single", [True, False], ids=["shots", "histogram"])
def test_error_shots_are_kept_as_reported(make_device: Any, single: bool) -> None:
    device = make_device([("a", [0]), ("b", [1])])
    item = device.item([(0, 1)] * 3, single=single)
    reported = {"Code": "0x20", "Name": "Overheated", "Arg0": "99"}
    item["Histogram"].append(
        {"Outcome": {"Error": {"Code": "0x20", "Name": "Overheated"}}, "Display": "Error 0x20", "Count": 2}
    )
    if single:
        item["Shots"][1:1] = [{"Error": reported}, {"Error": reported}]
    with pytest.warns(LostShots, match="left out: 2 that ended in an error"):
        outcome = decode(_v2(item), V2, device.layout, 5)
    assert outcome.counts() == {"1 0": 3}
    assert [error["Name"] for error in outcome.errors] == ["Overheated"] * 2
    if single:
        assert outcome.errors == (reported, reported)
    assert (outcome.shots_returned, outcome.shots_usable) == (5, 3)


def test_what_no_shot_showed_is_not_in_the_histogram() -> None:
    """Bug: an entry with Count 0 came back as an outcome with 0 shots, and a lost one warned that 0 shots were lost."""
    entries = [([0, 1], 0), ([1, "-"], 0), ([1, 1], 3)]
    histogram = [{"Outcome": outcome, "Count": count} for outcome, count in entries]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for item in ({"Histogram": histogram}, {"Histogram": histogram, "Shots": [[1, 1]] * 3}):
            outcome = decode(_v2(item), V2, _plain(2), 3)
            assert (outcome.counts(), outcome.lost, outcome.shots_returned) == ({"11": 3}, None, 3)


def test_only_errors_and_only_lost_shots() -> None:
    with pytest.warns(LostShots):
        outcome = decode(_v2({"Shots": [{"Error": {"Code": "0x1", "Name": "x"}}] * 2}), V2, _plain(3), 2)
    assert (outcome.counts(), outcome.memory(), outcome.shots_returned, len(outcome.errors)) == ({}, [], 2, 2)
    with pytest.warns(LostShots):
        outcome = decode(_v2({"Shots": [["-", "-"]]}), V2, _plain(2), 1)
    assert (outcome.counts(), outcome.lost) == ({}, {"--": 1})


def test_a_two_is_a_lost_qubit_too() -> None:
    """The vendor's own reader takes 2 for a lost qubit; read as a bit it would spoil its neighbours."""
    with pytest.warns(LostShots):
        outcome = decode(_v2({"Shots": [[0, 2], [0, 1]]}), V2, _plain(2), 2)
    assert (outcome.counts(), outcome.lost) == ({"01": 1}, {"0-": 1})


@pytest.mark.parametrize("histogram", [False, True])
def test_words_for_what_was_measured(histogram: bool) -> None:
    """azure-quantum reads them in answers of some backends; refused, a paid answer has to be read by hand."""
    shots: list[Any] = [["One", "Zero"], ["Loss", "One"], ["One", "Zero"]]
    kinds = [{"Outcome": ["One", "Zero"], "Count": 2}, {"Outcome": ["Loss", "One"], "Count": 1}]
    with pytest.warns(LostShots):
        outcome = decode(_v2({"Histogram": kinds} if histogram else {"Shots": shots}), V2, _plain(2), 3)
    assert (outcome.counts(), outcome.lost) == ({"10": 2}, {"-1": 1})
    with pytest.raises(ResultUnreadable, match="'Zeros'"):
        decode(_v2({"Shots": [["Zeros", "One"]]}), V2, _plain(2), 1)


def test_nothing_is_warned_about_when_nothing_is_missing() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        decode(_v2({"Shots": [[0, 1]]}), V2, _plain(2), 2)


def test_several_items_each_with_its_own_layout(make_device: Any) -> None:
    devices = [make_device([("c", range(2))]), make_device([("a", [1, 0]), ("b", [2])]), make_device([("z", range(4))])]
    shots = [[(0, 1)] * 3, [(1, 0, 0), (0, 1, 1)], [(0, 0, 0, 1)]]
    data = _v2(*(device.item(own) for device, own in zip(devices, shots, strict=True)))
    outcomes = decode_items(data, V2, [device.layout for device in devices], 3)
    for outcome, device, own in zip(outcomes, devices, shots, strict=True):
        assert outcome.memory() == [device.string(shot) for shot in own]
    with pytest.raises(ResultUnreadable, match=r"3 results; qrelay\.results\.decode_items"):
        decode(data, V2)
    with pytest.raises(ResultUnreadable, match="3 results and 2 were expected"):
        decode_items(data, V2, [devices[0].layout, None])
    assert [outcome.layout.num_clbits for outcome in decode_items(data, V2)] == [2, 3, 4]


def test_items_of_histograms_have_orders_of_their_own(make_device: Any) -> None:
    device = make_device([("c", [0])])
    item = device.item([(0,), (1,)] * 20, single=False)
    first, second = decode_items(_v2(item, item), V2, [device.layout] * 2, 40, seed="job")
    assert first.counts() == second.counts()
    assert first.memory() != second.memory()


def test_without_a_layout_the_answer_reads_from_left_to_right() -> None:
    """The registers are made up from the right: the last element of the tuple is c0."""
    outcome = decode(_v2({"Shots": [{"Item1": [0, 0, 1], "Item2": [1, 0]}]}), V2)
    assert outcome.counts() == {"001 10": 1}
    assert [(register.name, register.size) for register in outcome.layout.registers] == [("c0", 2), ("c1", 3)]
    assert outcome.counts("c1") == {"001": 1}
    assert decode(_v2({"Shots": [[1, 0, 0]]}), V2).counts() == {"100": 1}
    single_bits = _v2({"Shots": [{"Item1": 0, "Item2": {"Item1": 1, "Item2": [1, 0]}}]})
    assert decode(single_bits, V2).counts() == {"0 1 10": 1}
    eleven = {f"Item{place}": [int(place == 2)] for place in range(1, 12)}
    assert decode(_v2({"Shots": [eleven]}), V2).counts() == {"0 1" + " 0" * 9: 1}


@pytest.mark.parametrize("nothing", [[], {}])
def test_programs_that_record_nothing(nothing: Any) -> None:
    for layout in (Layout(0, (), (), 2), None):
        assert decode(_v2({"Shots": [nothing] * 3}), V2, layout, 3).counts() == {"": 3}


def test_v1_reads_displays_of_every_shape() -> None:
    for text, expected in (("[0, 1]", "01"), ("([0, 1], [1])", "01 1"), ("([0],)", "0"), ("1", "1"), ("[ 1 ]", "1")):
        outcome = decode(json.dumps({"Histogram": [text, 1.0]}).encode(), V1, None, 4)
        assert outcome.counts() == {expected: 4}
        assert outcome.probabilities == {expected: 1.0}
        assert not outcome.per_shot


def test_v1_adds_figures_of_one_outcome_that_stands_there_twice() -> None:
    data = json.dumps({"Histogram": ["[0, 1]", 0.25, "[1, 1]", 0.5, "[0, 1]", 0.25]}).encode()
    outcome = decode(data, V1, _plain(2), 8)
    assert (outcome.counts(), outcome.probabilities) == ({"01": 4, "11": 4}, {"01": 0.5, "11": 0.5})


def test_v1_shares_shots_out_over_lost_outcomes_too() -> None:
    data = json.dumps({"Histogram": ["[0, 1]", 0.5, "[-, 1]", 0.25, "[1, 1]", 0.25]}).encode()
    with pytest.warns(LostShots):
        outcome = decode(data, V1, _plain(2), 10)
    assert outcome.counts() == {"01": 5, "11": 3}  # a tie between the last two, for one shot
    assert outcome.lost == {"-1": 2}
    assert (outcome.shots_returned, outcome.shots_usable) == (10, 8)
    assert outcome.probabilities == {"01": 0.5, "11": 0.25}


@pytest.mark.parametrize(
    "item",
    [
        {"Shots": [[0, 1, 1]]},
        {"Shots": [[0]]},
        {"Shots": [[0, 1], [0, 1, 1]]},
        {"Shots": [[0, 1], [0], [0, 1, 1]]},
        {"Shots": [{"Item1": [0], "Item2": [1]}]},
        {"Shots": [[0, 1], {"Item1": [0], "Item2": [1]}]},
        {"Shots": [{"Item1": [0, 1], "Item3": [1]}]},
        {"Shots": [[0, 1], 2]},
        {"Shots": [[0, 1], None]},
        {"Shots": [[0, 1], "01"]},
        {"Shots": [[0, True]]},
        {"Shots": [[0, 1.0]]},
        {"Shots": [[0, None]]},
        {"Shots": [[0, "x"]]},
        {"Shots": [[0, 3]]},
        {"Shots": [[0, -1]]},
        {"Shots": [[0, 256]]},
        {"Shots": [[0, [1]]]},
        {"Shots": {"0": [0, 1]}},
        {"Shots": "0101"},
        {"Histogram": [{"Outcome": [0, 1], "Count": -1}]},
        {"Histogram": [{"Outcome": [0, 1], "Count": True}]},
        {"Histogram": [{"Outcome": [0, 1], "Count": 1.0}]},
        {"Histogram": [{"Outcome": [0, 1], "Count": 2**60}]},
        {"Histogram": [{"Outcome": [0, 1]}]},
        {"Histogram": [{"Display": "[0, 1]", "Count": 1}]},
        {"Histogram": ["[0, 1]", 1]},
        {"Histogram": [{"Outcome": {"Error": {"Code": "0x1"}}, "Count": 10**12}]},
        {"Histogram": [{"Outcome": [0, 1], "Count": 2}], "Shots": [[0, 1]]},
        {"Histogram": [{"Outcome": [0, 1], "Count": 1}], "Shots": [[1, 0]]},
        {"Histogram": [{"Outcome": [0, 1], "Count": 1}], "Shots": [[0, "-"]]},
        {"Histogram": [{"Outcome": ["-", 1], "Count": 1}], "Shots": [[0, "-"]]},
        {"Histogram": [{"Outcome": {"Error": {"Code": "0x1"}}, "Count": 2}], "Shots": [{"Error": {"Code": "0x1"}}]},
        {"Shots": [json.loads('{"Item1": ' * 10 + "[0, 1]" + "}" * 10)]},
        {},
    ],
)
def test_items_that_contradict_the_layout_the_format_or_themselves(item: dict[str, Any]) -> None:
    data = _v2(item)
    with pytest.raises(ResultUnreadable) as caught:
        decode(data, V2, _plain(2), 3)
    assert caught.value.data is data


@pytest.mark.parametrize(
    "document",
    [
        {"DataFormat": V1, "Results": [{"Shots": [[0]]}]},
        {"DataFormat": V2},
        {"DataFormat": V2, "Results": []},
        {"DataFormat": V2, "Results": [[]]},
        {"DataFormat": V2, "Results": {"Shots": [[0]]}},
        {"Histogram": ["[0]", 1.0]},
        [V2],
        "v2",
        None,
    ],
)
def test_documents_that_are_no_v2_answer(document: Any) -> None:
    with pytest.raises(ResultUnreadable):
        decode(json.dumps(document).encode(), V2, _plain(1), 3)


@pytest.mark.parametrize(
    "document",
    [
        {"Histogram": []},
        {"Histogram": ["[0]"]},
        {"Histogram": ["[0]", 0.5]},
        {"Histogram": ["[0", 1.0]},
        {"Histogram": ["[0, x]", 1.0]},
        {"Histogram": [[0], 1.0]},
        {"Histogram": ["[0, 1]", 1.0]},
        {"Histogram": ["[0]", 0.5, "[0, 1]", 0.5]},
        {"Histogram": {"[0]": 1.0}},
        {"DataFormat": V2, "Histogram": ["[0]", 1.0]},
    ],
)
def test_documents_that_are_no_v1_answer(document: Any) -> None:
    with pytest.raises(ResultUnreadable):
        decode(json.dumps(document).encode(), V1, _plain(1), 3)


@given(data=st.data())
def test_any_layout_any_shots(data: st.DataObject, make_device: Any) -> None:
    """Random registers (permuted, shared, loose bits) and shots (lost qubits and errors among them), in both forms."""
    width = data.draw(st.integers(1, 12))
    registers = data.draw(st.lists(st.lists(st.integers(0, width - 1), unique=True, max_size=width), max_size=4))
    device = make_device([(f"r{index}", bits) for index, bits in enumerate(registers)], num_clbits=width)
    value = st.sampled_from([0, 1, 0, 1, "-"] if data.draw(st.booleans()) else [0, 1])
    shots = data.draw(st.lists(st.tuples(*[value] * width), min_size=1, max_size=30))
    errors = data.draw(st.integers(0, 3))
    item = device.item(shots, single=data.draw(st.booleans()))
    for index in range(errors):
        error = {"Error": {"Code": hex(index), "Name": "E"}}
        if "Shots" in item:
            item["Shots"].insert(data.draw(st.integers(0, len(shots))), error)
        item["Histogram"].append({"Outcome": error, "Display": "E", "Count": 1})
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        outcome = decode(_v2(item), V2, device.layout, 100, seed="s")
    usable = [shot for shot in shots if "-" not in shot]
    assert outcome.counts() == Counter(map(device.string, usable))
    assert (outcome.lost or {}) == Counter(device.string(shot) for shot in shots if "-" in shot)
    assert len(outcome.errors) == errors
    assert outcome.shots_returned == len(shots) + errors
    assert Counter(outcome.memory()) == outcome.counts()
    assert bool(caught) == (len(usable) < len(shots) or errors > 0)
