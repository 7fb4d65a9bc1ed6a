"""The journeys of `make demo`. Each yields what it did, step by step; the first thing that is not as it should be raises."""

from connectid.demo.journeys.credentials import hold_a_credential
from connectid.demo.journeys.enrolment import (
    enrol_by_firebase,
    enrol_demonstration_number,
    enrol_invited_number,
)
from connectid.demo.journeys.leaving import sign_in_and_leave
from connectid.demo.journeys.messages import write_to_each_other
from connectid.demo.journeys.notifying import notify_workers
from connectid.demo.journeys.paying import be_found_and_paid
from connectid.demo.journeys.recovery import recover_on_a_second_phone
from connectid.demo.journeys.steps import Journey, NotAsExpected

__all__ = ["JOURNEYS", "Journey", "NotAsExpected"]

JOURNEYS: tuple[Journey, ...] = (
    enrol_demonstration_number,
    enrol_invited_number,
    enrol_by_firebase,
    notify_workers,
    recover_on_a_second_phone,
    be_found_and_paid,
    write_to_each_other,
    hold_a_credential,
    sign_in_and_leave,
)
