"""The ``create-oauth-client`` and ``rotate-oidc-key`` commands. Django is set up by the group that they are added to."""

import json

import click

GRANTS = ("client-credentials", "password", "authorization-code")


@click.command()
@click.option("--name", required=True, help="What people call it.")
@click.option(
    "--grant", required=True, type=click.Choice(GRANTS), help="How it obtains tokens (RFC 6749, section 1.3)."
)
@click.option("--client-id", default="", help="Its id. Made when not given.")
@click.option("--client-secret", default="", help="Its secret. Made when not given.")
@click.option("--public", is_flag=True, help="An app, which cannot keep a secret; it gets none.")
@click.option(
    "--redirect-uri",
    "redirect_uris",
    multiple=True,
    help="Where people return to after signing in. May be repeated.",
)
@click.option(
    "--post-logout-redirect-uri",
    "post_logout_redirect_uris",
    multiple=True,
    help="Where people return to after signing out. May be repeated.",
)
@click.option(
    "--permission",
    "permissions",
    multiple=True,
    help="What it may do as a server (docs/reference/permissions.md). May be repeated. None: everything.",
)
def create_oauth_client(
    name: str,
    grant: str,
    client_id: str,
    client_secret: str,
    public: bool,
    redirect_uris: tuple[str, ...],
    post_logout_redirect_uris: tuple[str, ...],
    permissions: tuple[str, ...],
) -> None:
    """Register an OAuth client; the last line printed is its id and secret as JSON.

    Repeating a command that names the id and the secret changes nothing.
    """
    from connectid.oauth.operations import clients
    from connectid.oauth.permissions import ALL

    if unknown := sorted({*permissions} - {*ALL}):
        known = ", ".join(ALL)
        raise click.BadParameter(f"{', '.join(unknown)}: not one of {known}", param_hint="--permission")
    if public and (client_secret or permissions):
        raise click.UsageError("A public client has neither a secret nor permissions.")
    made = clients.create_client(
        name=name,
        grant=grant,
        client_id=client_id,
        client_secret=client_secret,
        public=public,
        redirect_uris=redirect_uris,
        post_logout_redirect_uris=post_logout_redirect_uris,
        permissions=permissions or None,
    )
    click.echo(json.dumps({"client_id": made.client_id, "client_secret": made.client_secret}))


@click.command()
@click.option("--now", is_flag=True, help="Let the new key, or one that waits, sign at once.")
@click.option(
    "--leaked", is_flag=True, help="At once, and forget every other key: what they signed is refused."
)
def rotate_oidc_key(now: bool, leaked: bool) -> None:
    """Make the next key that signs id tokens. It is published at once, signs after a day, and the old one stays until its tokens expired.

    The last line printed is JSON: every published key, the oldest first.
    """
    from connectid.core import clock
    from connectid.oauth.operations import signing_keys

    at = clock.now()
    found = signing_keys.replace_all(at=at) if leaked else signing_keys.rotate(at=at, at_once=now)
    published = [{"kid": key.kid, "signs_from": key.signs_from.isoformat()} for key in found.published(at)]
    click.echo(json.dumps(published))
