"""The words that carry a code."""

from datetime import timedelta

EMAIL_SUBJECT = "Your PersonalID verification code"


TEXT = "Your verification token from commcare connect is {code}"
TEXTS = {
    "deactivate": "{code} closes your PersonalID account for good. If you did not ask for that, give it to nobody.",
    "payment_number": "{code} has a worker of CommCare Connect be paid at this number. If that is not you, give it to nobody.",
}
"""By purpose, for codes that do more than prove a number: who is asked for one must be able to see what it does."""


def text(code: str, *, purpose: str) -> str:
    """The text of an SMS. The app reads the code out of it as the one word of six digits: add no other (contract 5.3)."""
    return TEXTS.get(purpose, TEXT).format(code=code)


def email(code: str, *, left: timedelta) -> str:
    """The body of a mail, for a code that is good for ``left`` more (contract 5.12)."""
    minutes = max(1, round(left / timedelta(minutes=1)))
    unit = "minute" if minutes == 1 else "minutes"
    return (
        f"Your PersonalID verification code is {code}.\n\n"
        f"It is valid for {minutes} {unit}. If you did not ask for it, ignore this message: somebody may have mistyped their"
        " address. Never give this code to anybody.\n"
    )
