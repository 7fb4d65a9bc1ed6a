"""Gather the texts of the pages that people read into their translations, and compile those; or check that nothing is missing.

make translations                   writes locale/*/LC_MESSAGES/django.po and .mo, and the names of countries
scripts/translations.py --check     exits with 1 when a text is not translated or a compiled file is stale

Servers read only the .mo files, which are kept in the repository: the tools that make them are not on every machine.
"""

import argparse
import io
import json
import re
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

SIGNIN = ROOT / "connectid" / "signin"
FEATURES = (SIGNIN, ROOT / "connectid" / "credentials", ROOT / "connectid" / "invitations")
"""What has pages. All share one catalogue, which stands with the look that they share."""
COUNTRIES = SIGNIN / "country_names.json"
LANGUAGES = ("fr", "es", "pt", "sw", "hi")
"""What English is translated into; ``settings.LANGUAGES`` says the same."""

KEYWORDS = {"_": None, "gettext": None, "gettext_lazy": None, "ngettext": (1, 2), "ngettext_lazy": (1, 2)}
PLACEHOLDER = re.compile(r"%\(\w+\)s")
BEGUN = datetime(2026, 1, 1, tzinfo=UTC)


def sources() -> Iterator[tuple[Path, bytes]]:
    """Yield every file that holds texts, as Python."""
    for feature in FEATURES:
        for path in sorted(feature.rglob("*.py")):
            if "tests" not in path.parts:
                yield path, path.read_bytes()
        for path in sorted(feature.rglob("*.html")):
            yield path, templatize(path.read_text(encoding="utf-8"), origin=str(path)).encode()


def texts() -> Catalog:
    """Return what is to be translated."""
    catalog = Catalog(creation_date=BEGUN)
    for path, python in sources():
        for _, message, comments, _ in extract("python", io.BytesIO(python), keywords=KEYWORDS):
            catalog.add(message, locations=[(str(path.relative_to(ROOT)), 0)], auto_comments=comments)
    return catalog


def po(language: str) -> Path:
    """Where the translations into a language are."""
    return SIGNIN / "locale" / language / "LC_MESSAGES" / "django.po"


def translated(language: str) -> Catalog:
    """Return the translations as they are now."""
    if not po(language).exists():
        return Catalog(locale=language, creation_date=BEGUN, revision_date=BEGUN, fuzzy=False)
    return read_po(io.BytesIO(po(language).read_bytes()), locale=language)


def as_po(catalog: Catalog) -> bytes:
    """Return the catalog as text."""
    written = io.BytesIO()
    write_po(written, catalog, width=110, ignore_obsolete=True, include_lineno=False)
    return written.getvalue()


def as_mo(catalog: Catalog) -> bytes:
    """Return the catalog as Django reads it."""
    written = io.BytesIO()
    write_mo(written, catalog)
    return written.getvalue()


def country_names() -> str:
    """Return every country's name in every language, as Unicode has it."""
    from connectid.core import phone

    regions = sorted(phone.calling_codes())
    named = {}
    for language in ("en", *LANGUAGES):
        territories = Locale(language).territories
        named[language] = {region: territories[region] for region in regions if region in territories}
    return json.dumps(named, ensure_ascii=False, indent=1) + "\n"


def write() -> None:
    """Write everything."""
    wanted = texts()
    for language in LANGUAGES:
        catalog = translated(language)
        catalog.update(wanted, no_fuzzy_matching=True)
        catalog.creation_date = BEGUN
        po(language).parent.mkdir(parents=True, exist_ok=True)
        po(language).write_bytes(as_po(catalog))
        po(language).with_suffix(".mo").write_bytes(as_mo(catalog))
    COUNTRIES.write_text(country_names(), encoding="utf-8")


def problems() -> Iterator[str]:
    """Yield what is missing or stale."""
    wanted = texts()
    for language in LANGUAGES:
        catalog = translated(language)
        ids = {message.id for message in wanted if message.id}
        known = {message.id for message in catalog if message.id}
        yield from (f"{language}: not in the file: {text!r}" for text in ids - known)
        yield from (f"{language}: not in the pages any more: {text!r}" for text in known - ids)
        for message in catalog:
            if message.id:  # the header has none
                found = faults(forms(message.id), forms(message.string))
                yield from (f"{language}: {fault}: {message.id!r}" for fault in found)
        compiled = po(language).with_suffix(".mo")
        if not compiled.exists() or compiled.read_bytes() != as_mo(catalog):
            yield f"{language}: django.mo is stale"
    if not COUNTRIES.exists() or COUNTRIES.read_text(encoding="utf-8") != country_names():
        yield "country_names.json is stale"


def forms(text: str | Sequence[str] | None) -> Sequence[str]:
    """Return singular and plurals of a text, or the text alone."""
    return (text or "",) if text is None or isinstance(text, str) else text


def faults(originals: Sequence[str], translations: Sequence[str]) -> Iterator[str]:
    """Yield what is wrong with one translation."""
    if not all(translations):
        yield "not translated"
    wanted = set(PLACEHOLDER.findall(originals[-1]))
    if any(set(PLACEHOLDER.findall(text)) - wanted for text in translations) or (
        set(PLACEHOLDER.findall(translations[-1])) != wanted
    ):
        yield "placeholders differ"


def main() -> int:
    """Run the script."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--check", action="store_true", help="write nothing; fail when something is missing")
    if not parser.parse_args().check:
        write()
    found = list(problems())
    for problem in found:
        print(problem)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
