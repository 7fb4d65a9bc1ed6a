"""Django's settings, derived from the environment. What an operator chooses is in :mod:`connectid.config.env`."""

from typing import Any, Literal

import django_stubs_ext

from connectid import __version__
from connectid.config import env as environment
from connectid.config import error_reports
from connectid.config.databases import databases, databases_of_requests
from connectid.config.lean_imports import DmrSetting, OpenAPIConfig
from connectid.config.logs import logs
from connectid.config.oauth_provider import oauth_provider
from connectid.config.storages import photo_storage
from connectid.core.keyring import KeyRing
from connectid.providers.email.url import mailer
from connectid.web.security_headers import PAGE_POLICY

# Django's generic classes (ModelAdmin[Account], CharField[str, str]) can be subscripted only after this.
django_stubs_ext.monkeypatch()

ENV = environment.load()

# What the environment says, under its own names: SMS_PROVIDER, TWILIO_API_URL, ...
globals().update({name: getattr(ENV, name) for name in environment.names()})

PRODUCTION = ENV.ENVIRONMENT == "production"
EMBEDDED = ENV.ENVIRONMENT == "embedded"
TESTING = ENV.ENVIRONMENT == "test"
DEBUG = ENV.DEBUG
SECRET_KEY = ENV.SECRET_KEY
assert ENV.SECRET_HASH_KEYS is not None  # `load` made the keys or refused to go on
assert ENV.FIELD_ENCRYPTION_KEYS is not None
SECRET_HASH_KEYS: KeyRing = ENV.SECRET_HASH_KEYS
FIELD_ENCRYPTION_KEYS: KeyRing = ENV.FIELD_ENCRYPTION_KEYS
ALLOWED_HOSTS = list(ENV.ALLOWED_HOSTS) or ["*"]
ALLOW_PRIVATE_CALLBACKS = (
    not PRODUCTION if ENV.ALLOW_PRIVATE_CALLBACKS is None else ENV.ALLOW_PRIVATE_CALLBACKS
)
CARRIER_LOOKUPS = not PRODUCTION if ENV.CARRIER_LOOKUPS is None else ENV.CARRIER_LOOKUPS
SMS_PROVIDER = ENV.SMS_PROVIDER or "sandbox"
PUSH_PROVIDER = ENV.PUSH_PROVIDER or "sandbox"
INTEGRITY_PROVIDER = ENV.INTEGRITY_PROVIDER or "sandbox"

INSTALLED_APPS = [
    "connectid.accounts",
    "connectid.staff.apps.StaffConfig",
    "connectid.staff.apps.StaffAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "dmr",
    "waffle",
    "oauth2_provider",
    "connectid.devices",
    "connectid.directory",
    "connectid.enrollment",
    "connectid.integrity",
    "connectid.insights",
    "connectid.invitations",
    "connectid.jobs",
    "connectid.oauth",
    "connectid.notifications",
    "connectid.payments",
    "connectid.messaging",
    "connectid.recovery",
    "connectid.credentials",
    "connectid.toggles",
    "connectid.verification",
    "connectid.providers",
    "connectid.signin",
    "connectid.dashboard",
    "connectid.sandbox",
]

MIDDLEWARE = [
    "connectid.web.direct.EndpointsDirectly",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "connectid.web.request_ids.RequestIdMiddleware",
    "connectid.web.afterwards.AfterwardsMiddleware",
    "connectid.web.query_budget.QueryBudgetMiddleware",
    "connectid.web.security_headers.SecurityHeadersMiddleware",
    "connectid.web.unavailable.UnavailableMiddleware",
    "connectid.web.pages_only.PageSessions",
    "connectid.web.pages_only.PageCsrf",
    "connectid.web.pages_only.PageStaff",
    "connectid.web.pages_only.PageMessages",
]

