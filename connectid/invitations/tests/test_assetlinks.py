"""GET /.well-known/assetlinks.json (contract 8)."""

import pytest
from django.test import Client, override_settings

from connectid.invitations import app_links

RELEASE = ":".join(["AB"] * 32)
UPLOAD = ":".join(["0C"] * 32)
DEBUG = ":".join(["7F"] * 32)
SIGNERS = app_links.parse(
    f"org.commcare.dalvik={RELEASE}, org.commcare.dalvik={UPLOAD.lower()},org.commcare.dalvik.debug={DEBUG}"
)


def statement(package: str, *fingerprints: str) -> dict[str, object]:
    return {
        "relation": ["delegate_permission/common.handle_all_urls"],
        "target": {
            "namespace": "android_app",
            "package_name": package,
            "sha256_cert_fingerprints": list(fingerprints),
        },
    }


@pytest.mark.parametrize("path", ["/.well-known/assetlinks.json", "/.well-known/assetlinks.json/"])
@override_settings(ANDROID_CERT_FINGERPRINTS=SIGNERS)
def test_the_two_apps_and_their_signers(client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json() == [
        statement("org.commcare.dalvik", RELEASE, UPLOAD),
        statement("org.commcare.dalvik.debug", DEBUG),
    ]


def test_without_signers_no_app_may(client: Client) -> None:
    answer = client.get("/.well-known/assetlinks.json")
    assert answer.json() == [statement("org.commcare.dalvik"), statement("org.commcare.dalvik.debug")]


@override_settings(ANDROID_CERT_FINGERPRINTS=app_links.parse(f"org.commcare.lts={RELEASE}"))
def test_further_packages_get_a_statement_each(client: Client) -> None:
    assert client.get("/.well-known/assetlinks.json").json()[2] == statement("org.commcare.lts", RELEASE)


@pytest.mark.parametrize("text", ["", " , "])
def test_no_signers(text: str) -> None:
    assert app_links.parse(text) == ()


@pytest.mark.parametrize(
    "text", [RELEASE, f"={RELEASE}", "org.commcare.dalvik=", f"a={RELEASE}:AB", "a=" + "XY:" * 31 + "XY"]
)
def test_what_is_no_list_of_signers_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="keytool"):
        app_links.parse(text)
