"""Settings that name the outside world: who texts, pushes and judges, and where partners are."""

from dataclasses import dataclass

from connectid.config import env_values
from connectid.config.env_setting import setting
from connectid.invitations import app_links, callbacks
from connectid.providers.email import url as email_url


@dataclass(frozen=True, kw_only=True)
class Providers:
    """Every vendor and partner; an address defaults to the vendor's and may point at a fake."""

    # SMS
    SMS_PROVIDER: str = setting(
        "", "Who sends text messages.", choices=("sandbox", "twilio"), production=True, hint="twilio"
    )
    TWILIO_ACCOUNT_SID: str = setting("", "Twilio account.")
    TWILIO_AUTH_TOKEN: str = setting("", "Twilio secret.")
    TWILIO_MESSAGING_SERVICE: str = setting(
        "", "Twilio messaging service that sends where no sender name is allowed."
    )
    TWILIO_API_URL: str = setting("https://api.twilio.com", "Twilio's API.")
    TWILIO_LOOKUPS_URL: str = setting("https://lookups.twilio.com", "Twilio's number look-ups.")
    CARRIER_LOOKUPS: bool | None = setting(
        None,
        "Look up the kind of line of invited numbers, so that no text is paid for that a landline cannot get. Twilio charges"
        " for each. Unset: only outside production, where the sandbox answers.",
        parse="bool",
    )
    EMAIL_URL: str = setting(
        "",
        "`smtp://`, `ses://`, `filemail:///dir` or `consolemail://`. Unset: the sandbox.",
        parse=email_url.checked,
        production=True,
        hint="smtp://user:password@host:587/?tls=true",
    )
    EMAIL_FROM: str = setting("PersonalID <no-reply@connectid.invalid>", "Sender of mails.")

    # Push
    PUSH_PROVIDER: str = setting(
        "", "Who delivers pushes.", choices=("sandbox", "fcm"), production=True, hint="fcm"
    )
    FCM_SERVICE_ACCOUNT: str = setting("", "Firebase's service account (JSON).", parse=env_values.key_file)
    FCM_API_URL: str = setting("https://fcm.googleapis.com", "Firebase Cloud Messaging.")
    GOOGLE_TOKEN_URL: str = setting(
        "", "Token endpoint of Google service accounts. Unset: the one in the account."
    )

    # Proof of phone and device
    FIREBASE_PROJECT_ID: str = setting(
        "",
        "Project whose ID tokens prove a phone number.",
        production=True,
        hint="the app's google-services.json",
    )
    FIREBASE_CERTS_URL: str = setting(
        "https://www.googleapis.com/robot/v1/metadata/x509/securetoken@system.gserviceaccount.com",
        "Certificates of Firebase ID tokens.",
    )
    FIREBASE_AUTH_EMULATOR_HOST: str = setting(
        "", "Accept the unsigned tokens of Firebase's emulator. Refused in production."
    )
    INTEGRITY_PROVIDER: str = setting(
        "", "Who judges the phone's attestation.", choices=("sandbox", "play"), production=True, hint="play"
    )
    PLAY_SERVICE_ACCOUNT: str = setting("", "Play's service account (JSON).", parse=env_values.key_file)
    PLAY_INTEGRITY_URL: str = setting("https://playintegrity.googleapis.com", "Play Integrity API.")
    INTEGRITY_STRICT: bool = setting(
        False,
        "Refuse attestations whose hash is not the body's, that were replayed or were not recognised by Play; off: log only.",
        parse="bool",
    )
    INTEGRITY_MAX_AGE: int = setting(600, "Seconds for which an attestation is fresh.", parse="int")
    ANDROID_PACKAGES: tuple[str, ...] = setting(
        ("org.commcare.dalvik", "org.commcare.dalvik.debug", "org.commcare.lts"),
        "Packages that may enrol, comma separated.",
        parse=env_values.words,
    )
    ANDROID_CERT_FINGERPRINTS: app_links.Signers = setting(
        (),
        "Signers of the apps that may open this host's links, comma separated: `org.commcare.dalvik=AA:BB:...:FF`.",
        parse=app_links.parse,
    )
    FICTITIOUS_NUMBER_PREFIXES: tuple[str, ...] = setting(
        ("+7426",),
        "Numbers for demonstrations: they never get a text and need no proof.",
        parse=env_values.words,
    )
    LEGACY_MOBILE_API: bool = setting(
        True,
        "Serve the account endpoints that only apps up to 2.56 call; `off` once no such phone is left.",
        parse="bool",
    )

    # Photos
    PHOTO_STORAGE: str = setting("local", "Where photos are kept.", choices=("local", "s3"))
    AWS_S3_PHOTO_BUCKET_NAME: str = setting(
        "", "Bucket of photos. Credentials come from boto3's own variables."
    )

    # Partners
    CONNECT_URL: str = setting(
        "", "CommCare Connect's address. Unset: the sandbox.", hint="https://connect.dimagi.com"
    )
    COMMCARE_CONNECT_CLIENT_ID: str = setting("", "Our client at CommCare Connect.")
    COMMCARE_CONNECT_CLIENT_SECRET: str = setting("", "Its secret.")
    MAPBOX_ACCESS_TOKEN: str = setting("", "Refines countries in the background. Unset: offline only.")
    MAPBOX_URL: str = setting("https://api.mapbox.com", "Mapbox geocoding.")
    BLACKLISTED_COUNTRY_CODES: frozenset[str] = setting(
        frozenset(), "ISO codes of countries whose sign-ups are refused.", parse=env_values.country_codes
    )
    OCS_URL: str = setting("https://www.openchatstudio.com", "Open Chat Studio.")
    OCS_API_KEY: str = setting("", "Key for Open Chat Studio. Unset: names are matched locally.")
    OCS_CULTURAL_NAME_BOT_ID: str = setting("", "Bot that judges names which local matching is not sure of.")
    HQ_INVITE_CALLBACKS: tuple[str, ...] = setting(
        ("https://www.commcarehq.org/a/", "https://india.commcarehq.org/a/"),
        "Addresses, with a path, below which CommCare HQ may have invitations confirmed. Empty: nowhere.",
        parse=callbacks.parse,
    )
    ALLOW_PRIVATE_CALLBACKS: bool | None = setting(
        None,
        "Let partners' addresses be http or private. Unset: only outside production.",
        parse="bool",
    )
    PARTNER_CALLS_AT_ONCE: int = setting(
        2,
        "Most calls that one worker process makes to one partner at once: fewer than it has threads, or a slow partner has them all.",
        parse="int",
    )

    # Insights
    GA_MEASUREMENT_ID: str = setting(
        "",
        "Stream of Google Analytics 4 that is told who enrolled, recovered, was awarded, by pseudonym. Unset: nobody is.",
    )
    GA_API_SECRET: str = setting("", "Its Measurement Protocol secret. Unset: the sandbox.")
    GA_URL: str = setting("https://www.google-analytics.com", "Google Analytics.")
    EXPORT_TO: tuple[str, ...] = setting(
        (),
        "Where tables are exported every night, comma separated: `csv`, `bigquery`, `superset`. Unset: nowhere.",
        parse=env_values.exports,
    )
    BIGQUERY_PROJECT: str = setting("", "Google Cloud project of exports.")
    BIGQUERY_DATASET: str = setting("", "Data set that tables are written to.")
    BIGQUERY_SERVICE_ACCOUNT: str = setting(
        "", "Service account (JSON) that may write there.", parse=env_values.key_file
    )
    BIGQUERY_URL: str = setting("https://bigquery.googleapis.com", "BigQuery.")
    SUPERSET_URL: str = setting("", "Apache Superset, 4.1 or newer.")
    SUPERSET_USERNAME: str = setting("", "User who may upload CSV to the database below.")
    SUPERSET_PASSWORD: str = setting("", "Its password.")
    SUPERSET_DATABASE_ID: str = setting("", "Superset's number of the database that tables are written to.")
    SUPERSET_SCHEMA: str = setting("", "Schema in it. Unset: its default.")
