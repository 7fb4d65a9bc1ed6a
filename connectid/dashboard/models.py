"""Tallies: what the operations page adds up, so that it never reads the tables that they were counted from."""

from typing import ClassVar

from django.db import models


class Span(models.TextChoices):
    """How long a tally is about."""

    HOUR = "hour"
    DAY = "day"
    MONTH = "month"


class Metric(models.TextChoices):
    """What was counted; ``label`` says for which country, step, outcome or name."""

    SIGN_UPS = "sign_ups", "accounts made, by country of the number"
    ENROLMENTS = "enrolments", "enrollment sessions, by step reached"
    TEXTS = "texts", "codes texted, by country of the number"
    CODES = "codes", "codes made and typed in"
    SPEND = "spend", "thousandths of the currency spent on texts, by country"
    PUSHES = "pushes", "notifications, by how far they came"
    LATENCY = "latency", "notifications, by time from accept to ack"
    DEAD = "dead_addresses", "push addresses that died"
    JOBS = "jobs", "jobs in the table, by standing"
    PARTNER = "partner", "callbacks that wait, by the number of the message server"
    OLDEST = "oldest", "seconds for which the oldest of them has waited"


class Tally(models.Model):
    """One count of one span. The rows of an hour are replaced while it may still change; days and months are sums of them."""

    span = models.CharField(max_length=5, choices=Span)
    start = models.DateTimeField()
    metric = models.CharField(max_length=20, choices=Metric)
    label = models.CharField(max_length=100, blank=True)
    value = models.BigIntegerField()

    class Meta:
        verbose_name_plural = "tallies"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["span", "start", "metric", "label"], name="one_tally"),
        ]

    def __str__(self) -> str:
        return f"{self.metric} {self.label} of {self.span} {self.start:%Y-%m-%d %H:%M}"
