"""The enrolment journeys against a production-like fleet: vendors faked at the HTTP boundary, PostgreSQL, Redis, S3.

Two Granian workers serve and a `connectid worker` runs the jobs, each a process of its own, configured by environment
alone as docs/howto/deploy.md says.
"""

import pytest

from connectid.demo.journeys import JOURNEYS
from tests.journeys.fleet import Fleet


@pytest.mark.postgresql
@pytest.mark.timeout(240)
def test_enrol_in_production(fleet: Fleet, subtests: pytest.Subtests) -> None:
    """One test, because a fleet takes longer to start than all journeys together take."""
    for journey in JOURNEYS:
        with subtests.test(journey.__name__):
            assert list(journey(fleet.url, fleet))
    with subtests.test("texts went to Twilio, photos to the bucket, sign-ups to CommCare Connect"):
        fleet.wait_until(lambda: fleet.vendors.texts and fleet.photos() and fleet.vendors.told)
        assert "/users/resend_invites/" in {path for path, _ in fleet.vendors.told}
    with subtests.test("there is no sandbox"):
        assert fleet.get("/sandbox/").status_code == 404
