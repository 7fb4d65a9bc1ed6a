"""The audit trail: complete, append-only, searchable, exportable."""

import csv
import io

import pytest
from django.contrib.auth.models import Group
from django.db import DatabaseError, connection, transaction
from django.test import Client

from connectid.accounts.models import Account
from connectid.credentials.models import Issuer
from connectid.jobs.models import Job
from connectid.staff import limits
from connectid.staff.models import AuditEntry
from connectid.testing import buckets
from connectid.testing.rows import new_row
from connectid.testing.scene import new_account
from connectid.testing.staff import new_staff, sign_in
from connectid.verification.limits import CountedLimit

pytestmark = pytest.mark.django_db

ISSUER = {"authority": "HQ", "environment": "staging", "client_id": "hq", "is_active": "on"}


@pytest.fixture
def admin(client: Client) -> Account:
    """Somebody who may do everything."""
    return sign_in(client)


def entries() -> list[tuple[str, str, str]]:
    rows = AuditEntry.objects.exclude(action="signed in").order_by("pk")
    return list(rows.values_list("action", "target_type", "detail"))


@pytest.mark.usefixtures("admin")
def test_additions_changes_actions_and_deletions(client: Client) -> None:
    client.post("/admin/credentials/issuer/add/", ISSUER)
    issuer = Issuer.objects.get()
    client.post(f"/admin/credentials/issuer/{issuer.pk}/change/", ISSUER | {"environment": "production"})
    chosen = {"_selected_action": [issuer.pk]}
    client.post("/admin/credentials/issuer/", {"action": "rotate_secrets", **chosen})
    client.post(f"/admin/credentials/issuer/{issuer.pk}/delete/", {"post": "yes"})
    assert entries() == [
        ("added", "credentials.issuer", "Added."),
        ("changed", "credentials.issuer", "Changed Environment."),
        ("changed", "credentials.issuer", "Rotated the secret."),
        ("deleted", "credentials.issuer", ""),
    ]


@pytest.mark.usefixtures("admin")
def test_django_s_and_waffle_s_own_pages_too(client: Client) -> None:
    client.post("/admin/auth/group/add/", {"name": "Guests"})
    assert Group.objects.filter(name="Guests").exists()
    client.post("/admin/waffle/switch/add/", {"name": "new_toggle", "note": ""})
    assert [entry[:2] for entry in entries()] == [("added", "auth.group"), ("added", "waffle.switch")]


@pytest.mark.usefixtures("admin")
def test_what_django_does_not_log(client: Client) -> None:
    client.post("/admin/jobs/job/", {"action": "replay", "select_across": "0"})
    client.post("/admin/auth/group/add/", {"name": ""})
    assert entries() == [
        ("sent a form", "jobs.job", "replay: answered 200"),
        ("sent a form", "auth.group", "auth_group_add: answered 200"),
    ]


@pytest.mark.usefixtures("admin")
def test_looking_at_a_row(client: Client) -> None:
    job = new_row(Job)
    client.get("/admin/jobs/job/")
    client.get(f"/admin/jobs/job/{job.pk}/change/")
    [entry] = AuditEntry.objects.filter(action="viewed")
    assert (entry.target_type, entry.target_id) == ("jobs.job", str(job.pk))


def test_signing_in_and_failing_to(client: Client) -> None:
    new_staff()
    for password in ("wrong", "correct horse"):
        client.post("/admin/login/", {"username": "sam", "password": password})
    client.post("/admin/logout/")
    rows = AuditEntry.objects.order_by("pk").values_list("staff", "action")
    assert list(rows) == [("sam", "failed to sign in"), ("sam", "signed in"), ("sam", "signed out")]


def test_passwords_are_counted_and_then_refused(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted before they are compared, so a right one is refused too; others sign in."""
    monkeypatch.setattr(limits, "SIGN_INS_PER_NAME", CountedLimit(name="staff", a_day=2))
    new_staff()
    new_staff("rita")
    tries = [
        client.post("/admin/login/", {"username": "sam", "password": password})
        for password in ("wrong", "wrong again", "correct horse")
    ]
    assert [answer.status_code for answer in tries] == [200, 200, 429]
    assert int(tries[-1]["Retry-After"]) > 0
    assert client.post("/admin/login/", {"username": "rita", "password": "correct horse"}).status_code == 302


def test_an_address_runs_out_of_passwords(client: Client) -> None:
    new_staff()
    buckets.empty(limits.SIGN_INS_PER_ADDRESS, "127.0.0.0/24")
    assert client.post("/admin/login/", {"username": "sam", "password": "correct horse"}).status_code == 429


@pytest.mark.usefixtures("admin")
def test_nobody_changes_or_deletes_an_entry(client: Client) -> None:
    entry = AuditEntry.objects.get()
    page = f"/admin/staff/auditentry/{entry.pk}/"
    assert client.get(f"{page}change/").status_code == 200
    assert client.post(f"{page}delete/", {"post": "yes"}).status_code == 403
    assert client.get("/admin/staff/auditentry/add/").status_code == 403
    client.post(f"{page}change/", {"staff": "somebody else"})
    entry.refresh_from_db()
    assert entry.staff == "sam"
    for change in (
        entry.save,
        entry.delete,
        AuditEntry.objects.all().delete,
        lambda: AuditEntry.objects.update(staff="x"),
    ):
        with pytest.raises(TypeError, match="never"):
            change()


@pytest.mark.postgresql
@pytest.mark.usefixtures("admin")
@pytest.mark.parametrize(
    "statement", ["UPDATE staff_auditentry SET staff = 'x'", "DELETE FROM staff_auditentry"]
)
def test_nor_does_the_database(statement: str) -> None:
    with (
        pytest.raises(DatabaseError, match="never changed"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert AuditEntry.objects.get().staff == "sam"


def test_it_is_found_and_exported_by_an_auditor(client: Client) -> None:
    sign_in(client, "sam", role="support")
    worker = new_account()
    client.get(f"/admin/accounts/account/{worker.pk}/change/")
    client.post(f"/admin/accounts/account/{worker.pk}/act/", {"act": "lock", "reason": "=HYPERLINK(1)"})
    assert client.get("/admin/staff/auditentry/").status_code == 403
    sign_in(client, "aud", role="auditor")
    found = client.get("/admin/staff/auditentry/", {"q": worker.username}).content.decode()
    assert "locked" in found
    chosen = {"action": "export", "select_across": "1", "_selected_action": [AuditEntry.objects.first().pk]}  # type: ignore[union-attr]
    answer = client.post("/admin/staff/auditentry/", chosen)
    rows = list(csv.DictReader(io.StringIO(b"".join(answer).decode())))
    assert [row["action"] for row in rows][:3] == ["signed in", "viewed", "locked"]
    assert rows[2]["reason"] == "'=HYPERLINK(1)"
    assert AuditEntry.objects.filter(staff="aud", action="exported").count() == 1
