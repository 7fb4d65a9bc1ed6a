"""Metrics: what is counted, under which names, and who may read it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path
from prometheus_client import REGISTRY
from pytest_django import DjangoAssertNumQueries, Settings

from connectid.jobs.tasks import discard_dead_letters
from connectid.web import metrics as module
from connectid.web import workers

pytestmark = pytest.mark.django_db  # the backlog of jobs is read at each scrape

ROUTE = "counted/<str:anything>"


def view(request: HttpRequest, anything: str) -> HttpResponse:
    return HttpResponse(status=int(anything))


urlpatterns = [path(ROUTE, view), path(f"{ROUTE}/", view), path("metrics", module.metrics)]
handler404 = "connectid.web.pages.not_found"


@pytest.fixture(autouse=True)
def _routes(settings: Settings) -> None:
    settings.ROOT_URLCONF = __name__


def value(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


def test_requests_are_counted_by_route_not_by_address(client: Client) -> None:
    labels = {"route": ROUTE, "method": "GET"}
    before = value("connectid_responses_total", **labels, status="200")
    client.get("/counted/200")
    client.get("/counted/200/")
    client.get("/counted/503")
    assert value("connectid_responses_total", **labels, status="200") == before + 2
    assert value("connectid_responses_total", **labels, status="503") == 1
    assert value("connectid_request_seconds_count", **labels, status_class="5xx") == 1
    assert value("connectid_request_statements_count", **labels) >= 3


def test_clients_cannot_make_series(client: Client) -> None:
    client.generic("Amina", "/counted/200")
    client.get("/no/such/place")
    assert value("connectid_responses_total", route=ROUTE, method="OTHER", status="200") == 1
    assert value("connectid_responses_total", route="unmatched", method="GET", status="404") >= 1
    assert "Amina" not in client.get("/metrics").content.decode()


def test_this_machine_may_read(client: Client) -> None:
    client.get("/counted/200")
    response = client.get("/metrics")
    assert response.status_code == 200
    assert response.headers["Content-Type"].startswith("text/plain; version=")
    assert (
        f'connectid_responses_total{{method="GET",route="{ROUTE}",status="200"}}' in response.content.decode()
    )


@pytest.mark.parametrize(
    "authorization", ["", "Bearer ", "Bearer wrong", "Basic s3cret", "Bearer s3cre", "s3cret"]
)
def test_strangers_see_nothing(client: Client, settings: Settings, authorization: str) -> None:
    settings.METRICS_TOKEN = "s3cret"
    headers = {"Authorization": authorization}
    assert client.get("/metrics", headers=headers, REMOTE_ADDR="203.0.113.9").status_code == 404
    settings.METRICS_TOKEN = ""
    assert client.get("/metrics", headers=headers, REMOTE_ADDR="203.0.113.9").status_code == 404


def test_an_unknown_proxy_of_this_machine_opens_nothing(client: Client) -> None:
    assert client.get("/metrics", headers={"X-Forwarded-For": "127.0.0.1"}).status_code == 404


def test_trusted_networks_and_holders_of_the_token_may_read(client: Client, settings: Settings) -> None:
    settings.TRUSTED_PROXIES = ("10.0.0.0/8",)
    settings.METRICS_TOKEN = "s3cret"
    assert client.get("/metrics", REMOTE_ADDR="10.1.2.3").status_code == 200
    from_outside = {"Authorization": "bearer s3cret", "X-Forwarded-For": "203.0.113.9"}
    assert client.get("/metrics", headers=from_outside, REMOTE_ADDR="10.1.2.3").status_code == 200


def test_the_backlogs_of_jobs_and_of_partners_are_read_in_a_statement_each(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    discard_dead_letters.enqueue()
    with django_assert_num_queries(2):
        told = client.get("/metrics").content.decode()
    assert 'connectid_jobs{queue="default",standing="due"} 1.0' in told
    assert 'connectid_jobs_oldest_due_seconds{queue="default"}' in told


def test_without_the_database_the_other_metrics_are_told(client: Client) -> None:
    def fail(*_: object) -> None:
        raise OperationalError

    with connection.execute_wrapper(fail):
        response = client.get("/metrics")
    assert response.status_code == 200
    assert "connectid_responses_total" in response.content.decode()
    assert "connectid_jobs{" not in response.content.decode()


def test_metrics_are_read_not_written(client: Client) -> None:
    assert client.post("/metrics").status_code == 405


WORKER = """
import sys
import django
django.setup()
from django.test import Client
Client().get("/health/live")
sys.stdout.write(Client().get("/metrics").content.decode())
"""


def test_workers_add_up(tmp_path: Path) -> None:
    """Two processes, as two workers: the second tells the requests of both."""
    environment = {
        **os.environ,  # noqa: TID251 - a child needs the whole of it
        "DJANGO_SETTINGS_MODULE": "connectid.config.settings",
        workers.VARIABLE: str(tmp_path),
    }
    command = [sys.executable, "-c", WORKER]
    told = [
        subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout  # noqa: S603 - us
        for _ in range(2)
    ]
    assert 'connectid_responses_total{method="GET",route="health/live",status="200"} 2.0' in told[1]
