"""What a server on somebody's own machine starts with: an admin, clients and partners to try it with.

Their passwords and secrets are made once and kept in ``DATA_DIR/demo.json``, readable by its owner only, for ``make demo``.
Nothing of this exists in production.
"""

import json
import os
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from connectid.accounts import staff
from connectid.accounts.models import Account
from connectid.core import clock, secrets
from connectid.credentials.models import Issuer
from connectid.credentials.operations import issuers as credentials
from connectid.messaging.models import MessageServer
from connectid.messaging.operations import servers as messaging
from connectid.oauth.models import ANDROID_CLIENT_ID, Client
from connectid.oauth.operations import clients as oauth
from connectid.toggles import operations as toggles
from connectid.toggles import switches

SWITCHED_ON = ("email_otp_verification",)
"""Release switches that are on from the first start, so that everything there is can be tried."""

FILE = "demo.json"


@dataclass(frozen=True, slots=True)
class Credentials:
    """Something that signs in, and with what."""

    name: str
    id: str
    secret: str


@dataclass(frozen=True, slots=True)
class DemoObjects:
    """Everything a demonstration signs in with."""

    admin: Credentials
    oauth_client: Credentials
    message_servers: tuple[Credentials, ...]
    issuers: tuple[Credentials, ...]
    android_client_id: str = ANDROID_CLIENT_ID


def make(*, folder: Path, public_url: str) -> tuple[DemoObjects, bool]:
    """Make what is missing; return everything, and whether its secrets are new and should be shown.

    Secrets are written down before they are used, so that an interrupted first start is completed by the next one.
    """
    path = folder / FILE
    wanted = read(path)
    if is_new := wanted is None:
        wanted = _new()
        _write(path, wanted)
    known = switches.all_switches(at=clock.now())
    for switch in SWITCHED_ON:
        if switch not in known:  # one that somebody switched off stays off
            toggles.set_switch(switch, active=True)
    _admin(wanted.admin)
    _android_client()
    _oauth_client(wanted.oauth_client)
    for server in wanted.message_servers:
        _message_server(server, public_url)
    for issuer in wanted.issuers:
        _issuer(issuer)
    return wanted, is_new


def read(path: Path) -> DemoObjects | None:
    """Return what an earlier start wrote down; None where there is nothing, or nothing that can be read."""
    try:
        kept: dict[str, Any] = json.loads(path.read_text())
        return DemoObjects(
            admin=Credentials(**kept["admin"]),
            oauth_client=Credentials(**kept["oauth_client"]),
            message_servers=tuple(Credentials(**server) for server in kept["message_servers"]),
            issuers=tuple(Credentials(**issuer) for issuer in kept["issuers"]),
        )
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None


def _new() -> DemoObjects:
    blank = Credentials(name="", id="", secret="")

    def made(name: str) -> Credentials:
        return replace(blank, name=name, id=secrets.new_client_id(), secret=secrets.new_token())

    return DemoObjects(
        admin=Credentials(name="Admin", id="admin", secret=secrets.new_urlsafe_token(16)),
        oauth_client=made("CommCare Connect"),
        message_servers=(made("CommCare HQ"), made("Open Chat Studio")),
        issuers=(made("CONNECT production"), made("HQ production")),
    )


def _write(path: Path, objects: DemoObjects) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".draft")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(asdict(objects), file, indent=2)
    draft.rename(path)


def _admin(admin: Credentials) -> None:
    """Make the admin once; later, whoever runs this machine may have changed its password."""
    if not Account.objects.filter(username=admin.id).exists():
        staff.create_admin(username=admin.id, password=admin.secret)


def _android_client() -> None:
    if not Client.objects.filter(client_id=ANDROID_CLIENT_ID).exists():
        oauth.create_client(
            name="PersonalID for Android",
            grant=Client.GRANT_PASSWORD,
            client_id=ANDROID_CLIENT_ID,
            public=True,
        )


def _oauth_client(client: Credentials) -> None:
    if not Client.objects.filter(client_id=client.id).exists():
        oauth.create_client(
            name=client.name,
            grant=Client.GRANT_CLIENT_CREDENTIALS,
            client_id=client.id,
            client_secret=client.secret,
        )


def _message_server(server: Credentials, public_url: str) -> None:
    """Make the server; its addresses are the sandbox's, and follow the port of this start."""
    place = f"{public_url}/sandbox/partners/{server.name.lower().replace(' ', '-')}"
    addresses = {
        f"{purpose}_url": f"{place}/{purpose}" for purpose in ("key", "callback", "delivery", "consent")
    }
    if not MessageServer.objects.filter(client_id=server.id).update(**addresses):
        messaging.create_message_server(
            name=server.name, client_id=server.id, secret=server.secret, **addresses
        )


def _issuer(issuer: Credentials) -> None:
    authority, environment = issuer.name.split()
    if not Issuer.objects.filter(client_id=issuer.id).exists():
        credentials.create_issuer(
            authority=authority, environment=environment, client_id=issuer.id, secret=issuer.secret
        )
