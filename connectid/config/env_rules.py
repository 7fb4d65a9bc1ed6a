"""Settings that an operator decides by policy: how long, how often, how many."""

from dataclasses import dataclass

from connectid.config import env_values
from connectid.config.env_setting import setting


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What is kept, for how long something is good, and what it may cost."""

    # Notifications and messages
    REMINDERS_STOP_AFTER_HOURS: int = setting(
        72,
        "Hours for which people are reminded, hourly, of a message that their phone has not fetched. 0: never.",
        parse="int",
    )
    ACKNOWLEDGED_KEPT_DAYS: int = setting(
        7, "Days for which a notification is kept that the phone acknowledged.", parse=env_values.days
    )
    UNREAD_KEPT_DAYS: int = setting(
        90, "Days for which a notification is kept that no phone acknowledged.", parse=env_values.days
    )
    MESSAGES_KEPT_DAYS: int = setting(
        90,
        "Days for which it is known that a message existed, without its content; calls to partners that were given up are kept as long.",
        parse=env_values.days,
    )

    # Payments
    PAYMENT_CHANGE_HOLD_HOURS: int = setting(
        72,
        "Hours for which the former payment number stays in force after another one is proven. 0: it changes at once.",
        parse="int",
    )

    # The sign-in pages
    SERVICE_NAME: str = setting("PersonalID", "What people know this service by, as pages call it.")
    BROWSER_SESSION_LIFETIME: int = setting(
        28_800,
        "Seconds for which a browser stays signed in, at most; closing it ends that sooner.",
        parse="int",
    )

    # Codes and locks
    LOCK_EXPIRES_AFTER_HOURS: int = setting(
        0, "Hours after which a lock for wrong backup codes ends by itself. 0: staff lift it.", parse="int"
    )
    CODE_LIFETIME: int = setting(600, "Seconds for which an SMS code is valid.", parse="int")
    EMAIL_CODE_LIFETIME: int = setting(1800, "Seconds for which an email code is valid.", parse="int")
    SMS_COUNTRIES: frozenset[str] = setting(
        frozenset(), "ISO codes of countries that get texts. Empty: all.", parse=env_values.country_codes
    )
    SMS_GLOBAL_HOURLY: int = setting(5000, "Most texts an hour to all numbers together.", parse="int")
    CREDENTIAL_TEXTS: bool = setting(False, "Tell workers by text what they were awarded.", parse="bool")
    SMS_PRICES: tuple[tuple[str, int], ...] = setting(
        (),
        "What a text costs, for the operations page: `0.04,TZ:0.03,MW:0.055`, the first for all other countries.",
        parse=env_values.prices,
    )
    SMS_COUNTRY_HOURLY: int = setting(1000, "Most texts an hour to one country calling code.", parse="int")
