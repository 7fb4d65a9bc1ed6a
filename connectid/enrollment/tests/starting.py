"""Asking for an enrollment session as the app does."""

from typing import Any

from django.test import Client

from connectid.demo.gson import gson, request_hash
from connectid.testing.answers import Answered
from connectid.testing.scene import new_number

PATH = "/users/start_configuration"


def body_of(**changes: Any) -> dict[str, Any]:
    return {
        "phone_number": new_number(),
        "application_id": "org.commcare.dalvik",
        "gps_location": "-13.96 33.77 1050.0 12.5",
        "cc_device_id": "commcare_a",
        "device": "Samsung A10",
    } | changes


def start(
    client: Client,
    body: dict[str, Any],
    *,
    integrity: str = "genuine",
    claimed: str | None = None,
    version: str = "2.0",
    **headers: str,
) -> Answered:
    answer: Answered = client.generic(
        "POST",
        PATH,
        gson(body),
        content_type="application/json",
        headers={
            "Accept": f"application/json;version={version}",
            "CC-Integrity-Token": integrity,
            "CC-Request-Hash": request_hash(body) if claimed is None else claimed,
        }
        | headers,
    )
    return answer
