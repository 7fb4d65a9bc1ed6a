"""GET and POST /o/sign_in/backup_code: what only the worker knows. The third step, after which somebody is signed in."""

from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse

from connectid.accounts.errors import LockedAccount
from connectid.core import phone
from connectid.core.errors import DomainError
from connectid.oauth.authentication import browser
from connectid.oauth.authorization_requests import expected_subject
from connectid.oauth.errors import LoginRequired
from connectid.recovery.errors import NoBackupCode
from connectid.signin import authentication, errors, limits, standing
from connectid.signin.models import SignIn
from connectid.signin.operations import steps
from connectid.signin.pages import AUTHORIZE, SignInPage
from connectid.signin.typed import digits
from connectid.web.html_pages import SeeOther, link

_EXPLAINED: dict[type[DomainError], str] = {
    LockedAccount: "signin/locked.html",
    errors.NoAccount: "signin/no_account.html",
    NoBackupCode: "signin/no_backup_code.html",
}


class BackupCode(SignInPage):
    """Check the backup code. Whoever comes here has the phone, and so is told plainly what is wrong."""

    limit = limits.BACKUP_CODES_PER_ADDRESS

    def get(self, request: HttpRequest) -> HttpResponse:
        """Ask for the backup code, if there is any sense in it."""
        under_way = authentication.sign_in_under_way(request, at=self.received_at)
        if under_way is None and self.person is not None:
            return SeeOther(self.link(AUTHORIZE))  # "back", after it was done
        proven = self._required(under_way)
        steps.account_of(proven)
        return self._ask(proven)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Check it, and go back to where the client's request is decided."""
        under_way = self._required(authentication.sign_in_under_way(request, at=self.received_at))
        typed = digits(request.POST.get("backup_code", ""))
        if not typed:
            return self._ask_again(under_way, problem="missing")
        try:
            key = steps.finish(
                sign_in=under_way,
                code=typed,
                expected=expected_subject(self.authorization, at=self.received_at),
                former_key=browser.session_key(request),
                at=self.received_at,
            )
        except errors.OtherPerson as other:
            raise LoginRequired("Another person signed in.") from other
        except errors.IncorrectBackupCode as wrong:
            return self._ask_again(under_way, problem="wrong", attempts_left=wrong.attempts_left)
        further = SeeOther(link(request, AUTHORIZE, **standing.once_signed_in(self.authorization)))
        authentication.finish(further, session_key=key)
        return further

    def refuse(self, refused: DomainError) -> HttpResponse:
        """Explain what the owner of a number may know about its account."""
        template = _EXPLAINED.get(type(refused))
        if template is None:
            return super().refuse(refused)
        return self.show(template, status=HTTPStatus.FORBIDDEN)

    def _required(self, under_way: SignIn | None) -> SignIn:
        if under_way is None or under_way.phone_proven_at is None:
            raise errors.StartAgain
        return under_way

    def _ask(self, under_way: SignIn, *, status: int = HTTPStatus.OK, **told: Any) -> HttpResponse:
        number = phone.spaced(phone.parse(under_way.phone_number))
        return self.show("signin/backup_code.html", status=status, number=number, **told)

    def _ask_again(self, under_way: SignIn, **told: Any) -> HttpResponse:
        return self._ask(under_way, status=HTTPStatus.UNPROCESSABLE_ENTITY, **told)
