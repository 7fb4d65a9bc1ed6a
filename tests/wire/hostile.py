"""Bodies that nobody sends in good faith."""

import gzip
import json
from typing import Any
from urllib.parse import urlencode

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=x"


def part(name: str, value: bytes, extra: str = "") -> bytes:
    """One field of a multipart body."""
    return f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n{extra}\r\n'.encode() + value + b"\r\n"


# Refused by parsing: 400 and `detail`.
MALFORMED: dict[str, tuple[bytes, str]] = {
    "an open brace": (b"{", JSON),
    "no value": (b'{"name":}', JSON),
    "cut off": (b'{"name":"Chiko', JSON),
    "two values": (b"{}{}", JSON),
    "no JSON": (b"name=x", JSON),
    "single quotes": (b"{'name':'x'}", JSON),
    "a comment": (b'{"name":"x"/**/}', JSON),
    "a byte order mark": (b"\xef\xbb\xbf{}", JSON),
    "UTF-16": (json.dumps({"name": "x"}).encode("utf-16"), JSON),
    "latin-1": ('{"name":"Chlo\u00e9"}'.encode("latin-1"), JSON),
    "half a surrogate pair, raw": (b'{"name":"\xed\xa0\x80"}', JSON),
    "a control character": (b'{"name":"\x00"}', JSON),
    "compressed": (gzip.compress(b'{"name":"x"}', mtime=0), JSON),
    "a number of 5,000 digits": (b'{"name":' + b"9" * 5000 + b"}", JSON),
    "a form's bytes that are not UTF-8": (b"name=%ff%fe", FORM),
    "a form of 1,001 fields": (urlencode({f"f{number}": "1" for number in range(1001)}).encode(), FORM),
    "a form of 20,000 fields": (b"&".join(b"f%d=1" % number for number in range(20_000)), FORM),
    "multipart without boundary": (part("name", b"x") + b"--x--\r\n", "multipart/form-data"),
    "multipart with a boundary of nothing": (part("name", b"x"), 'multipart/form-data; boundary=""'),
    "multipart with a boundary beyond ASCII": (part("name", b"x"), "multipart/form-data; boundary=\xe9"),
    "multipart of 1,001 fields": (b"".join(part(f"f{n}", b"1") for n in range(1001)) + b"--x--", MULTIPART),
    "multipart of 101 files": (
        b"".join(part(f"f{n}", b"1").replace(b'"\r\n', b'"; filename="a"\r\n', 1) for n in range(101))
        + b"--x--",
        MULTIPART,
    ),
    "multipart with headers without end": (b"--x\r\n" + b"A: b\r\n" * 20_000, MULTIPART),
}

# Well formed, and of a shape that no client sends: the endpoint's own refusal of an invalid body.
UNACCEPTABLE: dict[str, tuple[bytes, str]] = {
    **{f"the JSON value {raw.decode()}": (raw, JSON) for raw in (b"null", b"true", b"5", b"1.5", b'"name"')},
    **{f"the JSON list {raw.decode()}": (raw, JSON) for raw in (b"[]", b"[{}]", b'["name"]')},
    "21 levels": (b'{"a":' * 21 + b"1" + b"}" * 21, JSON),
    "60,000 levels": (b"[" * 60_000, JSON),
    "a key twice": (b'{"name":"x","name":"y"}', JSON),
    "a key twice, deep inside": (b'{"a":[{"b":1,"b":1}]}', JSON),
    "NaN": (b'{"name":"x","a":NaN}', JSON),
    "Infinity": (b'{"name":"x","a":-Infinity}', JSON),
    "half a surrogate pair": (b'{"name":"\\ud800"}', JSON),
    "half a surrogate pair in a key": (b'{"name":"x","\\udfff":1}', JSON),
    "a NUL": (b'{"name":"a\\u0000b"}', JSON),
    "a NUL in a form": (b"name=a%00b", FORM),
    "a NUL in multipart": (part("name", b"a\x00b") + b"--x--\r\n", MULTIPART),
}

MEDIA_TYPES = (
    "text/plain",
    "text/html",
    "application/xml",
    "application/octet-stream",
    "application/vnd.api+json",
    "application/json/x",
    "multipart/mixed; boundary=x",
    "*/*",
    "json",
    "",
    "application/json," + "a" * 2000,
)

TEXTS = (
    "",
    " ",
    "\t\r\n",
    "0",
    "-1",
    "null",
    "\u202e\u200b\ufeff",
    "\U0001f469\u200d\U0001f33e",
    "e\u0301" * 50,
    "' OR 1=1 --",
    '"; DROP TABLE accounts_account; --',
    "%s %(x)s %n {0} ${x} {{x}}",
    "../../../etc/passwd",
    "a\r\nSet-Cookie: x=1",
    "<script>alert(1)</script>",
    "+265991234567",
    "a@b.example",
    "data:image/png;base64,AAAA",
    "x" * 5_000,
)

NUMBERS = (0, -1, 2**31, 2**63, -(2**64), 10**30, 10**400, 1e308, 0.1)
OTHERS: tuple[Any, ...] = (True, False, [], [""], [None], {}, {"a": 1}, {"": {}})
