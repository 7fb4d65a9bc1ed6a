"""The allow-list of logs: what is on it, and that our code keeps to it."""

import ast
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import connectid
from connectid.web import redaction
from connectid.web.redaction import ALLOWED, event_name, redacted

PACKAGE = Path(connectid.__file__).parent
LEVELS = {"debug", "info", "warning", "error", "exception", "critical"}

PERSONAL = [
    "+255712345612",
    "255712345612",
    "0712345612",
    "482913",
    "f3a9" * 16,
    "Amina Yusuf",
    "amina@example.org",
    "-6.7924 39.2083",
    "Karibu! 482913 is your code",
    "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxMjM0NSJ9.c2ln",
]


@pytest.mark.parametrize("personal", PERSONAL)
def test_no_key_lets_a_personal_fact_through(personal: str) -> None:
    for key in ALLOWED:
        assert redacted({key: personal}) == {"redacted": [key]}
        assert redacted({key: [personal]}) == {"redacted": [key]}
        assert redacted({key: {"nested": personal}}) == {"redacted": [key]}


@pytest.mark.parametrize("personal", PERSONAL)
def test_no_event_is_free_text(personal: str) -> None:
    assert event_name(personal) == "unnamed_event"
    assert event_name(f"code {personal} sent") == "unnamed_event"
    assert event_name(None) == "unnamed_event"
    assert event_name("code_sent") == "code_sent"


def test_unlisted_keys_are_counted_not_shown() -> None:
    assert redacted({"phone_number": "x", "+255712345612": 1, "count": 2}) == {"count": 2, "dropped": 2}


def test_what_is_allowed_survives() -> None:
    fields = {
        "route": "users/start_configuration",
        "status": 200,
        "duration_ms": 1.25,
        "request_id": "0123456789abcdef" * 2,
        "job_id": "0b0e7c4e-8a56-4b7e-9d0a-2f6a1a6d7c11",
        "queues": ["default", "sms"],
        "code": "UNPARSABLE_PHONE_NUMBER",
        "exception": "django.db.utils.OperationalError",
        "client": "zqFUtAAMrxmjnC1Ji74KAa6ZpY1mZly0J0PlalIa",
        "at": "connectid/web/logging.py:12:<lambda>",
    }
    assert redacted(fields) == fields


def test_client_ids_as_we_make_them_survive_and_shorter_secrets_do_not() -> None:
    """Audits need to name the client."""
    assert redacted({"client": "35422a0d" * 5}) == {"client": "35422a0d" * 5}
    for other in ("35422a0d" * 4, "35422a0de91cb598b3f8", "35422a0d" * 8):
        assert redacted({"client": other}) == {"redacted": ["client"]}


def test_what_is_unknown_is_left_out() -> None:
    assert redacted({"status": None, "route": None}) == {}


@given(
    st.dictionaries(
        st.sampled_from([*ALLOWED, "name", "otp"]), st.one_of(st.text(), st.integers(), st.floats())
    )
)
def test_nothing_long_or_blank_survives(fields: dict[str, object]) -> None:
    for key, value in redacted(fields).items():
        assert key in ALLOWED or key in {"redacted", "dropped"}
        if isinstance(value, str):
            assert len(value) <= redaction.LONGEST_WORD
            assert " " not in value


def test_our_code_logs_only_what_is_allowed() -> None:
    """A key that is not on the list would be dropped in silence: list it, or log something else."""
    faults = [fault for path in PACKAGE.rglob("*.py") if "tests" not in path.parts for fault in _faults(path)]
    assert faults == []


def _faults(path: Path) -> list[str]:
    faults = []
    for call in ast.walk(ast.parse(path.read_text())):
        if not (
            isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr in LEVELS
        ):
            continue
        if not (isinstance(call.func.value, ast.Name) and call.func.value.id in {"log", "logger"}):
            continue
        where = f"{path.relative_to(PACKAGE)}:{call.lineno}"
        event = call.args[0].value if call.args and isinstance(call.args[0], ast.Constant) else None
        if event_name(event) != event or len(call.args) != 1:
            faults.append(f"{where}: the event is not one snake_case name")
        faults += [
            f"{where}: {keyword.arg} is not in connectid.web.redaction.ALLOWED"
            for keyword in call.keywords
            if keyword.arg not in ALLOWED and keyword.arg != "exc_info"
        ]
    return faults
