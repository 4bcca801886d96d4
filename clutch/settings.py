"""Settings: read from the environment alone, and start nothing.

`manage.py` fills in what a single machine needs (embedded Postgres, generated secrets) before
Django reads this file; docs/running.md lists every variable.
"""

import os
import sys
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlparse

from celery.schedules import crontab
from django.core.exceptions import ImproperlyConfigured

from clutch.core.api_settings import API_EXAMPLES, API_PATH_NAMES, REST_FRAMEWORK, SPECTACULAR_SETTINGS
from clutch.dashboard.look import UNFOLD

BASE_DIR = Path(__file__).resolve().parent.parent


def flag(name: str) -> bool:
    """Whether an environment variable is switched on ("1")."""
    return os.environ.get(name, "") == "1"


def words(name: str, default: str = "") -> list[str]:
    """The comma-separated words of an environment variable."""
    return [word.strip() for word in os.environ.get(name, default).split(",") if word.strip()]


TESTING = flag("CLUTCH_TESTING")
DEBUG = flag("CLUTCH_DEBUG")
DEMO = flag("CLUTCH_DEMO")
HTTPS = flag("CLUTCH_HTTPS")
DATA_DIR = Path(os.environ.get("CLUTCH_DATA_DIR", BASE_DIR / ".data"))
PUBLIC_URL = os.environ.get("CLUTCH_PUBLIC_URL", "http://127.0.0.1:8000").rstrip("/")

# Type checkers and linters import the settings without an environment; a server never may.
_tool = Path(sys.argv[0]).name in {"mypy", "dmypy", "lint-imports", "stubtest"}
SECRET_KEY = os.environ.get("CLUTCH_SECRET_KEY", "")
if not SECRET_KEY:
    if not (_tool or TESTING):
        raise ImproperlyConfigured("Set CLUTCH_SECRET_KEY to at least 50 random characters.")
    SECRET_KEY = "only-for-tests-and-type-checks"  # noqa: S105

ALLOWED_HOSTS = words("CLUTCH_ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]")
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL, *words("CLUTCH_TRUSTED_ORIGINS")]

INSTALLED_APPS = [
    "daphne",
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.filters",
    "clutch.dashboard.config.StaffAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "django.forms",
    "channels",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.headless",
    "allauth.usersessions",
    "django_celery_beat",
    "pgtrigger",
    "fcm_django",
    "payments",
    "bootstrap",
    "js_lib_leaflet",
    "django_htmx",
    "clutch.core",
    "clutch.feed",
    "clutch.accounts",
    "clutch.notifications",
    "shops",
    "inventory",
    "orders",
    "sales",
    "clutch.live",
    "clutch.dashboard",
    "clutch.demo",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "clutch.core.csp.ContentSecurityPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "clutch.accounts.middleware.OneAtATimeMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "clutch.core.clock.TimeZoneMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "clutch.core.pages.BodyLimitMiddleware",
    "clutch.core.pages.NullCharacterMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "clutch.accounts.middleware.TimeZoneMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "clutch.live.middleware.LiveCursorMiddleware",
    "clutch.core.middleware.UnavailableMiddleware",
    "clutch.core.pages.DomainErrorMiddleware",
]

ROOT_URLCONF = "clutch.urls"
ASGI_APPLICATION = "clutch.asgi.application"
FORM_RENDERER = "clutch.core.forms.Renderer"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.template.context_processors.tz",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "clutch.live.context.frame",
            ],
        },
    }
]


def database(url: str) -> dict[str, Any]:
    """Turn postgres://user:password@host:port/name?sslmode=… into Django's settings.

    What follows the question mark goes to libpq as it stands.
    """
    parts = urlparse(url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "ATOMIC_REQUESTS": False,
        "OPTIONS": {
            **dict(parse_qsl(parts.query)),
            # Tests hand connections between threads themselves; a pool would outlive them.
            **({} if TESTING else {"pool": {"min_size": 1, "max_size": 12, "timeout": 10}}),
            # For clutch.core.db.fetch_prepared alone. A pooler between us and Postgres may not keep them.
            "prepare_threshold": 0 if os.environ.get("CLUTCH_PREPARE", "1") == "1" else None,
        },
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": True,
    }


