"""QIR that is written already: its bytes unchanged, its layout by the order of its records."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from uploads import recorded_uploads, registers_of

import qrelay
from qrelay.errors import InvalidOption
from qrelay.formats import ready_made, ready_qir
from qrelay.program import Layout, Register

HEAD = "%Result = type opaque\n%Qubit = type opaque\n"


PROFILE = '"entry_point" "qir_profiles"="base_profile" "required_num_qubits"="{}" "required_num_results"="{}"'


def _qubit(index: int) -> str:
    return f"%Qubit* inttoptr (i64 {index} to %Qubit*)" if index else "%Qubit* null"


def _result(index: int) -> str:
    return f"%Result* inttoptr (i64 {index} to %Result*)" if index else "%Result* null"


def _measure(qubit: int, result: int) -> str:
    return f"  call void @__quantum__qis__mz__body({_qubit(qubit)}, {_result(result)})"


def _array(size: int, kind: str = "array") -> str:
    return f"  call void @__quantum__rt__{kind}_record_output(i64 {size}, i8* null)"


def _record(result: int) -> str:
    return f"  call void @__quantum__rt__result_record_output({_result(result)}, i8* null)"


def _module(*lines: str, name: str = "main", parameters: str = "", attributes: str = PROFILE.format(4, 4)) -> str:
    body = "\n".join(lines)
    function = f"define void @{name}({parameters}) #0 {{\nentry:\n{body}\n  ret void\n}}"
    return f"{HEAD}\n{function}\nattributes #0 = {{ {attributes} }}\n"


def test_recorded_modules_pass_byte_for_byte(shared: Path) -> None:
    found = 0
    for recording in (shared / "fixtures" / "azure").glob("*.json"):
        for upload in recorded_uploads(shared, recording.name):
            if isinstance(upload, str):
                payload = ready_made(upload)
                assert payload.data == upload.encode()
                assert (payload.format, payload.content_type) == ("qir.v1", "qir.v1")
                assert payload.input_params == {"items": [{"entryPoint": "ENTRYPOINT__main", "arguments": []}]}
                assert ready_made(upload.encode()) == payload
                found += 1
    assert found >= 4


def test_recorded_layout_of_severalregisters_of(shared: Path) -> None:
    """A permuted map over three registers of the rigetti recording, whose answer is recorded beside it."""
    (upload,) = recorded_uploads(shared, "test_qiskit_endianness_submit_to_rigetti.json")
    payload = ready_made(upload)
    assert registers_of(payload.layout) == [("c0", [0, 1, 3]), ("c1", [4, 5, 6]), ("c2", [2, 7, 8])]
    assert payload.num_qubits == 9
    exchanges = json.loads(
        (shared / "fixtures" / "azure" / "test_qiskit_endianness_submit_to_rigetti.json").read_text()
    )["exchanges"]
    answers = [one["response"] for one in exchanges if "outputData" in one["path"] and one["method"] == "GET"]
    documents = [one for one in answers if isinstance(one, dict) and "Results" in one]
    assert documents
    outcome = qrelay.decode(json.dumps(documents[0]).encode(), payload.output_format, payload.layout)
    bare = qrelay.decode(json.dumps(documents[0]).encode(), payload.output_format)
    assert outcome.counts() == bare.counts()


def test_order_of_records_is_the_answers_order() -> None:
    """Asymmetric: two arrays of three and one bits, and a bare result, inside of a tuple."""
    module = _module(
        *[_measure(3, 0), _measure(1, 1), _measure(0, 2), _measure(2, 3)],
        *[_array(3, "tuple"), _array(2), _record(1), _record(3), _record(0), _array(1), _record(2)],
    )
    payload = ready_made(module)
    assert registers_of(payload.layout) == [("c0", [0]), ("c1", [3]), ("c2", [2, 1])]
    document = {"Results": [{"Shots": [{"Item1": [1, 0], "Item2": 0, "Item3": [1]}]}]}
    outcome = qrelay.decode(json.dumps(document).encode(), payload.output_format, payload.layout)
    assert outcome.counts() == {"10 0 1": 1}


def test_records_in_comments_are_none() -> None:
    module = _module(_measure(1, 0), f";{_record(1)}", _record(0)).replace("\n", "\r\n")
    assert registers_of(ready_made(module).layout) == [("c0", [1])]


def test_comments_say_nothing() -> None:
    """Catches a comment behind a call or a bracket that is read as part of it, up to a whole next function."""
    loud = _measure(1, 0) + " ; of (%Qubit* null)"
    ended = "  ret void ; call void @__quantum__rt__result_record_output(%Result* null, i8* null)"
    module = _module(loud, _record(0), ended).replace("\n}\n", "\n} ; end of it\n")
    assert registers_of(ready_made(module + f"define void @more() {{\n{_record(1)}\n}}\n").layout) == [("c0", [1])]


def test_records_are_the_entry_points_own_and_made_once() -> None:
    """Catches a layout that forgets what a helper records, or what a loop records again."""
    helper = f"define void @help() {{\n{_record(1)}\n  ret void\n}}\n"
    assert registers_of(ready_made(_module(_measure(1, 0), _record(0)) + helper).layout) == [("c0", [1])]
    assert ready_made(_module(_measure(1, 0), _record(0), "  call void @help()") + helper).layout is None
    start = (_measure(1, 0), "  br label %l", "l:", _record(0))
    assert ready_made(_module(*start, "  br i1 %x, label %l, label %end", "end:")).layout is None
    assert registers_of(ready_made(_module(*start, "  br label %end", "end:  ; preds = %l")).layout) == [("c0", [1])]


def test_nested_arrays_and_records_at_the_top() -> None:
    nested = _module(_measure(1, 0), _measure(0, 1), _array(2), _array(1), _record(0), _array(1), _record(1))
    assert registers_of(ready_made(nested).layout) == [("c0", [0]), ("c1", [1])]
    flat = _module(_measure(1, 0), _measure(0, 1), _array(1), _record(0), _array(1), _record(1))
    assert registers_of(ready_made(flat).layout) == [("c0", [0]), ("c1", [1])]


@pytest.mark.parametrize(
    "lines",
    [
        [_measure(0, 0)],
        [_array(2), _record(0)],
        [_array(0)],
        [_record(0), "  call void @__quantum__rt__int_record_output(i64 %n, i8* null)"],
        [_record(0), "other:", _record(1)],
        ["  call void @__quantum__rt__result_record_output(%Result* %r, i8* null)"],
    ],
    ids=["none", "too few", "empty array", "a number", "in two blocks", "computed"],
)
def test_records_that_are_not_plain_have_no_layout(lines: list[str]) -> None:
    assert ready_made(_module(*lines)).layout is None


def test_opaque_pointers_and_older_attributes() -> None:
    text = """
