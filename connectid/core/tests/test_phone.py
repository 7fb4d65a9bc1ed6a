"""Phone numbers: contract 2.3, 5.1, E-38, E-57, E-69."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from connectid.core import phone
from connectid.core.errors import Kind

# Prefix and number of further digits, of countries the app is used in.
NUMBER_PLANS = [
    ("+25571", 7),
    ("+25678", 7),
    ("+26599", 7),
    ("+23276", 6),
    ("+9198", 8),
    ("+1202", 7),
    ("+7426", 7),
]


@st.composite
def numbers(draw: st.DrawFn) -> str:
    prefix, digits = draw(st.sampled_from(NUMBER_PLANS))
    return prefix + draw(st.text("0123456789", min_size=digits, max_size=digits))


@pytest.mark.parametrize(
    ("raw", "e164"),
    [
        ("+255712345612", "+255712345612"),
        (" +255 712-345-612\n", "+255712345612"),
        ("+1 (202) 555.0123", "+12025550123"),
        ("+255\u2013712\u00a0345\u00a0612", "+255712345612"),
        ("+٢٥٥٧١٢٣٤٥٦١٢", "+255712345612"),
        ("+4402071234567", "+442071234567"),
        ("+390612345678", "+390612345678"),
        ("+74261234567", "+74261234567"),
    ],
)
def test_numbers_become_e164(raw: str, e164: str) -> None:
    number = phone.parse(raw)
    assert str(number) == number.e164 == e164


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "+",
        "255712345612",
        "00255712345612",
        "0712345612",
        "++255712345612",
        "+255+712345612",
        "+2557123",
        "+255712345612345678",
        "+999712345612",
        "+0712345612",
        "+1800FLOWERS",
        "+12025550123 ext. 5",
        "+12025550123;ext=5",
        "tel:+12025550123",
        "+255712345612\x00",
        "+255712345612,+255712345613",
        "\ud800",
        "+" + "1" * 100_000,
    ],
)
def test_anything_else_is_refused(raw: str) -> None:
    with pytest.raises(phone.UnparsablePhoneNumber) as refused:
        phone.parse(raw)
    assert refused.value.kind is Kind.FORBIDDEN


@pytest.mark.parametrize("raw", [None, 255712345612, ["+255712345612"], {}, b"+255712345612"])
def test_what_is_not_text_is_refused_and_no_fault(raw: object) -> None:
    with pytest.raises(phone.UnparsablePhoneNumber):
        phone.parse(raw)


@given(st.text())
def test_no_text_is_a_fault(raw: str) -> None:
    try:
        number = phone.parse(raw)
    except phone.UnparsablePhoneNumber:
        return
    assert phone.parse(number.e164) == number


@given(st.text("+0123456789 -()."))
def test_what_parses_is_e164_and_parses_to_itself(raw: str) -> None:
    try:
        number = phone.parse(raw)
    except phone.UnparsablePhoneNumber:
        return
    assert number.e164[0] == "+"
    assert number.e164[1:].isascii()
    assert number.e164[1:].isdigit()
    assert len(number.e164) <= phone.MAX_LENGTH
    assert phone.parse(number.e164) == number


@given(numbers(), st.data())
def test_separators_do_not_matter(e164: str, data: st.DataObject) -> None:
    spaced = "+" + "".join(digit + data.draw(st.sampled_from(["", " ", "-", "."])) for digit in e164[1:])
    assert phone.parse(spaced) == phone.parse(e164)


@pytest.mark.parametrize(
    ("raw", "country_code", "region", "textable"),
    [
        ("+255712345612", 255, "TZ", True),
        ("+12025550123", 1, "US", True),
        ("+14165550123", 1, "CA", True),
        ("+442071234567", 44, "GB", False),  # a landline
        ("+449098790879", 44, "GB", False),  # premium rate
        ("+870773111632", 870, None, True),  # a satellite
        ("+255100000000", 255, "TZ", True),  # a range not in use, as far as we know
    ],
)
def test_a_number_knows_its_country_and_whether_to_text_it(
    raw: str, country_code: int, region: str | None, textable: bool
) -> None:
    number = phone.parse(raw)
    assert (number.country_code, number.region, number.textable) == (country_code, region, textable)


def test_the_prefix_leaves_out_the_last_four_digits() -> None:
    assert phone.parse("+255712345612").prefix() == "+25571234"


@given(numbers())
def test_the_mask_shows_the_country_one_digit_and_the_last_two(e164: str) -> None:
    number = phone.parse(e164)
    shown = f"+{number.country_code}"
    masked = number.masked()
    assert masked.startswith(e164[: len(shown) + 1] + "•")
    assert masked.endswith("•" + e164[-2:])
    assert len(masked) == len(e164)
    assert sum(character.isdigit() for character in masked) == len(shown) - 1 + 3


def test_a_number_shows_its_digits_only_when_asked() -> None:
    number = phone.parse("+255712345612")
    assert repr(number) == "PhoneNumber(+2557••••••12)"
    assert f"{number}" == "+255712345612"


@given(st.text("0123456789", min_size=7, max_size=7))
def test_the_demo_range_parses_and_is_fictitious(digits: str) -> None:
    """Contract E-57: +7426 and seven digits."""
    assert phone.is_fictitious(phone.parse("+7426" + digits))


def test_fictitious_numbers_are_a_setting(settings: Settings) -> None:
    settings.FICTITIOUS_NUMBER_PREFIXES = ["+7426000", "+12025550100"]
    assert phone.is_fictitious(phone.parse("+74260001234"))
    assert phone.is_fictitious("+12025550100")
    assert not phone.is_fictitious("+12025550101")
    assert not phone.is_fictitious(phone.parse("+74261234567"))
    settings.FICTITIOUS_NUMBER_PREFIXES = []
    assert not phone.is_fictitious("+74260001234")


def test_numbers_compare_by_their_digits() -> None:
    assert len({phone.parse("+255712345612"), phone.parse("+255 712 345 612")}) == 1
