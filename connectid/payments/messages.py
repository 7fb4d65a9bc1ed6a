"""What workers are told about their payment number. Texts hold no word of six digits: the app would take it for a code."""

from datetime import datetime

from connectid.payments.models import Status

ACTION = "ccc_payment_info_confirmation"
"""What the app acts upon (contract 12.3)."""

_SHOWN = {
    Status.APPROVED: ("Payment number approved", "You will be paid at the number that you confirmed."),
    Status.REJECTED: (
        "Payment number rejected",
        "You cannot be paid at the number that you confirmed. Please confirm another one.",
    ),
    Status.PENDING: ("Payment number under review", "Your payment number is being checked again."),
}


def shown(status: Status) -> dict[str, str]:
    """Title and body of the notification that whoever pays judged the number."""
    title, body = _SHOWN[status]
    return {"title": title, "body": body}


def judged(status: Status) -> dict[str, str]:
    """The whole content of that notification (contract 10; E-45)."""
    return {"action": ACTION, "confirmation_status": status.value, **shown(status)}


def changing(starts_at: datetime) -> dict[str, str]:
    """The notification that another number will be paid, while that can still be undone."""
    return {
        "title": "Your payment number will change",
        "body": f"From {_day(starts_at)} you will be paid at another number. If you did not ask for that, confirm the"
        " former number again.",
    }


def changing_text(starts_at: datetime) -> str:
    """The same as a text to the former number."""
    return (
        f"From {_day(starts_at)} payments of CommCare Connect will no longer come to this number. If you did not ask for"
        " that, confirm this number again in the app or tell your programme."
    )


def _day(moment: datetime) -> str:
    return f"{moment:%d %b %Y, %H:%M} UTC"
