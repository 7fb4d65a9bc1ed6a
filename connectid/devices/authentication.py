"""Device Basic authentication (contract A1): ``username:device credential``."""

from typing import ClassVar

from django.http import HttpRequest

from connectid.core import clock
from connectid.devices import errors, operations
from connectid.devices.queries import KnownDevice
from connectid.web.authentication import InvalidBasicHeader, Scheme, basic_credentials
from connectid.web.problems import NotAuthenticated, Refusal

CHALLENGE = 'Basic realm="api"'


class DeviceBasic(Scheme[KnownDevice]):
    """The phone's own credential."""

    name = "device"
    http_scheme = "Basic"
    challenge = CHALLENGE
    description = "Username and device credential, as complete_profile returned them (contract A1)."
    missing = Refusal(NotAuthenticated, key="detail", challenge=CHALLENGE)
    # The code is under `error_code` and the status stays 401: on a 400 the app would wipe itself (contract 4.1).
    refusals: ClassVar = (
        Refusal(errors.InvalidDeviceCredential, key="detail", challenge=CHALLENGE),
        Refusal(errors.LoginFromDifferentDevice, key="error_code", challenge=CHALLENGE),
        Refusal(InvalidBasicHeader, key="detail", challenge=CHALLENGE),
    )

    def authenticate(self, request: HttpRequest, credentials: str) -> KnownDevice:
        """Raise one of :attr:`refusals`, or return the device."""
        username, credential = basic_credentials(credentials)
        return operations.authenticate(username=username, credential=credential, at=clock.now())


device_basic = DeviceBasic()
optional_device_basic = DeviceBasic(required=False)
