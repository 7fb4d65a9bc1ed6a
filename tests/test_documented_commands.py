"""What the documents have people type exists: targets of make, commands and their options, settings, files of tests."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from connectid.cli import main as program
from connectid.config import env

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = sorted(
    document
    for document in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    if "reference" not in document.parts  # written from the code
)
BLOCK = re.compile(r"^ *```sh\n(.*?)^ *```", re.DOTALL | re.MULTILINE)
SPAN = re.compile(r"`([^`\n]+)`")
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE))

every_document = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))


def typed(document: Path) -> Iterator[str]:
    """Every line of a block for the shell, long ones put together, and every span of code."""
    text = document.read_text(encoding="utf-8")
    for block in BLOCK.findall(text):
        yield from (line.strip() for line in block.replace("\\\n", " ").splitlines())
    yield from SPAN.findall(BLOCK.sub("", text))


@every_document
def test_every_target_of_make_exists(document: Path) -> None:
    named = {
        found for line in typed(document) for found in re.findall(r"^(?:[A-Z]+=\S+ )*make ([a-z-]+)", line)
    }
    assert named - TARGETS == set()


@every_document
def test_every_command_takes_what_it_is_given(document: Path) -> None:
    wrong = []
    for line in typed(document):
        if line.startswith(("connectid ", ".venv/bin/connectid ")):
            wrong += unknown(line)
    assert wrong == []


def unknown(line: str) -> list[str]:
    """What the program would not understand."""
    words = shlex.split(line.partition(" #")[0].replace("...", "x"))[1:]
    command: click.Command | None = program
    context = click.Context(program)
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        name = words.pop(0)
        command = command.get_command(context, name)
        if command is None:
            return [f"{line}: {name}"]
    options = (
        {option for one in command.params for option in (*one.opts, *one.secondary_opts)}
        if command
        else set()
    )
    return [
        f"{line}: {word}" for word in words if word.startswith("--") and word.partition("=")[0] not in options
    ]


@every_document
def test_every_setting_exists(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    named = {
        name
        for block in BLOCK.findall(text)
        for name in re.findall(r"(?:^|  )([A-Z][A-Z_]{3,})=", block, flags=re.MULTILINE)
    }
    assert named - {*env.names(), *OF_MEASURING} == set()


OF_MEASURING = {"ACCOUNTS", "POPULATION_URL", "POPULATION_DATA_DIR", "TEST_DATABASE_URL"}
"""Variables of ``make bench`` and of the tests."""


@every_document
def test_every_file_that_is_run_exists(document: Path) -> None:
    named = {
        word
        for line in typed(document)
        if re.match(r"(?:\S+/)?(?:pytest|python) ", line)
        for word in line.split()
        if word.startswith(("connectid/", "tests/", "scripts/", "benchmarks/"))
    }
    written_on_the_way = {"connectid/accounts/tests/test_my_profile.py"}  # start/first-hour.md
    assert {
        name for name in named - written_on_the_way if not (ROOT / name.partition("::")[0]).exists()
    } == set()
