"""QIR as bitcode: the same program as the text, to LLVM's own reader and to both simulators."""

from __future__ import annotations

import builtins
import re
import sys
from typing import Any

import pytest

pyqir = pytest.importorskip("pyqir")
pytest.importorskip("qdk")
pytest.importorskip("qiskit")

from judges import exact, qir  # noqa: E402
from judges.payloads import distribution  # noqa: E402
from tests.formats import run_exactly  # noqa: E402
from tests.formats.forms import COIN, FORMS, gate, measure, program  # noqa: E402

from qrelay.errors import ConfigurationError  # noqa: E402
from qrelay.formats import encode  # noqa: E402
from qrelay.formats.qir_profile import check_profile  # noqa: E402

SHOTS = 1000
BELL = program(gate("h", 0), ("rzz", (0, 2), (0.3,)), gate("cx", 0, 1), measure(0, 4), measure(1, 0))


def _module(data: bytes) -> Any:
    return pyqir.Module.from_bitcode(pyqir.Context(), data)


def _code(module: Any) -> list[str]:
    """LLVM's own words for the body of the entry point, names of values and blocks left aside."""
    body = re.search(r"define void @ENTRYPOINT__main.*?\n}", str(module), re.DOTALL)
    assert body is not None
    names: dict[str, str] = {}
    text = re.sub(r"\s*; preds.*", "", body[0])
    text = re.sub(r"^(\w+):", r"%\1:", text, flags=re.MULTILINE)
    text = re.sub(r"%\w+", lambda name: names.setdefault(name[0], f"%{len(names)}"), text)
    return text.splitlines()


@pytest.mark.parametrize("form", FORMS)
def test_it_is_the_text_to_llvm(form: str) -> None:
    """Catches a builder that writes other instructions, arguments or attributes than the text has."""
    text = pyqir.Module.from_ir(pyqir.Context(), encode(FORMS[form], "qir.v1").data.decode())
    module = _module(encode(FORMS[form], "qir.v1", bitcode=True).data)
    assert module.verify() is None
    ours, theirs = str(module), str(text)
    for line in re.findall(r"(?:attributes|![\w.]+ =|declare) .*", theirs):
        assert line in ours
    if form != "switch on a constant" and "label" not in ours:  # blocks are listed in another order
        assert _code(module) == _code(text)
    assert sorted(re.findall(r"@__quantum__\w+\(.*\)", ours)) == sorted(re.findall(r"@__quantum__\w+\(.*\)", theirs))


@pytest.mark.parametrize("run", [qir.run, qir.run_by_runner], ids=["QDK", "qirrunner"])
@pytest.mark.parametrize("form", FORMS)
def test_p10_it_runs_right(form: str, run: Any) -> None:
    payload = encode(FORMS[form], "qir.v1", bitcode=True)
    found = qir.memories(run(payload.data, SHOTS), payload.layout.groups)
    assert exact.p_value(found, run_exactly.distribution(FORMS[form])) > 1e-6


@pytest.mark.parametrize("profile", ["base", "adaptive_ri", "adaptive_rif"])
def test_profiles_and_their_flags(profile: str) -> None:
    payload = encode(BELL, "qir.v1", profile=profile, bitcode=True)
    assert payload.data.startswith(b"BC\xc0\xde")
    assert (payload.content_type, payload.num_qubits) == ("qir.v1", 3)
    assert check_profile(payload.data, profile) == []
    module = _module(payload.data)
    (entry,) = filter(pyqir.is_entry_point, module.functions)
    assert entry.name == payload.input_params["items"][0]["entryPoint"]
    assert (pyqir.required_num_qubits(entry), pyqir.required_num_results(entry)) == (3, 5)
    assert (pyqir.qir_major_version(module), pyqir.qir_minor_version(module)) == (1, 0)
    assert pyqir.dynamic_qubit_management(module) is False
    assert (module.get_flag("int_computations") is not None) == (profile != "base")
    assert (module.get_flag("float_computations") is not None) == (profile == "adaptive_rif")
    assert distribution(payload, 400).fits({0: 0.5, 17: 0.5})


def test_text_is_what_comes_without_asking() -> None:
    assert encode(BELL, "qir.v1", bitcode=False).data == encode(BELL, "qir.v1").data
    assert encode(BELL, "qir.v1").data.startswith(b"%Result = type opaque")


def test_the_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches an ImportError out of the depths in place of a word on what to install."""
    real = builtins.__import__

    def without(name: str, *arguments: Any, **options: Any) -> Any:
        if name == "pyqir":
            raise ImportError(name)
        return real(name, *arguments, **options)

    data = encode(BELL, "qir.v1", bitcode=True).data
    monkeypatch.delitem(sys.modules, "pyqir")
    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ConfigurationError, match=r"qrelay\[bitcode\]"):
        encode(BELL, "qir.v1", bitcode=True)
    with pytest.raises(ConfigurationError, match=r"qrelay\[bitcode\]"):
        check_profile(data, "base")
    assert encode(program(*COIN), "qir.v1").data  # text needs nothing
