"""Doing several things at once, each on a thread and a database connection of its own."""

import threading
from collections.abc import Callable

from django.db import connections


def at_once[Result](*acts: Callable[[], Result]) -> list[Result]:
    """Run every act, all of them let go at the same moment, and return their results in no order.

    For tests with ``django_db(transaction=True)`` on PostgreSQL. What an act raises is raised here.
    """
    results: list[Result] = []
    raised: list[BaseException] = []
    gate = threading.Barrier(len(acts))

    def run(act: Callable[[], Result]) -> None:
        try:
            gate.wait()
            results.append(act())
        except Exception as error:  # noqa: BLE001 - raised again below, where pytest sees it
            raised.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if raised:
        raise raised[0]
    return results
