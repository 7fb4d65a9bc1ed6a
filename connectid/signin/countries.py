"""The countries of the world, for people who write their number as they do at home."""

import json
import unicodedata
from functools import cache
from pathlib import Path
from typing import NamedTuple

from django.http import HttpRequest
from django.utils.translation.trans_real import parse_accept_lang_header

from connectid.core import phone

NAMES = Path(__file__).parent / "country_names.json"
"""Unicode's names in every language of ours; written by ``scripts/translations.py``."""


class Country(NamedTuple):
    """A line of the list."""

    region: str
    """ISO 3166-1 alpha-2."""
    name: str
    calling_code: int


@cache
def named_in(language: str) -> tuple[Country, ...]:
    """Every country that has a calling code, by its name in ``language``."""
    names: dict[str, str] = json.loads(NAMES.read_text(encoding="utf-8"))[language]
    codes = phone.calling_codes()
    found = (Country(region, name, codes[region]) for region, name in names.items())
    return tuple(sorted(found, key=lambda country: _without_accents(country.name)))


def likely(request: HttpRequest) -> str:
    """The country that the browser's languages name first (``sw-TZ``); empty where none does."""
    codes = phone.calling_codes()
    for tag, _ in parse_accept_lang_header(request.headers.get("Accept-Language", "")):
        region = tag.rpartition("-")[2].upper() if "-" in tag else ""
        if region in codes:
            return region
    return ""


def _without_accents(name: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", name) if not unicodedata.combining(c)).casefold()
