"""Why a message server, a channel or a message is refused."""

from connectid.core.errors import DomainError, Kind


class MessageServerExists(DomainError):
    """Another message server, differing in its secret or addresses, already has this client id."""

    code = "MESSAGE_SERVER_EXISTS"
    kind = Kind.CONFLICT


class ChannelInvalid(DomainError):
    """The request for a channel lacks its person or its source, or one of them is longer than any."""

    code = "INVALID_CHANNEL"
    kind = Kind.INVALID


class UnknownSubject(DomainError):
    """No active account has this subject."""

    code = "No ConnectUser matches the given query."
    kind = Kind.NOT_FOUND


class UnknownChannel(DomainError):
    """The caller has no channel of this id."""

    code = "No Channel matches the given query."
    kind = Kind.NOT_FOUND


class ConsentMissing(DomainError):
    """The body lacks the channel or the consent, or the consent is no boolean."""

    code = "Both 'channel' and 'consent' fields are required."
    kind = Kind.INVALID


class ConsentWithdrawn(DomainError):
    """The person does not allow this channel any more."""

    code = "The channel has no consent."
    kind = Kind.FORBIDDEN


class MessageInvalid(DomainError):
    """The message lacks its id or one of its three sealed texts."""

    code = "INVALID_MESSAGE_CONTENT"
    kind = Kind.INVALID


class ChannelMissing(DomainError):
    """The server has no channel of this id, or its account is closed."""

    code = "CHANNEL_DOES_NOT_EXIST"
    kind = Kind.INVALID


class NoConsent(DomainError):
    """The person does not allow this channel."""

    code = "NO_USER_CONSENT"
    kind = Kind.INVALID


class MessageExists(DomainError):
    """A message of this id was accepted before; the sender may count it as sent."""

    code = "MESSAGE_ID_ALREADY_EXISTS"
    kind = Kind.INVALID


class MessageIdMissing(DomainError):
    """A phone's message has no id that is a UUID, or one that was used for another message."""

    code = "missing message_id"
    kind = Kind.INVALID


class ChannelIdMissing(DomainError):
    """A phone's message has no channel id that is a UUID."""

    code = "missing channel_id"
    kind = Kind.INVALID


class ContentInvalid(DomainError):
    """A phone's message lacks one of its three sealed texts, or there are too many messages."""

    code = "invalid message content"
    kind = Kind.INVALID


class NothingNamed(DomainError):
    """The list of what was received is missing or empty."""

    code = "NOTHING_NAMED"
    kind = Kind.INVALID


class NothingMatched(DomainError):
    """None of the ids is the caller's."""

    code = "NOTHING_MATCHED"
    kind = Kind.NOT_FOUND