define i64 @run() "EntryPoint" "requiredQubits"="5" {
  call void @__quantum__qis__mz__body(ptr inttoptr (i64 4 to ptr), ptr null)
  call void @__quantum__qis__mz__body(ptr null, ptr inttoptr (i64 1 to ptr))
  call void @__quantum__rt__array_record_output(i64 2, ptr null)
  call void @__quantum__rt__result_record_output(ptr null, ptr null)
  call void @__quantum__rt__result_record_output(ptr inttoptr (i64 1 to ptr), ptr null)
  ret i64 0
}"""
    payload = ready_made(text)
    assert payload.input_params["items"][0]["entryPoint"] == "run"
    assert payload.num_qubits == 5
    assert registers_of(payload.layout) == [("c0", [0, 4])]


def test_qubits_are_counted_where_the_module_does_not_say() -> None:
    text = _module(_measure(6, 0), _record(0), attributes='"entry_point"')
    assert ready_made(text).num_qubits == 7
    assert ready_made(text, num_qubits=9).num_qubits == 9


def test_bitcode_reads_like_its_text() -> None:
    pyqir = pytest.importorskip("pyqir")
    declared = "declare void @__quantum__qis__mz__body(%Qubit*, %Result*)\n"
    declared += "declare void @__quantum__rt__result_record_output(%Result*, i8*)\n"
    text = _module(_measure(3, 0), _record(0)) + declared
    data = pyqir.Module.from_ir(pyqir.Context(), text).bitcode
    payload = ready_made(data)
    assert payload.data == data
    assert (payload.layout, payload.num_qubits) == (ready_made(text).layout, 4)
    with pytest.raises(InvalidOption, match="bitcode"):
        ready_made(data[:40])


def test_bitcode_passes_where_nobody_reads_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ready_qir, "as_text", lambda data: None)
    payload = ready_made(b"BC\xc0\xde....", num_qubits=3, entry_point="mine")
    assert payload.layout is None
    assert payload.input_params["items"] == [{"entryPoint": "mine", "arguments": []}]
    assert payload.num_qubits == 3
    assert ready_made(b"\xde\xc0\x17\x0b....").input_params["items"][0]["entryPoint"] == "ENTRYPOINT__main"


class _Compiled:
    """What Q# compiles to, by azure-quantum's protocol."""

    _name = "Space.Run"

    def __init__(self, *texts: str) -> None:
        self._text = "\n".join(texts)

    def _repr_qir_(self, **kwargs: Any) -> bytes:
        return self._text.encode()


