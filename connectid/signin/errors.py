"""Why a step is refused. Pages word each of these; no client sees their codes."""

from connectid.core.errors import DomainError, Kind


class CodesSpent(DomainError):
    """No further code may be sent to this number now, whether it has an account or not."""

    code = "CODES_SPENT"
    kind = Kind.RATE_LIMITED


class StartAgain(DomainError):
    """The browser has no sign-in under way, or took too long over a step."""

    code = "START_AGAIN"
    kind = Kind.UNAUTHENTICATED


class NoAccount(DomainError):
    """The number has no account; only told to whoever proved that the number is theirs."""

    code = "NO_ACCOUNT"
    kind = Kind.NOT_FOUND


class IncorrectBackupCode(DomainError):
    """The backup code is not the account's; ``attempts_left`` more wrong ones lock it."""

    code = "INCORRECT_BACKUP_CODE"
    kind = Kind.UNAUTHENTICATED

    def __init__(self, attempts_left: int) -> None:
        super().__init__()
        self.attempts_left = attempts_left


class OtherPerson(DomainError):
    """Somebody else signed in than the client had expected by its ``id_token_hint``."""

    code = "OTHER_PERSON"
    kind = Kind.FORBIDDEN
