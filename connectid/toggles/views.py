"""Endpoints about toggles."""

from typing import ClassVar

import msgspec

from connectid.devices.authentication import device_or_anyone
from connectid.toggles import queries
from connectid.toggles.errors import ConfigurationUnavailable
from connectid.toggles.toggle import Toggle
from connectid.web.endpoint import Endpoint


class ToggleSet(msgspec.Struct):
    """Every toggle by name; the phone replaces its own set by this one."""

    toggles: dict[str, Toggle]


class Toggles(Endpoint):
    """The toggles of the calling phone, or everybody's for a caller who is not known (contract 5.15)."""

    auth = (device_or_anyone,)
    fast = True
    versioned = False  # it never was (contract 2.2)
    refusals: ClassVar = (ConfigurationUnavailable,)

    def get(self) -> ToggleSet:
        device = device_or_anyone.principal_or_none(self.request)
        return ToggleSet(
            toggles=queries.for_account(device.username if device else None, at=self.received_at)
        )
