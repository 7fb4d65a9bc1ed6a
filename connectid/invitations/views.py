"""Endpoints about invitations."""

from typing import Literal

import msgspec
from django.conf import settings

from connectid.invitations import app_links
from connectid.web.endpoint import Endpoint


class Target(msgspec.Struct):
    """An app, as its certificates tell it."""

    namespace: Literal["android_app"]
    package_name: str
    sha256_cert_fingerprints: list[str]


class Statement(msgspec.Struct):
    """What an app may do with the links of this host."""

    relation: list[Literal["delegate_permission/common.handle_all_urls"]]
    target: Target


class AssetLinks(Endpoint):
    """The apps that may open the links of this host, for Android to read (contract 8)."""

    versioned = False  # it never was (contract 2.2)

    def get(self) -> list[Statement]:
        signers: app_links.Signers = settings.ANDROID_CERT_FINGERPRINTS
        packages = dict.fromkeys((*app_links.PACKAGES, *(package for package, _ in signers)))
        return [
            Statement(
                relation=["delegate_permission/common.handle_all_urls"],
                target=Target(
                    "android_app",
                    package,
                    [fingerprint for owner, fingerprint in signers if owner == package],
                ),
            )
            for package in packages
        ]
