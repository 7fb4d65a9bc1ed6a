"""The shape of the code: short files, and names that say something."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LONGEST = 300  # lines; what a reader holds in the head, and never a reason to squeeze: split by meaning
WRITTEN_BY_HAND = {".py", ".sh", ".html", ".css", ".js", ".md", ""}
# "Common" or "utils" say where code was put, not what it does; "data" says nothing of what it is.
EMPTY_WORDS = {"util", "utils", "helper", "helpers", "manager", "managers", "common", "misc", "data"}


def tracked_files() -> list[Path]:
    """Return every file that git knows or would add."""
    listed = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],  # noqa: S607
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    files = (ROOT / name for name in listed.stdout.split("\0") if name)
    return [path for path in files if path.is_file()]


@pytest.fixture(scope="module")
def files() -> list[Path]:
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    return tracked_files()


def written_by_hand(path: Path) -> bool:
    """Tell whether a person wrote the file: not a migration, a lock file, a licence or a generated page."""
    shown = path.relative_to(ROOT)
    return (
        path.suffix in WRITTEN_BY_HAND
        and "migrations" not in shown.parts
        and shown.parts[:2] != ("docs", "reference")
        and path.name != "LICENSE"
    )


def words(name: str) -> set[str]:
    """Split a snake_case, kebab-case or CamelCase name into its lower-case words."""
    return {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)}


def names_in(path: Path) -> Iterator[str]:
    """Yield the names of a module's classes, functions and methods, but the methods that a base class prescribes."""
    module = ast.parse(path.read_text(encoding="utf-8"))
    plain_classes = [node for node in ast.walk(module) if isinstance(node, ast.ClassDef) and not node.bases]
    scopes: list[ast.Module | ast.ClassDef] = [module, *plain_classes]
    for scope in scopes:
        for node in scope.body:
            if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                yield node.name


def test_no_file_is_long(files: list[Path]) -> None:
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines())
        for path in files
        if written_by_hand(path)
    }
    assert {name: length for name, length in lengths.items() if length > LONGEST} == {}


def test_no_merge_was_left_half_done(files: list[Path]) -> None:
    marks = re.compile(rb"^(<{7} |>{7} )", re.MULTILINE)
    assert [str(path.relative_to(ROOT)) for path in files if marks.search(path.read_bytes())] == []


def test_no_file_or_folder_has_an_empty_name(files: list[Path]) -> None:
    shown = {part for path in files for part in path.relative_to(ROOT).parts}
    assert {name for name in shown if words(name) & EMPTY_WORDS} == set()


def test_no_class_or_function_has_an_empty_name(files: list[Path]) -> None:
    found = {
        f"{path.relative_to(ROOT)}: {name}"
        for path in files
        if path.suffix == ".py" and written_by_hand(path)
        for name in names_in(path)
        if words(name) & (EMPTY_WORDS - {"data"})  # a data URL is called so, and so is SMTP's DATA
    }
    assert found == set()
