"""What makes an environment unfit to serve: every mistake, each with how to mend it."""

import dataclasses
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from connectid.config.env import Environment

SHORTEST_SECRET_KEY = 32


class EnvironmentInvalid(Exception):
    """The environment cannot run a server; ``problems`` maps each variable to what is wrong with it."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        self.problems = dict(problems)
        lines = [f"  {name}: {problem}" for name, problem in sorted(self.problems.items())]
        super().__init__("The environment is not valid:\n" + "\n".join(lines))


def problems_of(environment: "Environment") -> dict[str, str]:
    """Return what must be mended before ``environment`` may serve, by variable."""
    found = _wrong_choices(environment)
    if environment.ENVIRONMENT == "production":
        found |= _missing(environment) | _insecure(environment) | half_configured(environment)
    return found


def _wrong_choices(environment: "Environment") -> dict[str, str]:
    found: dict[str, str] = {}
    for declared in dataclasses.fields(environment):
        value, choices = getattr(environment, declared.name), declared.metadata["choices"]
        if choices and value and value not in choices:
            found[declared.name] = f"is {value!r}; choose one of {', '.join(choices)}"
    return found


def _missing(environment: "Environment") -> dict[str, str]:
    return {
        declared.name: f"must be set in production; {declared.metadata['hint']}"
        for declared in dataclasses.fields(environment)
        if declared.metadata["production"] and getattr(environment, declared.name) == declared.default
    }


def _insecure(environment: "Environment") -> dict[str, str]:
    found: dict[str, str] = {}
    if environment.DEBUG:
        found["DEBUG"] = "must be off in production"
    if 0 < len(environment.SECRET_KEY) < SHORTEST_SECRET_KEY:
        found["SECRET_KEY"] = f"is shorter than {SHORTEST_SECRET_KEY} characters"
    if environment.FIREBASE_AUTH_EMULATOR_HOST:
        found["FIREBASE_AUTH_EMULATOR_HOST"] = "would accept unsigned tokens; unset it in production"
    for name in ("SMS_PROVIDER", "PUSH_PROVIDER", "INTEGRITY_PROVIDER"):
        if getattr(environment, name) == "sandbox":
            found[name] = "is the sandbox, which proves nothing; choose a real provider in production"
    if environment.REPLICA_URLS and not environment.REDIS_URL:
        found["REPLICA_URLS"] = "needs REDIS_URL, through which processes tell each other what was written"
    return found


def half_configured(environment: "Environment") -> dict[str, str]:
    """Return what the chosen vendors lack, by variable."""
    connect = ("CONNECT_URL", "COMMCARE_CONNECT_CLIENT_ID", "COMMCARE_CONNECT_CLIENT_SECRET")
    twilio = ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_MESSAGING_SERVICE")
    bigquery = ("BIGQUERY_PROJECT", "BIGQUERY_DATASET", "BIGQUERY_SERVICE_ACCOUNT")
    superset = ("SUPERSET_URL", "SUPERSET_USERNAME", "SUPERSET_PASSWORD", "SUPERSET_DATABASE_ID")
    needs = [
        (environment.SMS_PROVIDER == "twilio", "SMS_PROVIDER is twilio", twilio),
        (environment.PUSH_PROVIDER == "fcm", "PUSH_PROVIDER is fcm", ("FCM_SERVICE_ACCOUNT",)),
        (environment.INTEGRITY_PROVIDER == "play", "INTEGRITY_PROVIDER is play", ("PLAY_SERVICE_ACCOUNT",)),
        (environment.PHOTO_STORAGE == "s3", "PHOTO_STORAGE is s3", ("AWS_S3_PHOTO_BUCKET_NAME",)),
        (bool(environment.GA_MEASUREMENT_ID), "GA_MEASUREMENT_ID is set", ("GA_API_SECRET",)),
        ("bigquery" in environment.EXPORT_TO, "EXPORT_TO has bigquery", bigquery),
        ("superset" in environment.EXPORT_TO, "EXPORT_TO has superset", superset),
        (True, "CommCare Connect answers who was invited", connect),
    ]
    return {
        name: f"must be set because {reason}"
        for applies, reason, names in needs
        if applies
        for name in names
        if not getattr(environment, name)
    }
