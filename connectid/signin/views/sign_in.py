"""GET and POST /o/sign_in: whose phone number? The first step."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language

from connectid.core import phone
from connectid.core.phone import PhoneNumber, UnparsablePhoneNumber
from connectid.signin import authentication, countries, limits
from connectid.signin.operations import steps
from connectid.signin.pages import CODE, SignInPage
from connectid.web.html_pages import SeeOther


class SignIn(SignInPage):
    """Ask for the number, and have a code sent to it if it has an account; the answer is the same if it has none."""

    limit = limits.NUMBERS_PER_ADDRESS

    def get(self, request: HttpRequest) -> HttpResponse:
        """Ask, with what the client knows already filled in."""
        return self._ask(typed=self._hinted(), region=countries.likely(request))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Begin. Four statements, whoever the number belongs to."""
        typed, region = request.POST.get("number", "")[:40], request.POST.get("country", "")[:2]
        try:
            number = phone.parse_typed(typed, region=region)
        except UnparsablePhoneNumber:
            return self._ask(
                typed=typed,
                region=region,
                problem=self._problem(typed, region),
                status=HTTPStatus.UNPROCESSABLE_ENTITY,
            )
        return self._begin(number)

    def _begin(self, number: PhoneNumber) -> HttpResponse:
        before = authentication.sign_in_under_way(self.request, at=self.received_at)
        further = SeeOther(self.link(CODE))
        if before is not None and before.phone_number == number.e164:
            return further  # whoever went back to look: the code that was sent stays good
        key = steps.start(number=number, at=self.received_at, instead_of=before)
        authentication.remember(further, key)
        return further

    def _ask(
        self, *, typed: str, region: str, problem: str = "", status: int = HTTPStatus.OK
    ) -> HttpResponse:
        return self.show(
            "signin/number.html",
            status=status,
            countries=countries.named_in(get_language() or "en"),
            typed=typed,
            region=region,
            problem=problem,
        )

    def _hinted(self) -> str:
        """The number that the client named, as people write it; nothing else is taken over into the page."""
        try:
            return phone.spaced(phone.parse(self.authorization.login_hint))
        except UnparsablePhoneNumber:
            return ""

    @staticmethod
    def _problem(typed: str, region: str) -> str:
        if not typed.strip():
            return "missing"
        return "unclear" if region or typed.strip().startswith("+") else "no_country"