def test_objects_that_tell_themselves_as_qir() -> None:
    one = _module(_measure(0, 0), _record(0), name="ENTRYPOINT__Run")
    other = _module(_measure(2, 0), _record(0), name="ENTRYPOINT__Other")
    payload = qrelay.encode(_Compiled(one, other), "qir.v1")
    assert payload.input_params["items"][0]["entryPoint"] == "ENTRYPOINT__Run"
    assert payload.name == "Space.Run"
    assert registers_of(payload.layout) == [("c0", [0])]


def test_entry_points_and_arguments() -> None:
    one = _module(_measure(0, 0), _record(0), name="one")
    two = _module(_measure(2, 0), _record(0), name="two", parameters="i64 %n, double %x")
    both = one + two
    assert registers_of(ready_made(both, entry_point="two", arguments=[3, 0.5]).layout) == [("c0", [2])]
    for options, said in (
        ({}, "2 entry points"),
        ({"entry_point": "three"}, "one, two"),
        ({"entry_point": "two"}, "takes 2 arguments and 0"),
        ({"entry_point": "one", "arguments": [1]}, "takes 0 arguments"),
        ({"entry_point": "one", "arguments": "x"}, "list"),
        ({"entry_point": "two", "arguments": [1, float("nan")]}, "JSON"),
        ({"items": []}, "empty"),
        ({"items": [7]}, r"items\[0\]"),
        ({"items": ["one"], "entry_point": "one"}, "leave the others out"),
        ({"entry_point": "one", "layout": [None]}, "layout"),
    ):
        with pytest.raises(InvalidOption, match=said):
            ready_made(both, **options)
    with pytest.raises(InvalidOption, match="entry_point"):
        ready_made(_module(_record(0), attributes='"x"'))


def test_several_items_have_a_layout_each() -> None:
    both = _module(_measure(0, 0), _record(0), name="one") + _module(
        *[_measure(2, 0), _measure(1, 1), _array(2), _record(0), _record(1)], name="two"
    )
    payload = ready_made(both, items=["two", {"entryPoint": "one"}, {"entryPoint": "two", "arguments": []}])
    assert [item["entryPoint"] for item in payload.input_params["items"]] == ["two", "one", "two"]
    assert payload.layout is None
    assert [registers_of(layout) for layout in payload.layouts] == [[("c0", [1, 2])], [("c0", [0])], [("c0", [1, 2])]]
    given = Layout(1, (Register("mine", (0,)),), (0,), 1)
    assert ready_made(both, items=["one", "one"], layout=[given, None]).items[0] == given
    with pytest.raises(InvalidOption, match="3 entries for 2"):
        ready_made(both, items=["one", "one"], layout=[given] * 3)
