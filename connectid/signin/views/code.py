"""GET and POST /o/sign_in/code: the code from the text. The second step."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse

from connectid.core import phone
from connectid.signin import authentication, limits
from connectid.signin.errors import StartAgain
from connectid.signin.models import SignIn
from connectid.signin.operations import steps
from connectid.signin.pages import AUTHORIZE, BACKUP_CODE, CODE, SignInPage
from connectid.signin.typed import digits
from connectid.verification.errors import IncorrectCode
from connectid.web.html_pages import SeeOther


class Code(SignInPage):
    """Check the code, or have it sent again. Nothing here tells whether the number has an account."""

    limit = limits.CODES_PER_ADDRESS

    def get(self, request: HttpRequest) -> HttpResponse:
        """Ask for the code."""
        under_way = authentication.sign_in_under_way(request, at=self.received_at)
        if under_way is None and self.person is not None:
            return SeeOther(self.link(AUTHORIZE))  # "back", after it was done
        if under_way is not None and under_way.phone_proven_at is not None:
            return SeeOther(self.link(BACKUP_CODE))
        return self._ask(self._required(under_way))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Check what was typed, or send again."""
        under_way = self._required(authentication.sign_in_under_way(request, at=self.received_at))
        if "again" in request.POST:
            steps.resend(sign_in=under_way, at=self.received_at)
            return SeeOther(self.link(CODE))
        if under_way.phone_proven_at is None:  # a second click proves nothing twice
            try:
                steps.prove_phone(
                    sign_in=under_way, code=digits(request.POST.get("code", "")), at=self.received_at
                )
            except IncorrectCode:
                return self._ask(under_way, problem="wrong", status=HTTPStatus.UNPROCESSABLE_ENTITY)
        return SeeOther(self.link(BACKUP_CODE))

    def _required(self, under_way: SignIn | None) -> SignIn:
        if under_way is None:
            raise StartAgain
        return under_way

    def _ask(self, under_way: SignIn, *, problem: str = "", status: int = HTTPStatus.OK) -> HttpResponse:
        return self.show(
            "signin/code.html",
            status=status,
            number=phone.spaced(phone.parse(under_way.phone_number)),
            wait=steps.resend_wait(under_way, at=self.received_at),
            problem=problem,
        )
