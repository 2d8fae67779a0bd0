"""`ibm.runtime.result`: what qiskit-ibm-runtime's own encoder wrote, and arrays that somebody prepared."""

from __future__ import annotations

import base64
import io
import json
import pickle
import zlib
from typing import Any

import numpy as np
import pytest

from qrelay.errors import ResultUnreadable
from qrelay.program import Layout, Register
from qrelay.results import Arrays, Document, decode, decode_items

IBM = "ibm.runtime.result"

# json.dumps(result, cls=RuntimeEncoder) of qiskit-ibm-runtime 0.49.0, Qiskit 2.3.0: two pubs of a sampler, the second
# one over three sets of parameter values
SAMPLED = (
    b'{"__type__": "PrimitiveResult", "__value__": {"pub_results": [{"__type__": "SamplerPubResult", "__va'
    b'lue__": {"data": {"__type__": "DataBin", "__value__": {"field_names": ["c", "d"], "shape": [], "fiel'
    b'ds": {"c": {"__type__": "BitArray", "__value__": {"array": {"__type__": "ndarray", "__value__": "eJy'
    b"b7BfqGxDJyFDGUK2eklqcXKRupaBeU2qorqOgnpZfVFKUmBefX5SSChJ3S8wpTgWKF2ckFqQC+RrGOgqGmjoKtQpkAy5WJlYAySw"
    b'bww=="}, "num_bits": 3}}, "d": {"__type__": "BitArray", "__value__": {"array": {"__type__": "ndarray'
    b'", "__value__": "eJyb7BfqGxDJyFDGUK2eklqcXKRupaBeU2qorqOgnpZfVFKUmBefX5SSChJ3S8wpTgWKF2ckFqQC+RrGOgp'
    b'GmjoKtQpkAy5GBoYG5v8AHxkdOw=="}, "num_bits": 10}}}}}, "metadata": {"circuit_metadata": {}}}}, {"__ty'
    b'pe__": "SamplerPubResult", "__value__": {"data": {"__type__": "DataBin", "__value__": {"field_names"'
    b': ["meas"], "shape": [3], "fields": {"meas": {"__type__": "BitArray", "__value__": {"array": {"__typ'
    b'e__": "ndarray", "__value__": "eJyb7BfqGxDJyFDGUK2eklqcXKRupaBeU2qorqOgnpZfVFKUmBefX5SSChJ3S8wpTgWKF'
    b'2ckFqQC+RrGOgpGOgqGmjoKtQrkAS5GBmYmJiYAIwUb3w=="}, "num_bits": 2}}}}}, "metadata": {}}}], "metadata"'
    b': {"version": 2}}}'
)
# the same of an estimator
ESTIMATED = (
    b'{"__type__": "PrimitiveResult", "__value__": {"pub_results": [{"__type__": "PubResult", "__value__":'
    b' {"data": {"__type__": "DataBin", "__value__": {"field_names": ["evs", "stds"], "shape": [2], "field'
    b's": {"evs": {"__type__": "ndarray", "__value__": "eJyb7BfqGxDJyFDGUK2eklqcXKRupaBuk2ahrqOgnpZfVFKUmB'
    b'efX5SSChJ3S8wpTgWKF2ckFqQC+RpGOpo6CrUKFAAuBjB4YA+hP+wHABe9His="}, "stds": {"__type__": "ndarray", "_'
    b'_value__": "eJyb7BfqGxDJyFDGUK2eklqcXKRupaBuk2ahrqOgnpZfVFKUmBefX5SSChJ3S8wpTgWKF2ckFqQC+RpGOpo6CrUK'
    b'FACuapF17g+rWuwh9BR7AEd/IrE="}}}}, "metadata": {"target_precision": 0.1}}}], "metadata": {}}}'
)


def _npy(array: Any, **options: Any) -> str:
    file = io.BytesIO()
    np.save(file, array, **options)
    return base64.b64encode(zlib.compress(file.getvalue())).decode()


def _answer(fields: dict[str, tuple[Any, Any]], shape: Any = ()) -> bytes:
    """One pub with registers of these arrays (as encoded) and numbers of bits."""
    encoded = {
        name: {
            "__type__": "BitArray",
            "__value__": {"array": {"__type__": "ndarray", "__value__": array}, "num_bits": size},
        }
        for name, (array, size) in fields.items()
    }
    data = {"__type__": "DataBin", "__value__": {"field_names": list(fields), "shape": shape, "fields": encoded}}
    pub = {"__type__": "PubResult", "__value__": {"data": data, "metadata": {}}}
    return json.dumps({"__type__": "PrimitiveResult", "__value__": {"pub_results": [pub], "metadata": {}}}).encode()


