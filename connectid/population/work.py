"""Rows of what workers earned: credentials, payment numbers, invitations; and of who looked them up."""

from connectid.core import encryption
from connectid.credentials.models import Award
from connectid.directory.models import LookUp
from connectid.invitations.models import HqInvite
from connectid.payments.models import Judgement, PaymentNumber
from connectid.population.lines import Lines, Step, line
from connectid.population.plan import HISTORY, MOST, Plan, moment, random_uuid

AWARDS = 2
"""Of every account, one in each round."""

_SPAN = int(HISTORY.total_seconds())


def awards(plan: Plan, round_: int, numbers: range) -> Lines:
    """An award of every account, most of them accepted, a few revoked."""
    made = []
    credentials = plan.partners.credentials
    for number in numbers:
        entropy = plan.hex("award", number, round_)
        chance = int(entropy[:8], 16)
        at = plan.at - chance % _SPAN
        # One that everybody has, and one of many: an account has no credential twice.
        credential = credentials[-1] if round_ else credentials[chance % (len(credentials) - 1)]
        made.append(
            line(
                random_uuid(entropy),
                credential,
                number,
                moment(at),
                random_uuid(entropy[::-1]),
                moment(at + 60),
                moment(at + 3600) if number % 10 else None,
                moment(at + 7200) if number % 100 == 3 else None,
            )
        )
    return {Award: made}


AWARD_STEP = Step(
    {
        Award: (
            *("uuid", "credential_id", "account_id", "awarded_at", "invite_id", "told_at", "accepted_at"),
            "revoked_at",
        )
    },
    awards,
    rounds=AWARDS,
)


def payments(plan: Plan, _round: int, numbers: range) -> Lines:
    """A payment number of every other account, judged for most."""
    told, judged = [], []
    for number in numbers:
        if number % 2:
            continue
        entropy = plan.hex("payment", number)
        at = plan.at - int(entropy[:8], 16) % _SPAN
        status = "pending" if number % 10 == 0 else "approved"
        named, proven = moment(at), moment(at + 120)
        phone = plan.phone_number(MOST + number)
        told.append(
            line(number, number, phone, "Chikondi Banda", "Airtel", "mobile", status, named, proven, proven)
        )
        if status == "approved":
            judged.append(line(number, status, "generated", moment(at + 3600)))
    return {PaymentNumber: told, Judgement: judged}


PAYMENT_STEP = Step(
    {
        PaymentNumber: (
            *("id", "account_id", "phone_number", "owner_name", "telecom_provider", "line_type", "status"),
            *("named_at", "proven_at", "starts_at"),
        ),
        Judgement: ("payment_number_id", "status", "client_id", "at"),
    },
    payments,
)


def look_ups(plan: Plan, _round: int, numbers: range) -> Lines:
    """What servers asked about every tenth account, and an invitation of CommCare HQ to every twentieth."""
    asked, invited = [], []
    for number in numbers:
        entropy = plan.hex("look", number)
        at = moment(plan.at - int(entropy[:8], 16) % (7 * 24 * 3600))
        if number % 10 == 1:
            asked.append(line("generated", "192.0.2.1", "fetch_users", 1, 1, f"[{number}]", at))
        if number % 20 == 7:
            sealed = encryption.encrypt(entropy, purpose="invitations.invite_code")
            callback = f"https://hq.example.org/{entropy[:8]}"
            invited.append(line(number, callback, f"worker{number}", "domain", sealed, "generated", at))
    return {LookUp: asked, HqInvite: invited}


LOOK_UP_STEP = Step(
    {
        LookUp: ("client_id", "address", "kind", "asked", "found", "account_ids", "at"),
        HqInvite: (
            *(
                "account_id",
                "callback_url",
                "hq_username",
                "hq_domain",
                "invite_code",
                "client_id",
                "created_at",
            ),
        ),
    },
    look_ups,
)