DATABASES: dict[str, dict[str, Any]] = {
    "default": database(os.environ.get("DATABASE_URL", "postgres://clutch@127.0.0.1/clutch"))
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = os.environ.get("REDIS_URL", "")
CACHES: dict[str, dict[str, object]] = {
    # Lockout and one-time codes live here: never in one process's memory.
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "clutch_cache"}
}
CHANNEL_LAYERS = {
    "default": {"BACKEND": "channels_redis.core.RedisChannelLayer", "CONFIG": {"hosts": [REDIS_URL]}}
    if REDIS_URL
    else {"BACKEND": "clutch.live.layer.PostgresChannelLayer"}
}

# The stream: a heartbeat also finds what a lost hint left behind.
LIVE_HEARTBEAT_SECONDS = float(os.environ.get("CLUTCH_LIVE_HEARTBEAT_SECONDS", "25"))
LIVE_MOST_SOCKETS = int(os.environ.get("CLUTCH_LIVE_MOST_SOCKETS", "5000"))
# Of them, those that are open and have not said who they are.
LIVE_MOST_UNKNOWN = int(os.environ.get("CLUTCH_LIVE_MOST_UNKNOWN", "500"))

# Celery: messages are wake-ups only, the work is rows in Postgres (clutch.feed.jobs).
_broker = "memory://" if TESTING else "filesystem://localhost"
CELERY_BROKER_URL = os.environ.get("CELERY_BROKER_URL", _broker)
if CELERY_BROKER_URL.startswith("filesystem://"):
    _queue = str(DATA_DIR / "queue")
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": _queue,
        "data_folder_out": _queue,
        "control_folder": str(DATA_DIR / "queue-control"),
        # Seconds between two looks into the folder; the default of one is what a request would wait for.
        "polling_interval": 0.1,
    }
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ALWAYS_EAGER = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BEAT_MAX_LOOP_INTERVAL = 5
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = {
    "run due jobs": {"task": "clutch.feed.tasks.run_due_jobs", "schedule": 5.0},
    "prune idempotency keys": {
        "task": "clutch.core.tasks.prune_idempotency_keys",
        "schedule": crontab(hour="3", minute="25"),
    },
    "sweep deliveries": {"task": "clutch.notifications.tasks.sweep_deliveries", "schedule": 60.0},
    "sweep expired holds": {"task": "inventory.tasks.sweep_holds", "schedule": 60.0},
    "sweep imports": {"task": "inventory.tasks.sweep_imports", "schedule": 300.0},
    "sweep expired core deposits": {"task": "sales.tasks.sweep_cores", "schedule": 3600.0},
    "prune streams": {"task": "clutch.feed.tasks.prune_streams", "schedule": crontab(hour="3", minute="15")},
}

# Seams: what must call upward is named here (docs/architecture.md).
QUOTE_SOURCES = ["orders.stock_source.in_stock", "orders.sources.quoted_before"]
# Each takes (shop id) when a shop leaves the market or comes back to it, inside the act.
ON_SHOP_STANDING = ["orders.actions.standing.tell_customers"]
ON_ORDER_HANDED_OVER = ["sales.actions.handover.sell_handed_over"]
# How long an accepted order keeps its parts from everybody else while nobody touches it.
ORDER_HOLD_DAYS = int(os.environ.get("CLUTCH_ORDER_HOLD_DAYS", "14"))
# Each takes (shop id, part id) and returns what the page of a part shows of open documents.
PART_MENTIONS = ["orders.mentions.wanted_by"]
NOTIFICATION_SEGMENTS = [
    "clutch.accounts.queries.segments",
    "shops.queries.segments",
]
# Each takes (user id, data of a notification) and returns the path of its page, or "".
NOTIFICATION_PAGES = ["orders.links.page_of"]
SMS_GATEWAY = os.environ.get("CLUTCH_SMS_GATEWAY", "clutch.accounts.sms.print_message")