def _bytes(*rows: list[int]) -> Any:
    return np.array(rows, dtype=np.uint8)


def test_p01_as_ibm_s_own_encoder_writes_it() -> None:
    """Catches bytes in the wrong order (ten bits are two, the most significant first), pubs and sweeps mixed up."""
    two, *sweep = decode_items(SAMPLED, IBM)
    assert two.memory("c") == ["101", "010", "101"]
    assert two.memory("d") == [f"{256:010b}", f"{128:010b}", f"{0x3FF:010b}"]
    assert two.memory() == [f"{256:010b} 101", f"{128:010b} 010", f"{0x3FF:010b} 101"]
    assert [outcome.memory() for outcome in sweep] == [["01", "00"], ["11", "10"], ["10", "10"]]
    layout = Layout(13, (Register("d", tuple(range(10))), Register("c", (12, 10, 11))), tuple(range(13)), 13)
    given = decode_items(SAMPLED, IBM, [layout, None, None, None], 3)[0]
    assert given.memory("c") == two.memory("c")
    assert given.memory("d") == two.memory("d")
    assert given.memory()[0] == f"101 {256:010b}"
    with pytest.raises(ResultUnreadable, match="4 results and 2"):
        decode_items(SAMPLED, IBM, [layout, None])


def test_an_estimator_s_values_are_a_document() -> None:
    found = decode(ESTIMATED, IBM)
    assert isinstance(found, Arrays)
    assert found.arrays["evs"].tolist() == [0.5, -1.0]
    assert found.arrays["stds"].tolist() == [0.01, 0.02]
    assert found.data["__type__"] == "PubResult"
    assert "expectation values" in found.holds


def test_p01_registers_that_share_bits_and_loose_ones() -> None:
    layout = Layout(4, (Register("a", (0, 1)), Register("b", (1, 2))), (0, 1, 2, -1), 3)
    whole = _answer({"a": (_npy(_bytes([2])), 2), "b": (_npy(_bytes([1])), 2)})
    assert decode(whole, IBM, layout, 1).int_counts() == {0b0010: 1}
    torn = _answer({"a": (_npy(_bytes([2])), 2), "b": (_npy(_bytes([0])), 2)})
    with pytest.raises(ResultUnreadable, match="share bit 1"):
        decode(torn, IBM, layout, 1)
    parts = _answer({"a": (_npy(_bytes([2])), 2), "b": (_npy(_bytes([1])), 1), "loose": (_npy(_bytes([1])), 1)})
    assert decode(parts, IBM, layout, 1).int_counts() == {0b1110: 1}


@pytest.mark.parametrize("shape", [(5, 0), (0, 1), (2, 0, 1)])
def test_registers_without_bits_and_answers_without_shots(shape: tuple[int, ...]) -> None:
    """Bug: NumPy's ValueError in place of an outcome, for an array that holds nothing."""
    data = _answer({"c": (_npy(np.zeros(shape, dtype=np.uint8)), shape[-1])}, shape[:-2])
    outcomes = decode_items(data, IBM)
    assert [outcome.counts() for outcome in outcomes] == ([{"": 5}] if shape == (5, 0) else [{}] * len(outcomes))
    assert len(outcomes) == (2 if len(shape) == 3 else 1)


def test_arrays_of_another_kind_than_bytes() -> None:
    with pytest.raises(ResultUnreadable, match="int64"):
        decode(_answer({"c": ([[0], [1]], 1)}), IBM)


def test_counts_that_the_hub_archived_in_place_of_arrays() -> None:
    document = json.loads(_answer({"c": ("", 2)}))
    array = document["__value__"]["pub_results"][0]["__value__"]["data"]["__value__"]["fields"]["c"]["__value__"]
    for counts in ({"01": 3, "10": 1}, {"0x1": 3, "0x2": 1, "0x0": 0}):
        array["array"] = {"counts": counts}
        outcome = decode(json.dumps(document).encode(), IBM)
        assert outcome.counts() == {"01": 3, "10": 1}
        assert not outcome.per_shot
    for counts in (
        {},
        {"1": 3},
        {"0x4": 1},
        {"zz": 1},
        {"01": 1.5},
        {"01": 1, "0x1": 2},
        {"-1": 1},
        {"0x": 1},
        {"+1": 1},
    ):
        array["array"] = {"counts": counts}
        with pytest.raises(ResultUnreadable):
            decode(json.dumps(document).encode(), IBM)


