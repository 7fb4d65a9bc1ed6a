"""Reports in the admin: to be found and read."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from connectid.accounts.models import Account
from connectid.integrity.models import IntegrityReport

pytestmark = pytest.mark.django_db

LIST = "/admin/integrity/integrityreport/"


@pytest.fixture
def staff(client: Client) -> Client:
    client.force_login(Account.objects.create_superuser("staff", "a long enough password"))
    return client


def make(count: int) -> None:
    IntegrityReport.objects.bulk_create(
        IntegrityReport(request_id=f"hq-{n}", installation_id="commcare_a", result="failed", reason="stale")
        for n in range(count)
    )


def test_reports_are_listed_filtered_and_searched(staff: Client) -> None:
    make(3)
    for query in ("", "?result=failed&reason=stale", "?q=hq-1"):
        page = staff.get(LIST + query)
        assert page.status_code == 200
        assert "hq-1" in page.content.decode()
    assert "hq-1" not in staff.get(f"{LIST}?q=hq-2").content.decode()


def test_reports_are_not_written(staff: Client) -> None:
    make(1)
    report = IntegrityReport.objects.get()
    assert staff.get(f"{LIST}{report.pk}/change/").status_code == 200
    for page in ("add/", f"{report.pk}/delete/"):
        assert staff.get(LIST + page).status_code == 403
    staff.post(f"{LIST}{report.pk}/change/", {"result": "passed"})
    report.refresh_from_db()
    assert report.result == "failed"


def test_the_list_takes_no_more_statements_for_more_reports(staff: Client) -> None:
    counts = []
    for count in (1, 90):
        IntegrityReport.objects.all().delete()
        make(count)
        with CaptureQueriesContext(connection) as statements:
            staff.get(LIST)
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 10
