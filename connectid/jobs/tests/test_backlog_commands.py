"""``connectid jobs``: what operators see and do."""

import pytest
from click.testing import CliRunner

from connectid.jobs.backlog_commands import jobs
from connectid.jobs.draining import run_pending
from connectid.jobs.models import Job, State
from connectid.jobs.tests import sample_tasks

pytestmark = pytest.mark.django_db


def told(*arguments: str) -> str:
    """Run a command that is to succeed and return what it prints."""
    result = CliRunner().invoke(jobs, arguments)
    assert result.exit_code == 0, result.output
    return result.output


@pytest.fixture
def letter() -> Job:
    sample_tasks.give_up.enqueue()
    run_pending()
    return Job.objects.get()


def test_depth_by_queue_and_standing(letter: Job) -> None:
    sample_tasks.note.enqueue("x")
    sample_tasks.note_slowly().enqueue("x")
    lines = told("depth").splitlines()
    assert lines == [
        "default: 1 due, the oldest for 0 s",
        "default: 1 failed",
        "slow: 1 due, the oldest for 0 s",
    ]


def test_a_list_says_what_failed_and_why(letter: Job) -> None:
    assert told("list").startswith(
        f"{letter.pk}  connectid.jobs.tests.sample_tasks.give_up()  1/5  connectid.jobs.errors.GiveUp: the account is gone"
    )
    assert told("list", "--task", "other") == ""
    sample_tasks.note.enqueue(7)
    assert "sample_tasks.note(7)  0/5\n" in told("list", "--state", "ready")


def test_one_job_in_full(letter: Job) -> None:
    shown = told("show", str(letter.pk))
    assert "state: failed" in shown
    assert "error: the account is gone" in shown
    missing = CliRunner().invoke(jobs, ["show", "0"])
    assert missing.exit_code == 1
    assert "There is no job 0" in missing.output


def test_letters_are_replayed_by_id_or_all(letter: Job) -> None:
    assert told("replay", str(letter.pk)) == "1 will run again.\n"
    assert run_pending().failed == 1
    assert told("replay", "--all", "--task", "other") == "0 will run again.\n"
    assert told("replay", "--all") == "1 will run again.\n"
    assert Job.objects.get().state == State.READY


def test_letters_are_discarded_and_nothing_else(letter: Job) -> None:
    waiting = sample_tasks.note.enqueue("x")
    assert told("discard", str(letter.pk), waiting.id) == "1 discarded.\n"
    assert told("discard", "--all") == "0 discarded.\n"
    assert str(Job.objects.get().pk) == waiting.id


@pytest.mark.parametrize("arguments", [[], ["1", "--all"], ["1", "--task", "t"]])
@pytest.mark.parametrize("command", ["replay", "discard"])
def test_which_letters_has_to_be_clear(command: str, arguments: list[str]) -> None:
    assert CliRunner().invoke(jobs, [command, *arguments]).exit_code == 2