# The market. The region reads phone numbers that are typed without a country code.
REGION = os.environ.get("CLUTCH_REGION", "EG")
CURRENCY = os.environ.get("CLUTCH_CURRENCY", "EGP")
QUOTE_WINDOW_MINUTES = int(os.environ.get("CLUTCH_QUOTE_WINDOW_MINUTES", "120"))
MATCH_FIRST_WAVE = int(os.environ.get("CLUTCH_MATCH_FIRST_WAVE", "10"))
MATCH_MAX_RADIUS_KM = int(os.environ.get("CLUTCH_MATCH_MAX_RADIUS_KM", "50"))
MATCH_WAVE_MINUTES = int(os.environ.get("CLUTCH_MATCH_WAVE_MINUTES", "10"))
OFFERS_WANTED = 3
QUOTE_VALID_HOURS = int(os.environ.get("CLUTCH_QUOTE_VALID_HOURS", "24"))
PAYMENT_WINDOW_MINUTES = 15

# Maps: without a tile address the map is a plain grid, and nothing is asked of any other host.
MAP_TILE_URL = os.environ.get("MAP_TILE_URL", "")
MAP_ATTRIBUTION = os.environ.get("MAP_ATTRIBUTION", "")
MAP_CENTRE = os.environ.get("MAP_CENTRE", "30.0444,31.2357")

# Card payments. The pretend provider moves no money: the demo and the tests only.
PAYMENT_MODEL = "orders.CardPayment"
PAYMENT_HOST = PUBLIC_URL.partition("://")[2]
PAYMENT_USES_SSL = PUBLIC_URL.startswith("https://")
PAYMENT_VARIANTS: dict[str, tuple[str, dict[str, object]]] = {}
if os.environ.get("STRIPE_SECRET_KEY"):
    PAYMENT_VARIANTS["stripe"] = (
        "orders.payments.stripe.StripeProvider",
        {
            "api_key": os.environ["STRIPE_SECRET_KEY"],
            "endpoint_secret": os.environ.get("STRIPE_WEBHOOK_SECRET", ""),
        },
    )
elif DEMO or TESTING:
    PAYMENT_VARIANTS["pretend"] = ("orders.payments.pretend.PretendProvider", {})

# Push.
FCM_CREDENTIALS = os.environ.get("GOOGLE_APPLICATION_CREDENTIALS", "")
FCM_DJANGO_SETTINGS = {"ONE_DEVICE_PER_USER": False, "DELETE_INACTIVE_DEVICES": True}

# Accounts.
AUTH_USER_MODEL = "accounts.User"
# One backend: a second one would hash each wrong password twice.
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = (
    ["django.contrib.auth.hashers.MD5PasswordHasher"]
    if TESTING
    else [
        "django.contrib.auth.hashers.ScryptPasswordHasher",
        "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    ]
)
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
LOGIN_URL = "/sign-in"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_ADAPTER = "clutch.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email", "phone"}
# One of the two is enough; clutch.accounts.forms.SignUp asks for it.
ACCOUNT_SIGNUP_FIELDS = ["phone", "email"]
ACCOUNT_SIGNUP_FORM_CLASS = "clutch.accounts.forms.SignUp"
ACCOUNT_EMAIL_VERIFICATION = "none"  # the sign-up code proves the address
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = ACCOUNT_PHONE_VERIFICATION_TIMEOUT = 10 * 60
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = ACCOUNT_PHONE_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT = 10 * 60
# Many phones share one address of a mobile network, so the limits that count are those per account.
ACCOUNT_RATE_LIMITS = {
    "login": "300/m/ip",
    "login_failed": "100/m/ip,5/5m/key",
    "signup": "60/m/ip",
    "request_login_code": "100/m/ip,3/m/key,10/h/key",
    "reset_password": "100/m/ip,3/m/key,10/h/key",
    "reset_password_from_key": "100/m/ip",
    "verify_phone": "60/m/ip,1/20s/key,10/h/key",
}
ALLAUTH_USER_CODE_FORMAT = {"numeric": True, "length": 6, "dashed": False}
HEADLESS_ONLY = True
HEADLESS_CLIENTS = ("app",)
HEADLESS_FRONTEND_URLS = {
    "account_signup": f"{PUBLIC_URL}/sign-up",
    "account_confirm_email": f"{PUBLIC_URL}/account/verify-email/{{key}}",
    "account_reset_password": f"{PUBLIC_URL}/sign-in",
    "account_reset_password_from_key": f"{PUBLIC_URL}/sign-in",
}
HEADLESS_TOKEN_STRATEGY = "clutch.accounts.tokens.TokenStrategy"  # noqa: S105
HEADLESS_JWT_ALGORITHM = "HS256"
# Stateless validation would let a deactivated user in until the token runs out.
HEADLESS_JWT_STATEFUL_VALIDATION_ENABLED = True
HEADLESS_JWT_ACCESS_TOKEN_EXPIRES_IN = 15 * 60
HEADLESS_JWT_REFRESH_TOKEN_EXPIRES_IN = 30 * 24 * 60 * 60
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Clutch"
MFA_ALLOW_UNVERIFIED_EMAIL = True
# W001: phone or e-mail, neither required alone. W004: the address is unique by Lower(email).
SILENCED_SYSTEM_CHECKS = ["account.W001", "auth.W004"]

