"""Why toggles are refused."""

from connectid.core.errors import DomainError, Kind


class ConfigurationUnavailable(DomainError):
    """CommCare Connect does not answer and never said which toggles this caller has; the app offers to retry."""

    code = "CONFIGURATION_TEMPORARILY_UNAVAILABLE"
    kind = Kind.UNAVAILABLE
