"""The commands of credentials. Django is set up by the group that they are added to."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import click


@click.command()
@click.option("--authority", required=True, type=click.Choice(("CONNECT", "HQ")), help="Who issues.")
@click.option(
    "--environment",
    required=True,
    type=click.Choice(("production", "staging", "india")),
    help="Which deployment of it.",
)
@click.option("--client-id", default="", help="Its id. Made when not given.")
@click.option("--secret", default="", help="Its secret. Made when not given.")
def create_issuer(authority: str, environment: str, client_id: str, secret: str) -> None:
    """Register an issuer of credentials; the last line printed is its id and secret as JSON.

    It may have the same id and secret as a message server. Repeating a command that names both changes nothing.
    """
    from connectid.credentials.operations import issuers

    made = issuers.create_issuer(
        authority=authority, environment=environment, client_id=client_id, secret=secret
    )
    click.echo(json.dumps({"client_id": made.client_id, "client_secret": made.client_secret}))


@click.command()
@click.option("--now", is_flag=True, help="Let the new key, or one that waits, sign at once.")
@click.option(
    "--leaked", is_flag=True, help="At once, and forget every other key: what they signed is refused."
)
def rotate_credential_key(now: bool, leaked: bool) -> None:
    """Make the next key that signs verifiable credentials. It is published at once, signs after a day, and the old one stays for a year.

    The last line printed is JSON: every published key, the oldest first.
    """
    from connectid.core import clock
    from connectid.oauth.key_uses import VERIFIABLE_CREDENTIAL as USE
    from connectid.oauth.operations import signing_keys

    at = clock.now()
    if leaked:
        found = signing_keys.replace_all(at=at, use=USE)
    else:
        found = signing_keys.rotate(at=at, use=USE, at_once=now)
    published = [{"kid": key.kid, "signs_from": key.signs_from.isoformat()} for key in found.published(at)]
    click.echo(json.dumps(published))


_READABLE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("file", type=_READABLE)
@click.option(
    "--jwks", "keys", required=True, type=_READABLE, help="The issuer's keys: /.well-known/vc-jwks.json."
)
@click.option(
    "--status-list", type=_READABLE, help="The list that the credential names, to see whether it was revoked."
)
@click.option("--at", default="", help="The moment to judge by, in ISO 8601. Unset: now.")
def verify_credential(file: Path, keys: Path, status_list: Path | None, at: str) -> None:
    """Check a verifiable credential with files alone: no connection, no database. Exits with 1 where it does not hold.

    The last line printed is JSON: whether it is valid, why not, and what it says.
    """
    from connectid.credentials import checking

    try:
        genuine = checking.check(
            _text(file),
            keys=_key_set(keys),
            at=_moment(at),
            status_list=None if status_list is None else _text(status_list),
        )
    except checking.NotGenuine as refused:
        click.echo(json.dumps({"valid": False, "reason": refused.reason, "message": str(refused)}))
        raise SystemExit(1) from refused
    click.echo(json.dumps({"valid": True, **_told(genuine.credential, genuine.revocation_checked)}))


def _told(credential: dict[str, Any], revocation_checked: bool) -> dict[str, Any]:
    subject, issuer = credential["credentialSubject"], credential["issuer"]
    status = credential.get("credentialStatus") or {}
    return {
        "revoked": False if revocation_checked else None,
        "status_list": status.get("statusListCredential"),
        "name": credential.get("name"),
        "holder": subject.get("identifier"),
        "subject": subject.get("id"),
        "issuer": issuer.get("id") if isinstance(issuer, dict) else issuer,
        "awarded_by": subject.get("achievement", {}).get("creator", {}).get("name"),
        "valid_from": credential.get("validFrom"),
        "valid_until": credential.get("validUntil"),
    }


def _key_set(file: Path) -> dict[str, Any]:
    try:
        found = json.loads(_text(file))
    except ValueError as error:
        raise click.ClickException(f"{file} is not JSON.") from error
    if not isinstance(found, dict) or not isinstance(found.get("keys"), list):
        raise click.ClickException(f"{file} is no set of keys (RFC 7517).")
    return found


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise click.ClickException(f"{file} cannot be read as text.") from error


def _moment(text: str) -> datetime:
    from connectid.core import clock

    if not text:
        return clock.now()
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise click.BadParameter(f"{text}: not ISO 8601", param_hint="--at") from error
    return found if found.tzinfo else found.astimezone()
