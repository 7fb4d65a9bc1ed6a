"""State machines: many made-up stories of what happens one after the other."""

import hypothesis
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

TOLD = {"same": 1.0, "fewer": 0.25, "explore": 50.0}
"""How many of the stories, by hypothesis's profile: all on SQLite, a part of them again on PostgreSQL, and more when somebody explores."""


def tell(machine: type[RuleBasedStateMachine], *, stories: int, steps: int) -> None:
    """Run so many stories by the usual profile, each of so many steps at most."""
    told = int(stories * TOLD[hypothesis.settings.get_current_profile_name()])
    run_state_machine_as_test(
        machine, settings=hypothesis.settings(max_examples=told, stateful_step_count=steps)
    )
