"""The operations page: from tallies, in few statements, for staff who may see it; and in a real browser."""

import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

from connectid.core import clock
from connectid.dashboard import counting, operations, panels, queries, tasks
from connectid.dashboard.models import Metric, Span, Tally
from connectid.devices.models import EndReason, PushRegistration
from connectid.jobs.definition import JobTask
from connectid.jobs.models import Job
from connectid.messaging.models import Callback
from connectid.notifications.models import Notification
from connectid.testing.budget import StatementBudget
from connectid.testing.partners import Partner, new_channel, new_partner
from connectid.testing.rows import new_row, new_rows
from connectid.testing.scene import new_account, new_session
from connectid.testing.staff import sign_in
from connectid.verification.models import Challenge

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from pytest_django import Settings
    from pytest_django.live_server_helper import LiveServer

PAGE = "/admin/operations/"
LIVE = "/admin/operations/live"

pytestmark = pytest.mark.django_db


def now() -> datetime:
    """The middle of this hour, so that a minute more or less is the same hour."""
    return counting.hour_of(clock.now()) + timedelta(minutes=30)


def busy_hour(at: datetime, number: int = 1) -> None:
    """Something of everything that is counted."""
    for _ in range(number):
        account = new_account(date_joined=at)
        session = new_session(proven=True, account=account)
        type(session.session).objects.filter(pk=session.session.pk).update(
            created_at=at, expires_at=at + timedelta(hours=4)
        )
        for seconds in (2, 30):
            Notification.objects.create(
                account=account,
                kind="CONNECT",
                payload="{}",
                created_at=at,
                received_at=at + timedelta(seconds=seconds),
            )
        Notification.objects.create(account=account, kind="CONNECT", payload="{}", created_at=at)
        PushRegistration.objects.create(
            account=account, token_digest=account.username, ended_at=at, end_reason=EndReason.DEAD
        )
    new_rows(Challenge, number)
    Challenge.objects.update(
        address="+265999000001",
        created_at=at,
        expires_at=at + timedelta(minutes=10),
        delivered_sends=2,
        used_at=at,
    )
    new_row(Job)
    Job.objects.update(run_at=at)


def tallies(span: Span, at: datetime) -> dict[tuple[str, str], int]:
    rows = Tally.objects.filter(span=span, start=at).values_list("metric", "label", "value")
    return {(metric, label): value for metric, label, value in rows}


def test_what_is_counted(settings: "Settings") -> None:
    settings.SMS_PRICES = (("", 40), ("MW", 55))
    at = now()
    hq = str(new_partner("HQ").server.pk)
    busy_hour(at)
    operations.refresh(at=at)
    counted = tallies(Span.HOUR, counting.hour_of(at))
    assert counted == {
        ("sign_ups", "MW"): 1,
        ("enrolments", "started"): 1,
        ("enrolments", "number proven"): 1,
        ("enrolments", "finished"): 1,
        ("codes", "made"): 1,
        ("codes", "typed in"): 1,
        ("texts", "MW"): 2,
        ("spend", "MW"): 110,
        ("pushes", "acknowledged"): 2,
        ("pushes", "pushed"): 1,
        ("latency", "5 s"): 1,
        ("latency", "1 min"): 1,
        ("dead_addresses", ""): 1,
        ("jobs", "due"): 1,
        ("jobs", "deferred"): 0,
        ("jobs", "running"): 0,
        ("jobs", "failed"): 0,
        ("partner", hq): 0,
        ("oldest", hq): 0,
    }
    month = counting.hour_of(at).replace(day=1, hour=0)
    assert tallies(Span.DAY, counting.hour_of(at).replace(hour=0)) == counted
    assert tallies(Span.MONTH, month) == counted


def test_counting_again_changes_nothing_and_later_acks_are_seen() -> None:
    at = now()
    busy_hour(at)
    operations.refresh(at=at)
    first = tallies(Span.MONTH, counting.hour_of(at).replace(day=1, hour=0))
    operations.refresh(at=at)
    assert tallies(Span.MONTH, counting.hour_of(at).replace(day=1, hour=0)) == first
    Notification.objects.filter(received_at=None).update(received_at=at + timedelta(minutes=2))
    operations.refresh(at=at)
    again = tallies(Span.HOUR, counting.hour_of(at))
    assert (again[("pushes", "acknowledged")], again.get(("pushes", "pushed"))) == (3, None)


def test_the_first_run_counts_the_past_and_old_hours_are_forgotten() -> None:
    at = now()
    long_ago = at - timedelta(days=60)
    new_account(date_joined=long_ago)
    operations.settle(at=at)
    assert Tally.objects.filter(span=Span.MONTH, metric=Metric.SIGN_UPS).values_list("value").get() == (1,)
    assert not Tally.objects.filter(span=Span.HOUR, start__lt=at - operations.HOURS_KEPT).exists()


def wait_for(partner: Partner, at: datetime, calls: int = 1) -> None:
    """Calls that are still to be made to a partner, the oldest made at this moment."""
    channel = new_channel(partner, new_account().pk)
    Callback.objects.bulk_create(
        Callback(channel=channel, kind="consent", body="{}", created_at=at + timedelta(seconds=number))
        for number in range(calls)
    )