# Sessions and cookies. Two instances on one host must not share them: cookies know no ports.
_suffix = os.environ.get("CLUTCH_COOKIE_SUFFIX", "")
SESSION_COOKIE_NAME = f"clutch_session{_suffix}"
CSRF_COOKIE_NAME = f"clutch_csrf{_suffix}"
LANGUAGE_COOKIE_NAME = f"clutch_language{_suffix}"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
SESSION_COOKIE_AGE = 60 * 60 * 24 * 30
SECURE_SSL_REDIRECT = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_HSTS_SECONDS = 60 * 60 * 24 * 365 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
# How many proxies of ours stand in front; the address of a client is what the last of them saw.
ALLAUTH_TRUSTED_PROXY_COUNT = int(os.environ.get("CLUTCH_PROXY_COUNT", "0"))
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "clutch.core.pages.csrf_failure"

# Language and time.
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("ar", "العربية")]
# Compiled into the data folder where the project cannot be written.
LOCALE_PATHS = [BASE_DIR / "locale", DATA_DIR / "locale"]
FORMAT_MODULE_PATH = ["clutch.core.formats"]
TIME_ZONE = "UTC"
MARKET_TIME_ZONE = os.environ.get("CLUTCH_TIME_ZONE", "Africa/Cairo")
USE_TZ = True
USE_I18N = True

# Files.
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "templates" / "static"]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG or TESTING
MEDIA_ROOT = Path(os.environ.get("CLUTCH_MEDIA_ROOT", DATA_DIR / "media"))
MEDIA_URL = "/media/"
PRIVATE_ROOT = Path(os.environ.get("CLUTCH_PRIVATE_ROOT", DATA_DIR / "private"))
PHOTO_MAX_BYTES = 10 * 1024 * 1024
# Of a whole request with its files: beyond it 413, and nothing of it is kept.
UPLOAD_MAX_BYTES = int(os.environ.get("CLUTCH_UPLOAD_MAX_MB", "25")) * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

# E-mail: printed until a server is named.
EMAIL_HOST = os.environ.get("CLUTCH_EMAIL_HOST", "")
EMAIL_PORT = int(os.environ.get("CLUTCH_EMAIL_PORT", "587"))
EMAIL_HOST_USER = os.environ.get("CLUTCH_EMAIL_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("CLUTCH_EMAIL_PASSWORD", "")
EMAIL_USE_TLS = os.environ.get("CLUTCH_EMAIL_TLS", "1") == "1"
EMAIL_TIMEOUT = 10
EMAIL_BACKEND = os.environ.get(
    "CLUTCH_EMAIL_BACKEND",
    f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'console'}.EmailBackend",
)
DEFAULT_FROM_EMAIL = os.environ.get("CLUTCH_FROM_EMAIL", "Clutch <no-reply@localhost>")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "loggers": {"httpx": {"level": "WARNING"}, "fontTools": {"level": "WARNING"}},
    "root": {"handlers": ["console"], "level": os.environ.get("CLUTCH_LOG_LEVEL", "INFO")},
}
