"""The request hash that binds an attestation token to one request body (contract 5.1).

The phone hashes the text that Android's ``org.json.JSONObject`` makes of the request, and sends the text that Gson makes
of the same map. Both print the keys in the same order but escape differently, so the server parses the body and
prints it again the way ``org.json`` does (AOSP ``libcore/json``: ``JSONStringer.string``, ``JSONObject.numberToString``).
"""

import base64
import hashlib
import hmac
import math
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import cast

_ESCAPES = {code: f"\\u{code:04x}" for code in range(0x20)} | {
    ord('"'): '\\"',
    ord("\\"): "\\\\",
    ord("/"): "\\/",
    ord("\t"): "\\t",
    ord("\b"): "\\b",
    ord("\n"): "\\n",
    ord("\r"): "\\r",
    ord("\f"): "\\f",
}
_LONG_MIN, _LONG_MAX = -(2**63), 2**63 - 1


def request_hash(body: Mapping[str, object]) -> str:
    """Return Base64(SHA-256(UTF-8 of the ``org.json`` text)) of a parsed request body.

    ``body`` must keep the key order in which the phone sent it. Never raises for anything a JSON or form parser
    returns. A key that the phone's map held with a Java ``null`` cannot be recovered, because Gson does not send it.
    """
    text = org_json(body)
    # Java replaces an unpaired surrogate with "?" where Python would raise.
    digest = hashlib.sha256(text.encode("utf-8", errors="replace")).digest()
    return base64.b64encode(digest).decode("ascii")


def same_hash(one: str, other: str) -> bool:
    """Compare two request hashes in constant time."""
    return hmac.compare_digest(one.encode("utf-8", "replace"), other.encode("utf-8", "replace"))


def org_json(value: object) -> str:
    """Return the text that Android's ``org.json`` prints for a parsed JSON value."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int() if _LONG_MIN <= value <= _LONG_MAX:
            return str(value)
        case int():
            return f'"{value}"'  # a BigInteger on the phone, which org.json wraps as text
        case float():
            return _java_double(value)
        case Mapping():
            pairs = cast(Mapping[object, object], value).items()
            return "{" + ",".join(f"{_quoted(str(key))}:{org_json(item)}" for key, item in pairs) + "}"
        case list() | tuple():
            return "[" + ",".join(org_json(item) for item in cast(Iterable[object], value)) + "]"
        case _:
            return _quoted(str(value))


def _quoted(text: str) -> str:
    return f'"{text.translate(_ESCAPES)}"'


def _java_double(number: float) -> str:
    """Print a double as ``JSONObject.numberToString`` does: whole numbers as a long, others as ``Double.toString``."""
    if not math.isfinite(number):
        return "null"  # JSON has no such number; org.json would have refused to print it
    if number == 0 and math.copysign(1, number) < 0:
        return "-0"
    whole = min(max(int(number), _LONG_MIN), _LONG_MAX)
    if number == float(whole):
        return str(whole)
    if 1e-3 <= abs(number) < 1e7:
        return repr(number)
    shortest = Decimal(repr(number)).normalize()
    sign, digits, _ = shortest.as_tuple()
    first, *rest = map(str, digits)
    return f"{'-' if sign else ''}{first}.{''.join(rest) or '0'}E{shortest.adjusted()}"
