"""The enrolment journeys against a production-like fleet: vendors faked at the HTTP boundary, PostgreSQL, Redis, S3.

Two Granian workers serve and a `connectid worker` runs the jobs, each a process of its own, configured by environment
alone as docs/howto/deploy.md says.
"""

import pytest

from connectid.demo.journeys import JOURNEYS, Journey
from tests.journeys.fleet import Fleet

pytestmark = [pytest.mark.postgresql, pytest.mark.timeout(180)]


@pytest.mark.parametrize("journey", JOURNEYS, ids=lambda journey: journey.__name__)
def test_journey(journey: Journey, fleet: Fleet) -> None:
    """Done when 3 of the enrolment issue."""
    assert list(journey(fleet.url, fleet))


def test_what_vendors_were_told(fleet: Fleet) -> None:
    """Real adapters were used: a text went to Twilio, photos to the bucket, sign-ups to CommCare Connect."""
    fleet.wait_until(lambda: fleet.vendors.texts and fleet.photos() and fleet.vendors.told)
    assert {path for path, _ in fleet.vendors.told} >= {"/users/resend_invites/"}


def test_the_sandbox_does_not_exist(fleet: Fleet) -> None:
    assert fleet.get("/sandbox/").status_code == 404
