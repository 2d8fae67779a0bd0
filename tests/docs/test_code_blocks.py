"""Every code block of the README and the documentation is run, and prints what the page says it prints.

The rules, for who writes a page:

- All `python` blocks of a page are one program, run from top to bottom on the embedded cloud.
- A block after `<!-- not run: reason -->` is only compiled. Use it for what needs an account, and give the reason.
- A `text` block after `<!-- prints -->` is what the Python block before it prints, exactly. Every block that prints has
  one.
- Every `qrelay …` line of a `console` or `bash` block must be a command with options that exist; those with
  `--local` are run.
"""

from __future__ import annotations

import contextlib
import io
import re
import shlex
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
_FENCE = re.compile(
    r"^(?:<!--[ ]*(?P<mark>[^>]*?)[ ]*-->\n\n?)?```(?P<language>\w*)[^\n]*\n(?P<text>.*?)^```[ ]*$",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True)
class Block:
    page: Path
    line: int
    language: str
    mark: str
    text: str

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def blocks(page: Path) -> list[Block]:
    text = page.read_text(encoding="utf-8")
    return [
        Block(page, text.count("\n", 0, found.start("text")), found["language"], found["mark"] or "", found["text"])
        for found in _FENCE.finditer(text)
    ]


def commands() -> list[tuple[Block, str]]:
    found = []
    for page in PAGES:
        for block in blocks(page):
            if block.language in ("console", "bash"):
                lines = (line.removeprefix("$ ").strip() for line in block.text.replace("\\\n", " ").splitlines())
                found += [(block, line) for line in lines if line.startswith("qrelay ")]
    return found


def test_all_pages_are_found() -> None:
    """A test that runs no block would be green for ever."""
    assert sum(block.language == "python" for page in PAGES for block in blocks(page)) >= 10
    assert len(commands()) >= 10


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_block_has_a_known_kind(page: Path) -> None:
    """A misspelt mark or an unmarked fence would silently take a block out of the run."""
    fences = len(re.findall(r"^[ ]*```", page.read_text(encoding="utf-8"), re.MULTILINE))
    found = blocks(page)
    assert fences == 2 * len(found), "a code fence of this page is not closed, or is indented"
    for block in found:
        assert block.language in ("python", "text", "console", "bash", "json", "qasm"), str(block)
        assert re.fullmatch(r"|prints|not run: .+", block.mark), f"{block}: what does <!-- {block.mark} --> mean?"
        assert block.mark != "prints" or block.language == "text", str(block)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_python_blocks_run(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {"__name__": f"page_{page.stem}"}
    printed = ""  # by the block before, and not shown yet
    for block in blocks(page):
        if block.mark == "prints":
            assert printed.strip() == block.text.strip(), f"{block}: the block before it prints something else"
            printed = ""
        if block.language != "python":
            continue
        assert not printed, f"{block}: what the block before it prints is not shown: {printed}"
        code = compile("\n" * block.line + block.text, str(page), "exec")
        if block.mark.startswith("not run"):
            continue
        output = io.StringIO()
        with contextlib.redirect_stdout(output):
            exec(code, names)
        printed = output.getvalue()
    assert not printed, f"{page.name}: what its last block prints is not shown: {printed}"


@pytest.mark.parametrize(("block", "command"), commands(), ids=str)
def test_commands_exist(block: Block, command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command shown can be typed; those on the embedded cloud are run and succeed."""
    from typer.main import get_command
    from typer.testing import CliRunner

    from qrelay.cli.app import app

    monkeypatch.chdir(tmp_path)
    (tmp_path / "bell.qasm").write_text(
        'OPENQASM 2.0; include "qelib1.inc"; qreg q[2]; creg c[2]; h q[0]; cx q[0],q[1]; measure q -> c;'
    )
    name, *arguments = shlex.split(command.partition(" #")[0])[1:]
    group = get_command(app)
    if name.startswith("--"):
        assert any(name in option.opts for option in group.params), str(block)
        return
    subcommand = group.commands[name]  # type: ignore[attr-defined]
    with subcommand.make_context(name, list(arguments)):
        pass
    if "--local" in arguments:
        ran = CliRunner().invoke(app, [name, *arguments], catch_exceptions=False)
        assert ran.exit_code == 0, f"{block}: {ran.output}"
