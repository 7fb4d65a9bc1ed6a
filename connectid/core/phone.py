"""Phone numbers: text from the wire becomes E.164 once, here, and stays E.164 (contract 2.3, 5.1, E-69).

We take what the app sends, a ``+`` and digits, and forgive only separators between the digits. Without the
``+`` there is no country, and guessing one would hand somebody's account to a stranger with the same national
number, so "00…" and national numbers are refused.
"""

import re
from dataclasses import dataclass, field
from functools import lru_cache

import phonenumbers
from django.conf import settings
from phonenumbers import PhoneNumberType

from connectid.core.errors import DomainError, Kind

MAX_LENGTH = 16
"""Characters of the longest E.164 number with its ``+``; the width of a column that holds one."""

_LONGEST_RAW = 40
_SHAPE = re.compile(r"\+[\d\s().\-\u2010-\u2015]+")
# Letters would be read as vanity digits and "ext" as an extension by libphonenumber; neither is an address for a text.

_SUBSCRIBER_DIGITS = 4

_TAKES_NO_TEXTS = frozenset(
    {
        PhoneNumberType.FIXED_LINE,
        PhoneNumberType.PREMIUM_RATE,
        PhoneNumberType.TOLL_FREE,
        PhoneNumberType.SHARED_COST,
        PhoneNumberType.PAGER,
        PhoneNumberType.UAN,
        PhoneNumberType.VOICEMAIL,
    }
)


class UnparsablePhoneNumber(DomainError):
    """The text is no international phone number. The app shows a 403 for it gracefully (contract 5.1, E-69)."""

    code = "UNPARSABLE_PHONE_NUMBER"
    kind = Kind.FORBIDDEN


@dataclass(frozen=True, slots=True)
class PhoneNumber:
    """A phone number. ``str()`` gives E.164; ``repr()`` gives the mask, because reprs end up in tracebacks."""

    e164: str
    country_code: int = field(compare=False)
    """Country calling code: 255 for Tanzania."""
    region: str | None = field(compare=False)
    """ISO 3166-1 alpha-2; None where the code belongs to no single country (satellite, freephone)."""
    textable: bool = field(compare=False)
    """False for lines known to take no texts, or to bill whoever texts them (premium rate)."""

    def prefix(self) -> str:
        """The number without its last 4 digits: the block an SMS pumper rents, and so the unit of its limits."""
        return self.e164[:-_SUBSCRIBER_DIGITS]

    def masked(self) -> str:
        """``+2557••••••12``, for people to recognise their number by; for screens and mails, not for logs."""
        shown = len(str(self.country_code)) + 2
        return self.e164[:shown] + "•" * (len(self.e164) - shown - 2) + self.e164[-2:]

    def __str__(self) -> str:
        return self.e164

    def __repr__(self) -> str:
        return f"PhoneNumber({self.masked()})"


def parse(raw: object) -> PhoneNumber:
    """Read an international number: ``+`` and digits, separators allowed.

    The length must be possible for the country; the range need not be known to be in use, because carriers
    open ranges faster than we update their list, and a worker with a new SIM must be able to enrol.

    Raises ``UnparsablePhoneNumber``, also for what is not text.
    """
    # Checked before the cache, so that it holds neither unhashable nor unbounded keys.
    if not isinstance(raw, str) or len(raw) > _LONGEST_RAW:
        raise UnparsablePhoneNumber
    return _parse(raw)


def parse_typed(raw: str, *, region: str) -> PhoneNumber:
    """Read a number as people write it at home, in the country that they chose (ISO 3166-1 alpha-2; empty: none).

    For pages on which somebody types their own number and sees what became of it; phones send what :func:`parse` takes. With a
    ``+`` the country does not matter. Raises ``UnparsablePhoneNumber``, also for a national number without a country.
    """
    text = raw.strip()
    if text.startswith("+"):
        return parse(text)
    if len(text) > _LONGEST_RAW or _SHAPE.fullmatch(f"+{text}") is None:
        raise UnparsablePhoneNumber
    try:
        number = phonenumbers.parse(text, region or None)
    except phonenumbers.NumberParseException:
        raise UnparsablePhoneNumber from None
    return parse(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def spaced(number: PhoneNumber) -> str:
    """``+265 991 23 45 67``: the number in the groups that its country writes, for people to find a slip in."""
    parsed = phonenumbers.parse(number.e164)
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def calling_codes() -> dict[str, int]:
    """The country calling code of every region (ISO 3166-1 alpha-2) that has one."""
    return {region: phonenumbers.country_code_for_region(region) for region in phonenumbers.SUPPORTED_REGIONS}


def is_fictitious(number: PhoneNumber | str) -> bool:
    """Whether the number is reserved for demos and tests: no texts, no proof asked (contract 5.1, E-38).

    ``FICTITIOUS_NUMBER_PREFIXES`` lists the reserved ranges, as E.164 prefixes or whole numbers.
    """
    return str(number).startswith(tuple(settings.FICTITIOUS_NUMBER_PREFIXES))


@lru_cache(maxsize=16_384)
def _parse(raw: str) -> PhoneNumber:
    text = raw.strip()
    if _SHAPE.fullmatch(text) is None:
        raise UnparsablePhoneNumber
    try:
        number = phonenumbers.parse(text)
    except phonenumbers.NumberParseException:
        raise UnparsablePhoneNumber from None
    if not phonenumbers.is_possible_number(number):
        raise UnparsablePhoneNumber
    country_code = number.country_code or 0  # a number that parsed has one
    region = phonenumbers.region_code_for_number(number)
    if region is None:  # an unassigned range still belongs to the country of its calling code
        region = phonenumbers.region_code_for_country_code(country_code)
    return PhoneNumber(
        e164=phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164),
        country_code=country_code,
        region=region if len(region) == 2 and region.isalpha() and region != "ZZ" else None,
        textable=phonenumbers.number_type(number) not in _TAKES_NO_TEXTS,
    )


def masked(contact: str) -> str:
    """A number or an email address with its middle hidden, for staff who need not know the whole."""
    name, at, host = contact.partition("@")
    if at:
        return f"{name[:1]}•••@{host}"
    shown = len(contact) // 3
    return (
        f"{contact[:shown]}{'•' * (len(contact) - shown - 2)}{contact[-2:]}" if len(contact) > 4 else contact
    )
