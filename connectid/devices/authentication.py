"""Device Basic authentication (contract A1): ``username:device credential``."""

from typing import Any, ClassVar

from django.http import HttpRequest

from connectid.core import clock
from connectid.core.errors import DomainError
from connectid.devices import errors
from connectid.devices.operations import credentials as device_credentials
from connectid.devices.queries import KnownDevice
from connectid.web import limits
from connectid.web.authentication import InvalidBasicHeader, Scheme, basic_credentials
from connectid.web.client_address import client_address, limit_key
from connectid.web.problems import NotAuthenticated, Refusal

CHALLENGE = 'Basic realm="api"'


class DeviceBasic(Scheme[KnownDevice]):
    """The phone's own credential."""

    name = "device"
    http_scheme = "Basic"
    challenge = CHALLENGE
    limit = limits.CALLS_PER_PHONE
    description = "Username and device credential, as complete_profile returned them, or an older app's password (contract A1)."
    missing = Refusal(NotAuthenticated, key="detail", challenge=CHALLENGE)
    # The code is under `error_code` and the status stays 401: on a 400 the app would wipe itself (contract 4.1).
    refusals: ClassVar[tuple[Refusal, ...]] = (
        Refusal(errors.InvalidDeviceCredential, key="detail", challenge=CHALLENGE),
        Refusal(errors.LoginFromDifferentDevice, key="error_code", challenge=CHALLENGE),
        Refusal(InvalidBasicHeader, key="detail", challenge=CHALLENGE),
    )

    def authenticate(self, request: HttpRequest, credentials: str) -> KnownDevice:
        """Raise one of :attr:`refusals`, or return the device."""
        username, credential = basic_credentials(credentials)
        return device_credentials.authenticate(
            username=username,
            credential=credential,
            address=limit_key(client_address(request)),
            at=clock.now(),
        )

    def recall(self, credentials: str) -> KnownDevice | None:
        """Return the device, if it is one that may call."""
        username, credential = basic_credentials(credentials)
        return device_credentials.recall(username=username, credential=credential, at=clock.now())

    def holder(self, request: HttpRequest, principal: KnownDevice) -> str:
        """The account's, however its phone proves itself."""
        return f"account {principal.account_id}"


class DeviceOrAnyone(DeviceBasic):
    """The same for endpoints that also answer strangers: whoever presents something wrong is one (contract 5.15)."""

    refusals: ClassVar = ()

    def identify(self, controller: Any) -> KnownDevice | None:
        """Return the device, or None for whoever is none."""
        try:
            return super().identify(controller)
        except DomainError:
            return None


device_basic = DeviceBasic()
device_or_anyone = DeviceOrAnyone(required=False)
optional_device_basic = DeviceBasic(required=False)
