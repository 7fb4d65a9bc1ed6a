"""The judge of a server that has no bot to ask."""


class SandboxJudge:
    """Takes every pair it is asked about for one person, as the contract wants it without a bot (5.5)."""

    def is_same_person(self, *, existing: str, candidate: str) -> bool:
        """Say yes (see :class:`connectid.providers.name_matching.NameJudge`)."""
        return bool(existing and candidate)
