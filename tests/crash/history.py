"""What was sent and what came out, checked as Jepsen checks a total queue."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass
class History:
    """Of one direction. ``attempted`` is everything a sender tried, ``accepted`` what the server promised to deliver."""

    name: str
    attempted: set[str] = field(default_factory=set)
    accepted: set[str] = field(default_factory=set)
    received: Counter[str] = field(default_factory=Counter)

    def attempt(self, id_: str) -> None:
        """Somebody is about to send it."""
        self.attempted.add(id_)

    def accept(self, id_: str) -> None:
        """The server said that it has it."""
        self.accepted.add(id_)

    def receive(self, id_: str) -> None:
        """It came out at the other end."""
        self.received[id_] += 1

    @property
    def lost(self) -> set[str]:
        """Promised, and never seen."""
        return self.accepted - self.received.keys()

    @property
    def unexpected(self) -> set[str]:
        """Seen, and sent by nobody."""
        return self.received.keys() - self.attempted

    @property
    def duplicated(self) -> int:
        """How often something came out again."""
        return self.received.total() - len(self.received)

    @property
    def recovered(self) -> set[str]:
        """Seen though the sender never learned that it was accepted."""
        return self.attempted.intersection(self.received) - self.accepted

    def row(self) -> str:
        """The line of the table."""
        counts = (
            len(self.attempted),
            len(self.accepted),
            len(self.received),
            len(self.lost),
            len(self.unexpected),
            self.duplicated,
            len(self.recovered),
        )
        return f"{self.name:<22}" + "".join(f"{count:>12}" for count in counts)


HEADING = f"{'':<22}" + "".join(
    f"{title:>12}"
    for title in ("attempted", "accepted", "received", "lost", "unexpected", "duplicated", "recovered")
)
