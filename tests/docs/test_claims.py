"""What the pages claim, held against the repository."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from fnmatch import fnmatch
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def test_the_readme_opens_with_the_two_commands() -> None:
    """A newcomer types what stands on top; `.ci/run` takes the commands from there."""
    lines = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line][:5] == [
        "# qrelay",
        "```console",
        'python3 -m venv .venv && .venv/bin/pip install -q ".[all]" && .venv/bin/qrelay demo',
        'python3 -m venv .venv && .venv/bin/pip install -q -e ".[all,test]" && .venv/bin/pytest',
        "```",
    ]


def test_the_readme_says_what_every_target_takes() -> None:
    """A table that was true of last month's targets."""
    from qrelay.embedded import embedded

    page = (ROOT / "README.md").read_text(encoding="utf-8").partition("## Targets and what they are sent")[2]
    rows = [
        (re.findall(r"`(.+?)`", targets), re.findall(r"`(.+?)`", formats))
        for targets, formats in re.findall(
            r"^\|[^|]*\|([^|]*`[^|]*)\|([^|]*)\|$", page.partition("## ")[0], re.MULTILINE
        )
    ]
    with embedded() as accounts:
        # the few without a dot are the service's own for tests
        listed = [target for account in accounts for target in account.targets() if "." in target.id]
    assert len(rows) >= 10
    for patterns, _ in rows:
        for pattern in patterns:
            assert any(fnmatch(target.id, pattern) for target in listed), f"{pattern}: no such target"
    for target in listed:
        said = [formats for patterns, formats in rows if any(fnmatch(target.id, pattern) for pattern in patterns)]
        assert said == [list(target.formats)], target.id


def test_every_extra_is_in_the_readme() -> None:
    page = (ROOT / "README.md").read_text(encoding="utf-8").partition("## Install")[2].partition("## ")[0]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    # those for contributors; and qiskit-qir, of which Getting started tells
    extras = set(project["optional-dependencies"]) - {"test", "dev", "conformance", "qiskit-qir"}
    assert set(re.findall(r'`pip install "\.\[(.+?)\]"`', page)) == extras


def _table(page: str, heading: str) -> list[list[str]]:
    """The rows of the first table behind a heading of a page in docs, without its head: cells as they stand."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8").partition(f"{heading}\n")[2]
    rows = [line.strip("|").split("|") for line in text[text.index("\n|") + 1 :].partition("\n\n")[0].splitlines()]
    return [[cell.strip() for cell in row] for row in rows[2:]]


def _words(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def test_every_format_is_on_the_page_of_formats() -> None:
    """A format that can be asked for, and nobody is told; or an option that went to another format."""
    from qrelay.formats import INPUT_FORMATS
    from qrelay.formats.analog import ANALOG
    from qrelay.formats.catalogue import ON_REQUEST

    rows = _table("formats.md", "# Formats")
    assert sorted(_words(row[0])[0] for row in rows) == sorted({**INPUT_FORMATS, **ON_REQUEST, **ANALOG})
    told = {option: set(_words(row[1])) for row in _table("formats.md", "## Options") for option in _words(row[0])}
    assert told.pop("engine") == {"qir.v1"}  # encode's own, in front of all formats
    known: dict[str, set[str]] = {}
    for row in (*INPUT_FORMATS.values(), *ON_REQUEST.values()):
        for option in row.options:
            known.setdefault(option, set()).add(row.name)
    assert told == known


def test_every_answer_is_on_the_page_of_results() -> None:
    from qrelay.results import readable_formats

    told = []
    for row in _table("results.md", "## What is read"):
        whole = _words(row[0])
        told += [name if name[0] != "." else whole[0].rpartition(".")[0] + name for name in whole]
    assert sorted(told) == sorted(readable_formats())


def test_families_of_the_hub_are_as_the_page_says() -> None:
    """A limit that was raised, and the page still sends one circuit a job."""
    from qrelay.kipu.families import family_of

    for name, formats, _, circuits in _table("kipu-hub.md", "## Backends"):
        family = family_of(f"{_words(name)[0]}x")
        assert (list(family.formats), str(family.most_circuits)) == (_words(formats), circuits), name


def test_files_that_the_architecture_names_are_there() -> None:
    """A plan of the house with rooms that were pulled down."""
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    named = {word for word in re.findall(r"`([\w*./-]+)`", text) if re.search(r"/|\.(?:py|toml)$", word)}
    assert len(named) > 50
    places = (ROOT, ROOT / "src" / "qrelay")
    services = {f"{room}.py" for room in ("api", "models", "targets", "families", "service")}  # of each service's room
    missing = [
        name
        for name in named - services
        if not name.startswith("/") and not any([*place.glob(name)] for place in places)
    ]
    assert missing == []


def test_every_promise_that_holds_has_its_tests() -> None:
    """A promise on a page, and no test that would miss it."""
    page = (ROOT / "docs" / "promises.md").read_text(encoding="utf-8")
    holding, _, later = page.partition("## Not yet")
    promised = set(re.findall(r"^\| (P\d\d) \|", holding, re.MULTILINE))
    tested = {
        name.upper()
        for file in (ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r"^def test_(p\d\d)_", file.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert promised, "the page lists no promise"
    assert promised <= tested, f"promised and not tested: {sorted(promised - tested)}"
    every = promised | {f"P{int(number):02d}" for number in re.findall(r"\bP(\d\d)\b", later)}
    every |= {
        f"P{number:02d}"
        for first, last in re.findall(r"\bP(\d\d) to P(\d\d)\b", later)
        for number in range(int(first), int(last) + 1)
    }
    assert every == {f"P{number:02d}" for number in range(1, 37)}, "a promise is named nowhere"


def test_every_error_is_on_the_page_of_errors() -> None:
    """An error that users meet, and no word on what to do."""
    from qrelay import errors

    page = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
    assert [name for name in errors.__all__ if f"`{name}`" not in page and name != "QrelayError"] == []


def test_every_command_is_on_the_page_of_commands() -> None:
    from typer.main import get_command

    from qrelay.cli.app import app

    page = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    assert [name for name in get_command(app).commands if f"qrelay {name}" not in page] == []  # type: ignore[attr-defined]


def test_the_sessions_that_contributing_names_are_there() -> None:
    """`nox -l`, the first thing a contributor is told to type, ended in an error: a default session did not exist."""
    pytest.importorskip("nox", reason="nox comes with the extra dev")
    listed = subprocess.run([sys.executable, "-m", "nox", "-l"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert listed.returncode == 0, listed.stdout + listed.stderr
    there = set(re.findall(r"^[*-] ([a-z0-9]+)", listed.stdout, re.MULTILINE))
    table = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").partition("| session |")[2].partition("## Rules")[0]
    named = {name for row in re.findall(r"^\| (`.*?) \|", table, re.MULTILINE) for name in re.findall(r"`(\w+)`", row)}
    assert named == there


def test_every_page_is_linked_from_the_first() -> None:
    pages = {path.name for path in (ROOT / "docs").glob("*.md")} - {"index.md"}
    linked = set(re.findall(r"\(([\w-]+\.md)\)", (ROOT / "docs" / "index.md").read_text(encoding="utf-8")))
    assert linked == pages
