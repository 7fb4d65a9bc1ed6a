"""The documents' links lead somewhere, and what they promise to list is complete."""

import re
from collections import Counter
from pathlib import Path

import pytest
from django.apps import apps

ROOT = Path(__file__).resolve().parent.parent
RETENTION = ROOT / "docs" / "topics" / "retention.md"
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"(?:\]\(|src=\")(?!https?:|mailto:)([^)\"#\s]*)(?:#([^)\"\s]*))?[)\"]")


def anchors(document: Path) -> set[str]:
    """Return the anchors that a Markdown page's headings get when it is rendered."""
    headings = re.findall(r"^#+ (.+)$", document.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(document: Path) -> None:
    broken = []
    for target, anchor in LINK.findall(document.read_text(encoding="utf-8")):
        page = (document.parent / target) if target else document
        if not page.exists() or (anchor and anchor not in anchors(page)):
            broken.append(f"{target}#{anchor}")
    assert broken == []


def test_another_document_leads_to_each() -> None:
    linked = {
        (document.parent / target).resolve()
        for document in DOCUMENTS
        for target, _ in LINK.findall(document.read_text(encoding="utf-8"))
        if target
    }
    assert [document for document in DOCUMENTS if document not in linked] == [ROOT / "README.md"]


def test_every_table_has_a_place_in_the_page_on_retention() -> None:
    page = RETENTION.read_text(encoding="utf-8")
    assert [model._meta.label for model in apps.get_models() if f"`{model._meta.label}`" not in page] == []


def test_the_page_on_retention_says_everything_once() -> None:
    rows = re.findall(r"^\| (\S.*?) \|", RETENTION.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert [row for row, times in Counter(rows).items() if times > 1 and row != "---"] == []


def test_the_page_on_retention_leads_to_everything_that_forgets() -> None:
    page = RETENTION.read_text(encoding="utf-8")
    forgetting = [
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "connectid").glob("*/**/*.py")
        if re.search(r"^def prune\(\*, at: ", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    ]
    assert forgetting
    assert [path for path in forgetting if f"(../../{path})" not in page] == []


def cited_in_code(pattern: str) -> set[str]:
    """Return what code and tests cite."""
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "connectid").rglob("*.py")]
    return {found for source in sources for found in re.findall(pattern, source)}


def test_every_number_that_code_cites_is_explained() -> None:
    page = (ROOT / "docs" / "topics" / "contract.md").read_text(encoding="utf-8")
    assert {number for number in cited_in_code(r"\bE-\d+\b") if number not in page} == set()


def test_every_document_that_code_cites_exists() -> None:
    assert cited_in_code(r"(?i)\b[\w-]+\.md\b") <= {document.name for document in DOCUMENTS}
