"""Refusals of notifications."""

from connectid.core.errors import FieldsRefused


class MessageRefused(FieldsRefused):
    """A field has the wrong type or is larger than is taken; each says why, items of a list by their place."""

    names = ("username", "usernames", "title", "body", "data", "fcm_options")
    nested = True


class MessagesRefused(FieldsRefused):
    """There is no list of messages, or some of them cannot be taken: a list with what is wrong with each."""

    names = ("messages",)
    nested = True