def test_since_when_partners_wait(client: Client) -> None:
    """The oldest call that is still to be made, of each partner, also where two have one name."""
    at = now()
    deaf, namesake, well = (new_partner(name) for name in ("Deaf", "Deaf", "Well"))
    wait_for(deaf, at - timedelta(hours=3, minutes=20, seconds=7), calls=3)
    wait_for(namesake, at - timedelta(seconds=40))
    Callback.objects.create(
        channel=new_channel(well, new_account().pk), kind="consent", body="{}", given_up_at=at
    )
    operations.refresh(at=at)
    sign_in(client)

    def shown() -> list[tuple[str, ...]]:
        row = r"<tr><td>(\w+)</td><td>.*?</td><td>(\d+)</td><td>(.*?)</td><td>0</td></tr>"
        return re.findall(row, client.get(LIVE).json()["html"])

    assert shown() == [("Deaf", "3", "3 h 20 min"), ("Deaf", "1", "40 s"), ("Well", "0", "–")]  # noqa: RUF001
    Callback.objects.all().delete()
    operations.refresh(at=at)
    assert {row[1:] for row in shown()} == {("0", "–")}  # noqa: RUF001


@pytest.mark.parametrize(("job", "most"), [(tasks.refresh, 16), (tasks.settle, 18)])
def test_statements_of_the_jobs(statement_budget: StatementBudget, job: JobTask[[], None], most: int) -> None:
    at = now()

    def grow(number: int) -> None:
        busy_hour(at, number)
        wait_for(new_partner(), at, calls=number)

    with clock.frozen(at):
        statement_budget(most, grow=grow, act=job.call)


def test_statements_of_the_page(client: Client, statement_budget: StatementBudget) -> None:
    """Session, who, may they, and four of the figures."""
    at = now()
    sign_in(client, role="operator")

    def grow(number: int) -> None:
        busy_hour(at, number)
        for index in range(number):
            wait_for(new_partner(f"Partner {index}"), at, calls=number)
        operations.refresh(at=at)

    statement_budget(9, grow=grow, act=lambda: client.get(PAGE), sizes=(2, 8), cap=8)
    statement_budget(9, grow=grow, act=lambda: client.get(LIVE), sizes=(2, 8), cap=8)


@pytest.mark.parametrize(("role", "status"), [("operator", 200), ("auditor", 200), ("support", 403)])
def test_who_may_see_it(client: Client, role: str, status: int) -> None:
    sign_in(client, role=role)
    assert client.get(PAGE).status_code == status
    assert client.get(LIVE).status_code == status


def test_strangers_are_asked_to_sign_in(client: Client) -> None:
    for page in (PAGE, LIVE):
        assert client.get(page)["Location"].startswith("/admin/login/")


def test_an_empty_server_has_a_page(client: Client) -> None:
    sign_in(client)
    text = client.get(PAGE).content.decode()
    assert "Nothing yet." in text
    assert "No message server yet." in text


def test_nothing_comes_from_elsewhere(client: Client) -> None:
    """No third party's script, style or font, and none inline."""
    at = now()
    busy_hour(at)
    operations.refresh(at=at)
    sign_in(client)
    answer = client.get(PAGE)
    text = answer.content.decode()
    assert "https://" not in text.replace("http://www.w3.org/", "")
    assert " style=" not in text.partition('id="board"')[2]
    assert "script-src 'self'" in answer["Content-Security-Policy"]


def test_a_partner_s_name_is_text(client: Client) -> None:
    new_partner("<script>alert(1)</script>")
    operations.refresh(at=now())
    sign_in(client)
    assert "<script>alert" not in client.get(LIVE).json()["html"]


@pytest.mark.parametrize(
    ("latency", "half", "most"),
    [({}, "", ""), ({"1 s": 9, "longer": 1}, "1 s", "longer"), ({"5 s": 1, "1 min": 3}, "1 min", "1 min")],
)
def test_percentiles(latency: dict[str, int], half: str, most: str) -> None:
    board = queries.board(at=clock.now())
    found = type(board)(**{name: getattr(board, name) for name in board.__slots__} | {"latency": latency})
    assert (found.within(0.5), found.within(0.99)) == (half, most)
    assert panels.panels(found)["percentiles"][0] == ("50 %", half or "none yet")


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_it_is_read_on_a_phone_and_stays_live(
    page: "Page", live_server: "LiveServer", client: Client
) -> None:
    at = now()
    new_partner("CommCare HQ")
    busy_hour(at, 2)
    operations.refresh(at=at)
    sign_in(client)
    problems: list[Any] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
    )
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto(live_server.url + PAGE)
    assert page.locator(".tiles li").count() == 6
    assert page.locator(".chart > svg").count() >= 5
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.evaluate("document.querySelector('.tiles').remove()")
    page.locator("#live").click()
    page.locator(".tiles li").first.wait_for()
    assert problems == []
