"""Who the workers are: what a load generator has to know to act as one of them."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256

from connectid.oauth import opaque_tokens
from connectid.population.plan import Plan

FIRST_NAMES = (
    *(
        "Chikondi",
        "Amina",
        "Joseph",
        "Fatou",
        "Lakshmi",
        "Moses",
        "Grace",
        "Ibrahim",
        "Wanjiru",
        "Thandiwe",
        "Sunita",
    ),
    *("Kofi", "Mariam", "Pedro", "Yetunde", "Blessing", "Rahul", "Zainab", "Abebe", "Nomsa", "Eunice"),
)
LAST_NAMES = (
    *(
        "Banda",
        "Phiri",
        "Okafor",
        "Diallo",
        "Kumar",
        "Mwangi",
        "Tembo",
        "Hussein",
        "Abubakar",
        "Ndlovu",
        "Devi",
    ),
    *("Mensah", "Traoré", "Sitoe", "Adeyemi", "Sharma", "Bello", "Tadesse", "Dlamini"),
)


@dataclass(frozen=True, slots=True)
class Worker:
    """One worker, by its number from 1."""

    number: int
    username: str
    credential: str = field(repr=False)
    """Of its phone, as a new one has (contract 5.6)."""
    access_token: str = field(repr=False)
    phone_number: str = field(repr=False)
    push_token: str = field(repr=False)


def worker(plan: Plan, number: int) -> Worker:
    """Work out a worker."""
    return Worker(
        number=number,
        username=username(plan, number),
        credential=credential(plan, number),
        access_token=access_token(plan, number),
        phone_number=plan.phone_number(number),
        push_token=push_token(plan, number),
    )


def username(plan: Plan, number: int) -> str:
    """Its subject."""
    return plan.hex("subject", number)[:20]


def name(number: int) -> str:
    """Its name, which it shares with many."""
    return f"{FIRST_NAMES[number % len(FIRST_NAMES)]} {LAST_NAMES[number % len(LAST_NAMES)]}"


def credential(plan: Plan, number: int, index: int = 0) -> str:
    """Of its phone; from index 1 of former ones."""
    return plan.hex("credential", number, index) + plan.hex("credential+", number, index)


def access_token(plan: Plan, number: int) -> str:
    """Its token of the app."""
    return _token(plan, plan.hex("access", number))


def refresh_token(plan: Plan, number: int, index: int = 0) -> str:
    """What it got beside the token; from index 1 what was exchanged for it before."""
    return _token(plan, plan.hex("refresh", number, index))


def _token(plan: Plan, entropy: str) -> str:
    minute = opaque_tokens.minute_of(datetime.fromtimestamp(plan.at, UTC))
    return f"{minute}{entropy}"[: opaque_tokens.LENGTH]


def push_token(plan: Plan, number: int, index: int = 0) -> str:
    """Its phone's address at FCM; from index 1 of former ones."""
    ends = f"{plan.hex('push', number, index)}{plan.hex('push+', number, index)}"
    return f"{ends[:22]}:APA91b{ends}{ends[::-1]}"


def checksum(token: str) -> str:
    """What is stored of an attestation's token, and stands for what is stored of a code."""
    return sha256(token.encode()).hexdigest()
