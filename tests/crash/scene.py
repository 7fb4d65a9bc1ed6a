"""Make the partners, phones and channels of a run in its database: ``python -m tests.crash.scene URL PARTNERS PHONES``."""

import json
import sys

import django

django.setup()

from connectid.messaging.models import MessageServer  # noqa: E402 - needs the settings
from connectid.messaging.operations import servers  # noqa: E402
from connectid.testing.partners import Partner as Registered  # noqa: E402
from connectid.testing.partners import new_channel  # noqa: E402
from connectid.testing.scene import new_phone  # noqa: E402


def main(url: str, partners: int, phones: int) -> None:
    """Print the headers and channels as JSON: each phone has one channel."""
    registered = []
    for number in range(partners):
        place = f"{url}/{number}"
        made = servers.create_message_server(
            name=f"Partner {number}",
            key_url=f"{place}/key",
            callback_url=f"{place}/callback",
            delivery_url=f"{place}/delivery",
            consent_url=f"{place}/consent",
        )
        server = MessageServer.objects.get(client_id=made.client_id)
        registered.append(Registered(server, made.client_secret))
    channels = []
    for number in range(phones):
        phone, partner = new_phone(), registered[number % partners]
        channel = new_channel(partner, phone.account.pk)
        channels.append({"id": str(channel.pk), "phone": phone.headers, "partner": partner.headers})
    sys.stdout.write(f"\n{json.dumps(channels)}\n")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
