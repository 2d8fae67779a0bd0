"""Circuit files: both versions of OpenQASM, and files that are neither."""

from __future__ import annotations

from pathlib import Path

import pytest

from qrelay.cli.circuits import load
from qrelay.errors import UnsupportedCircuit

BELL2 = 'OPENQASM 2.0;\ninclude "qelib1.inc";\nqreg q[2];\ncreg c[2];\nh q[0];\ncx q[0],q[1];\nmeasure q -> c;\n'
BELL3 = 'OPENQASM 3.0;\ninclude "stdgates.inc";\nqubit[2] q;\nbit[2] c;\nh q[0];\ncx q[0], q[1];\nc = measure q;\n'


@pytest.mark.parametrize(
    ("before", "text"),
    [
        ("", BELL2),
        ("// made by hand: OPENQASM 9;\n\n", BELL2),
        ("", BELL3),
        ("", BELL3.replace("3.0", "3")),
        ("// made by hand: OPENQASM 2.0;\n\n", BELL3),
        ("/* two\nlines */ ", BELL3),
    ],
)
def test_versions_are_told_apart(tmp_path: Path, before: str, text: str) -> None:
    """A version line after comments, or a version named in a comment, sent files to the wrong importer."""
    file = tmp_path / "bell.qasm"
    file.write_text(before + text)
    circuit = load(file)
    assert circuit.name == "bell"
    assert dict(circuit.count_ops()) == {"h": 1, "cx": 1, "measure": 2}


def test_gates_that_qelib_gained_later(tmp_path: Path) -> None:
    """Files written by Qiskit itself use sx and rzz, which the strict importer refuses."""
    file = tmp_path / "later.qasm"
    file.write_text('OPENQASM 2.0; include "qelib1.inc"; qreg q[2]; sx q[0]; rzz(0.25) q[0],q[1]; swap q[0],q[1];')
    assert set(load(file).count_ops()) == {"sx", "rzz", "swap"}


def test_include_is_searched_beside_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mine.inc").write_text("gate flip a { x a; }")
    file = tmp_path / "own.qasm"
    file.write_text('OPENQASM 2.0; include "qelib1.inc"; include "mine.inc"; qreg a[1]; flip a[0];')
    monkeypatch.chdir("/")
    assert dict(load(file).count_ops()) == {"flip": 1}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("qreg q[2];", "does not begin with"),
        ("", "does not begin with"),
        ("OPENQASM 4.0; qubit q;", "is OpenQASM 4"),
        ('OPENQASM 2.0;\ninclude "qelib1.inc";\nqreg q[2];\nnosuch q[0];', "line 4, column"),
        ("OPENQASM 2.0;\nqreg q[2;", "not valid OpenQASM 2"),
        ("OPENQASM 3.0; qubit[2] q; cx q[0] q[1;", "not an OpenQASM 3 program"),
        ("OPENQASM 3.0; nosuch q;", "not an OpenQASM 3 program"),
        ('OPENQASM 3.0; include "stdgates.inc"; qubit[2] q; x q[5];', "not an OpenQASM 3 program.*index"),
        ('OPENQASM 3.0; include "stdgates.inc"; qubit[2] q; cx q[0], q[0];', "not an OpenQASM 3 program.*duplicate"),
        ('OPENQASM 3.0; include "stdgates.inc"; qubit[2] q; rx q[0];', "not an OpenQASM 3 program.*theta"),
        ('OPENQASM 3.0; include "stdgates.inc"; qubit[2] q; rx(1/0) q[0];', "not an OpenQASM 3 program.*zero"),
        ("OPENQASM 3.0; qubit[2] q; qubit[3] q;", "not an OpenQASM 3 program.*already exists"),
        ("OPENQASM 3.0; qubit[2] q; bit[3] c; c = measure q;", "not an OpenQASM 3 program.*size"),
    ],
)
def test_bad_files_are_refused_by_word(tmp_path: Path, text: str, says: str) -> None:
    """A parser's traceback on the terminal; two full stops after its last word."""
    file = tmp_path / "bad.qasm"
    file.write_text(text)
    with pytest.raises(UnsupportedCircuit, match=says) as refused:
        load(file)
    assert "bad.qasm" in str(refused.value)
    assert not str(refused.value).endswith("..")


def test_a_binary_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "bytes.qasm"
    file.write_bytes(b"QISKIT\xff\xfe\x00")
    with pytest.raises(UnsupportedCircuit, match="not a text file"):
        load(file)
