"""Scenes of the sign-in."""

import pytest

from connectid.accounts.models import Account
from connectid.oauth.models import Client
from connectid.signin.tests.flows import Walk, asked, new_client, signed_in_walk
from connectid.testing.scene import new_account


@pytest.fixture
def client_app(db: None) -> Client:
    """A confidential client."""
    return new_client()


@pytest.fixture
def account(db: None) -> Account:
    """A worker's account."""
    return new_account()


@pytest.fixture
def walk(client_app: Client) -> Walk:
    """A browser that the client has just sent here."""
    return Walk(asked(client_app))


@pytest.fixture
def signed_in(client_app: Client, account: Account) -> Walk:
    """A browser in which the account signed in, its owner not having consented to anything yet."""
    return signed_in_walk(client_app, account)


@pytest.fixture
def consented(signed_in: Walk) -> Walk:
    """The same, its owner having consented."""
    signed_in.post("/consent", decision="allow")
    return signed_in