def test_a_failure_says_its_reason() -> None:
    with pytest.raises(ResultUnreadable, match=r"Circuit too wide \(code 8017\)"):
        decode(b'{"reason": "Circuit too wide", "reason_code": 8017}', IBM)


def test_data_that_are_no_bits_are_a_document() -> None:
    found = decode(_answer({"c": ("", 1)}).replace(b"BitArray", b"Kerneled"), IBM)
    assert isinstance(found, Document)


class _Unpickled:
    def __reduce__(self) -> Any:
        return print, ("unpickled",)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "====",
        "not base64!",
        base64.b64encode(b"not zlib").decode(),
        base64.b64encode(zlib.compress(b"not npy")).decode(),
        base64.b64encode(zlib.compress(b"\x93NUMPY")).decode(),
        base64.b64encode(zlib.compress(b"\x93NUMPY\x01\x00\x05\x00{'a':")).decode(),
        base64.b64encode(zlib.compress(b"\x93NUMPY\x07\x00\x05\x00{'a':")).decode(),
        base64.b64encode(zlib.compress(pickle.dumps(_Unpickled()))).decode(),
        _npy(np.array([_Unpickled()], dtype=object), allow_pickle=True),
        _npy(np.array([["a"]])),
        _npy(_bytes([1]).astype(np.int8)),
        _npy(np.array([[1.0]])),
        _npy(_bytes([1, 1])),
        _npy(_bytes([1])[0]),
        _npy(np.array(1, dtype=np.uint8)),
        _npy(_bytes([1])[None]),
        _npy(_bytes([2])),
        _npy(_bytes([1]))[:-8],
        "é",
    ],
)
def test_arrays_that_are_none(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever is in the place of an array: refused with the bytes kept, and nothing in it is run."""
    data = _answer({"c": (text, 1)})
    with pytest.raises(ResultUnreadable) as caught:
        decode(data, IBM, None, 1)
    assert caught.value.data is data
    assert "unpickled" not in capsys.readouterr().out


@pytest.mark.parametrize("told", [10, 1 << 20, 10**30])
def test_a_few_bytes_do_not_fill_the_memory(told: int) -> None:
    """A hundred megabytes of zeros are a hundred kilobytes packed: no more is unpacked than the header promises."""
    header = f"{{'descr': '|u1', 'fortran_order': False, 'shape': ({told}, 1), }}".ljust(117).encode() + b"\n"
    file = b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header
    text = base64.b64encode(zlib.compress(file + bytes(3 << 20))).decode()
    with pytest.raises(ResultUnreadable, match="bytes"):
        decode(_answer({"c": (text, 1)}), IBM)


@pytest.mark.parametrize(
    "change",
    [
        ("num_bits", -1),
        ("num_bits", 10**9),
        ("num_bits", True),
        ("num_bits", None),
        ("shape", [0]),
        ("shape", [10**12]),
        ("shape", [2]),
        ("shape", "x"),
        ("shape", [True]),
        ("fields", {}),
        ("__type__", "Result"),
        ("pub_results", []),
    ],
)
def test_members_that_contradict(change: tuple[str, Any]) -> None:
    def altered(node: Any) -> Any:
        if isinstance(node, dict):
            return {key: change[1] if key == change[0] else altered(value) for key, value in node.items()}
        return [altered(value) for value in node] if isinstance(node, list) else node

    data = json.dumps(altered(json.loads(_answer({"c": (_npy(_bytes([1])), 1)})))).encode()
    with pytest.raises(ResultUnreadable) as caught:
        decode(data, IBM)
    assert caught.value.data is data


@pytest.mark.parametrize(
    "fields",
    [
        {"c": (_npy(_bytes([1])), 1)},
        {"c": (_npy(_bytes([1])), 2), "e": (_npy(_bytes([1])), 1)},
        {"c": (_npy(_bytes([1])), 2), "d": (_npy(_bytes([1], [0])), 1)},
        {"c": (_npy(_bytes([1])), 1), "d": (_npy(_bytes([1])), 1)},
    ],
)
def test_registers_that_are_not_the_job_s(fields: Any) -> None:
    layout = Layout(3, (Register("c", (0, 1)), Register("d", (2,))), (0, 1, 2), 3)
    with pytest.raises(ResultUnreadable, match="registers"):
        decode(_answer(fields), IBM, layout, 1)
