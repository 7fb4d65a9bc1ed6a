"""Look-ups whose answer is written in the number's last digits."""

import phonenumbers

from connectid.providers.carrier import Line, LineType
from connectid.providers.errors import Rejected, Unavailable

REJECTED_SUFFIX = "0191"
"""Numbers that end so do not exist."""
UNAVAILABLE_SUFFIX = "0192"
"""Numbers that end so fail as if the vendor were down."""
LANDLINE_SUFFIX = "0193"
VOIP_SUFFIX = "0194"


class SandboxCarrier:
    """Calls every other number a mobile one of the carrier ``Sandbox``."""

    def look_up(self, phone_number: str) -> Line:
        """Look the number up (see :class:`connectid.providers.carrier.CarrierLookup`)."""
        if phone_number.endswith(REJECTED_SUFFIX):
            raise Rejected("the sandbox knows no such number")
        if phone_number.endswith(UNAVAILABLE_SUFFIX):
            raise Unavailable("the sandbox plays an outage for this range of numbers")
        line_type = LineType.MOBILE
        if phone_number.endswith(LANDLINE_SUFFIX):
            line_type = LineType.LANDLINE
        elif phone_number.endswith(VOIP_SUFFIX):
            line_type = LineType.VOIP
        return Line(line_type, carrier="Sandbox", country=_country(phone_number))


def _country(phone_number: str) -> str:
    try:
        region = phonenumbers.region_code_for_number(phonenumbers.parse(phone_number))
    except phonenumbers.NumberParseException:
        return ""
    return region or ""
