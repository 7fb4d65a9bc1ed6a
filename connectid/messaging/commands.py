"""The ``create-message-server`` command. Django is set up by the group that it is added to."""

import json

import click


@click.command()
@click.option("--name", required=True, help="What people call it.")
@click.option("--key-url", required=True, help="Where phones fetch a channel's key.")
@click.option("--callback-url", required=True, help="Told when a message was received.")
@click.option("--delivery-url", required=True, help="Where the messages of phones go.")
@click.option("--consent-url", required=True, help="Told when a person allows or stops a channel.")
@click.option("--client-id", default="", help="Its id. Made when not given.")
@click.option("--secret", default="", help="Its password and HMAC key. Made when not given.")
def create_message_server(
    name: str,
    key_url: str,
    callback_url: str,
    delivery_url: str,
    consent_url: str,
    client_id: str,
    secret: str,
) -> None:
    """Register a message server; the last line printed is its id and secret as JSON.

    It may have the same id and secret as an issuer. Repeating a command that names both changes nothing.
    """
    from connectid.messaging.operations import servers

    made = servers.create_message_server(
        name=name,
        key_url=key_url,
        callback_url=callback_url,
        delivery_url=delivery_url,
        consent_url=consent_url,
        client_id=client_id,
        secret=secret,
    )
    click.echo(json.dumps({"client_id": made.client_id, "client_secret": made.client_secret}))
