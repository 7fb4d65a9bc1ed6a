"""Workers who want to be paid, for tests: what their app sends, and the code that their other phone gets."""

from dataclasses import dataclass
from typing import Any

from django.test import Client

from connectid.core import clock
from connectid.payments.models import PaymentNumber
from connectid.payments.operations.numbers import CODE
from connectid.testing.scene import EnrolledPhone, new_number, new_phone
from connectid.verification import codes
from connectid.verification.models import Challenge

NAME_NUMBER = "/users/profile/payment_phone_number"
CONFIRM = "/users/profile/confirm_payment_otp"


@dataclass(frozen=True)
class Payee:
    """A worker's phone."""

    phone: EnrolledPhone

    def post(self, path: str, body: Any) -> Any:
        """Send what the app sends."""
        return Client().post(path, body, content_type="application/json", headers=self.phone.headers)

    def name(self, number: str, owner: str = "Chikondi Banda") -> Any:
        """Name a payment number."""
        return self.post(NAME_NUMBER, {"phone_number": number, "owner_name": owner})

    def confirm(self, code: str) -> Any:
        """Type the code in."""
        return self.post(CONFIRM, {"token": code})

    def code(self, number: str) -> str:
        """The code that this number was to get for this worker."""
        scope = f"account:{self.phone.account.pk}"
        return codes.code_of(Challenge.objects.get(address=number, purpose=CODE, scope=scope))

    def prove(self, number: str = "", owner: str = "Chikondi Banda") -> str:
        """Name a number, by default a new one, confirm it, and return it."""
        number = number or new_number()
        assert self.name(number, owner).status_code == 200
        assert self.confirm(self.code(number)).status_code == 200
        return number

    def has_proven(self) -> str:
        """Have a number that is proven, without the app's requests: for tests that need many."""
        number, at = new_number(), clock.now()
        PaymentNumber.objects.create(
            account=self.phone.account,
            phone_number=number,
            owner_name="Chikondi Banda",
            named_at=at,
            proven_at=at,
            starts_at=at,
        )
        return number

    @property
    def username(self) -> str:
        """The subject by which whoever pays knows the worker."""
        return self.phone.account.username


def new_payee(**fields: Any) -> Payee:
    """A worker who has named no number yet."""
    return Payee(new_phone(**fields))
