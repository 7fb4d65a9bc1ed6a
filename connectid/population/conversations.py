"""Rows of channels, of the messages in them and of what phones are told."""

from connectid.messaging.models import Callback, Channel, Message
from connectid.notifications.models import Notification
from connectid.population.lines import NULL, Lines, Step, line
from connectid.population.plan import CHANNELS, ROUNDS, Plan, moment, ordered_uuid, random_uuid

TO_PHONE_OF_TEN = 7
"""Of ten messages so many go to the phone, and have a notification; for each of the others it gets one of another kind."""

LATEST = ROUNDS - 1

_CIPHERTEXT = (
    "QSBzZWFsZWQgbWVzc2FnZSB0aGF0IG1lYW5zIG5vdGhpbmcgdG8gYW55Ym9keSBidXQgaXRzIHBob25lIGFuZCBpdHMgc2VydmVy"
)


def channels(plan: Plan, round_: int, numbers: range) -> Lines:
    """A channel of every account, one in each round."""
    servers = plan.partners.message_servers
    server = servers[round_ % len(servers)]
    opened = plan.moment_in(0, 0)
    return {
        Channel: [
            line(
                channel_id(plan, number, round_),
                server,
                number,
                f"domain-{number % 997}-{round_}",
                f"Project {number % 997}" if number % 2 else "",
                int(number % 25 != 4),
                moment(opened + number % 86_400),
            )
            for number in numbers
        ]
    }


def channel_id(plan: Plan, number: int, index: int) -> str:
    """The id of an account's channel."""
    return plan.uuid("channel", number, index)


CHANNEL_STEP = Step(
    {Channel: ("id", "server_id", "account_id", "source", "name", "consent", "created_at")},
    channels,
    rounds=CHANNELS,
)


def messages(plan: Plan, round_: int, numbers: range) -> Lines:
    """A message of every account, and a notification: acknowledged, but for some of the last days.

    Two thirds of all rows are made here, so their lines are written out.
    """
    sent: list[str] = []
    told: list[str] = []
    for number in numbers:
        entropy = plan.hex("message", number, round_)
        chance = int(entropy[:8], 16)
        at = plan.moment_in(round_, chance)
        is_waiting = chance % 10 < 4 if round_ == LATEST else chance % 200 == 0
        began, received = moment(at), NULL if is_waiting else moment(at + 60 + chance % 7200)
        message, channel = random_uuid(entropy), channel_id(plan, number, chance % CHANNELS)
        note = ordered_uuid(entropy[11:], at)
        if (number + round_) % 10 < TO_PHONE_OF_TEN:
            status = "PENDING" if is_waiting else "DELIVERED"
            sent.append(f"{message}\t{channel}\tM\t{status}\t{began}\t{received}")
            payload = _payload(message, channel, number)
            told.append(f"{note}\t{number}\tMESSAGING\t{payload}\t{message}\t{began}\t{received}")
        else:
            sent.append(f"{message}\t{channel}\tS\tDELIVERED\t{began}\t{began}")
            told.append(f"{note}\t{number}\tCONNECT\t{_notice(number)}\t\\N\t{began}\t{received}")
    return {Message: sent, Notification: told}


def _payload(message: str, channel: str, number: int) -> str:
    name = f"Project {number % 997}"
    return (
        f'{{"message_id": "{_hyphenated(message)}", "channel": "{_hyphenated(channel)}", "channel_name": "{name}", '
        f'"ciphertext": "{_CIPHERTEXT}", "tag": "{message[:24]}", "nonce": "{channel[:16]}", "status": "PENDING", '
        f'"action": "ccc_message", "title": "New Connect Message", "body": "You received a new message from {name}"}}'
    )


def _notice(number: int) -> str:
    return (
        '{"title": "Payment", "body": "A payment was made to you.", "action": "ccc_payment", '
        f'"opportunity_id": "{number % 5000}"}}'
    )


def _hyphenated(uuid: str) -> str:
    return f"{uuid[:8]}-{uuid[8:12]}-{uuid[12:16]}-{uuid[16:20]}-{uuid[20:]}"


MESSAGE_STEP = Step(
    {
        Message: ("id", "channel_id", "direction", "status", "sent_at", "received_at"),
        Notification: ("id", "account_id", "kind", "payload", "message_id", "created_at", "received_at"),
    },
    messages,
    rounds=ROUNDS,
)


def callbacks(plan: Plan, _round: int, numbers: range) -> Lines:
    """What partners are still to be told, of every hundredth account, and what was given up of every thousandth."""
    found = []
    for number in numbers:
        if number % 100 != 5:
            continue
        channel = channel_id(plan, number, 0)
        given_up = moment(plan.at - number % 86_400) if number % 1000 == 5 else None
        due = moment(plan.at + 3600)
        body = f'{{"channel_id": "{_hyphenated(channel)}", "messages": []}}'
        found.append(line(channel, "receipt", body, 12 if given_up else 1, due, moment(plan.at), given_up))
    return {Callback: found}


CALLBACK_STEP = Step(
    {Callback: ("channel_id", "kind", "body", "attempts", "due_at", "created_at", "given_up_at")}, callbacks
)