ROOT_URLCONF = "connectid.config.urls"
WSGI_APPLICATION = "connectid.config.wsgi.application"
APPEND_SLASH = False  # both variants of every path are served; a redirect would lose a phone's body

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.csp",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# Data
DATABASES = databases(ENV)
DATABASES_OF_REQUESTS = databases_of_requests(ENV)
DATABASE_ROUTERS = ["connectid.core.replicas.Router"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "accounts.Account"
PASSWORD_HASHERS = [
    "connectid.core.passwords.Argon2idPeppered",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",  # what the former server stored; rewritten at the next sign-in
    "connectid.core.passwords.KeyedBlake2b",  # secrets of OAuth clients only
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}Validator"}
    for name in ("MinimumLength", "CommonPassword", "NumericPassword")
]
OAUTH2_PROVIDER = oauth_provider(ENV)
OAUTH2_PROVIDER_APPLICATION_MODEL = "oauth.Client"
OAUTH2_PROVIDER_ACCESS_TOKEN_MODEL = "oauth.AccessToken"
OAUTH2_PROVIDER_REFRESH_TOKEN_MODEL = "oauth.RefreshToken"
OAUTH2_PROVIDER_ID_TOKEN_MODEL = "oauth.IdToken"
OAUTH2_PROVIDER_DEVICE_GRANT_MODEL = "oauth.DeviceGrant"
OAUTH2_PROVIDER_GRANT_MODEL = "oauth.AuthorizationCode"
CACHES: dict[str, dict[str, Any]] = {
    "default": (
        {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": ENV.REDIS_URL,
            "KEY_PREFIX": "cid",
            "OPTIONS": {"socket_connect_timeout": 0.5, "socket_timeout": 0.5},
        }
        if ENV.REDIS_URL
        else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    ),
    # Waffle's own, which nothing reads (connectid.toggles.switches): switching must not fail for want of Redis.
    "waffle": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"},
}
WAFFLE_CACHE_NAME = "waffle"

# Mail that Django itself sends takes the same way as ours.
MAILERS: dict[str, dict[str, Any]] = {"default": mailer(ENV.EMAIL_URL)}
DEFAULT_FROM_EMAIL = SERVER_EMAIL = ENV.EMAIL_FROM

# Jobs
TASKS: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": "connectid.jobs.backend.OutboxBackend",
        "QUEUES": ["default"],
        "OPTIONS": {"schedule": "connectid.config.schedule.SCHEDULE"},
    },
}

# Bodies: each route has its own, lower limit (connectid.web.parsing); this one is the largest of them.
DATA_UPLOAD_MAX_MEMORY_SIZE = 8 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000

# The API
DMR_SETTINGS: dict[str, Any] = {
    DmrSetting.validate_responses: TESTING,
    DmrSetting.semantic_schema_providers: [],
    DmrSetting.openapi_config: OpenAPIConfig(
        title="Connect-ID",
        version=__version__,
        openapi_version="3.1.0",
        summary="Identity, messaging and notification server of frontline workers' phones",
    ),
}

# Language and time. Only the sign-in pages choose a language (connectid.web.languages): the API's texts are its contract.
USE_I18N = True
LANGUAGE_CODE = "en"
LANGUAGES = [
    ("en", "English"),
    ("fr", "French"),
    ("es", "Spanish"),
    ("pt", "Portuguese"),
    ("sw", "Swahili"),
    ("hi", "Hindi"),
]
USE_TZ = True
TIME_ZONE = "UTC"

# Pages
STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True  # served from the packages they came in, so that nothing has to be collected
WHITENOISE_AUTOREFRESH = TESTING  # list no files at start: every client of a test would list them again
STORAGES: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": ENV.DATA_DIR},
    },
    "photos": photo_storage(
        kind=ENV.PHOTO_STORAGE, data_dir=ENV.DATA_DIR, bucket_name=ENV.AWS_S3_PHOTO_BUCKET_NAME
    ),
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

# Operations
LOGGING_CONFIG = "connectid.web.logging.configure"
LOGGING = logs(ENV)
error_reports.start(ENV, release=__version__)
REPEATED_STATEMENTS: Literal["raise", "warn", "measure"] = (
    "raise" if TESTING else "measure" if PRODUCTION else "warn"
)

# Security. Redirecting to https is the proxy's work: a phone would lose its body on the way (contract, rule 1).
SECURE_CSP = PAGE_POLICY
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if PRODUCTION else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ENV.TRUSTED_PROXIES else None
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
CSRF_FAILURE_VIEW = "connectid.signin.views.not_sent.not_sent"
SILENCED_SYSTEM_CHECKS = [
    "oauth2_provider.W002",  # the password grant: built into every release of the app (contract 14.1)
    "security.W002",  # X-Frame-Options: the policy says it with frame-ancestors
    "security.W005",  # other hosts of our domain are not ours to put under HSTS
    "security.W008",  # redirects to https: see above
    "security.W021",  # nor is its place on the browsers' preload list
]
