"""Fupin's settings, read top to bottom; every variable comes from the environment or a git-ignored .env file.

Without any variable the settings are those of development on one machine: SQLite, a file-system message broker,
keys that protect nothing. With FUPIN_ENV=production the process refuses to start unless real secrets are given.
"""

import base64
import json
import sys
from pathlib import Path

import environ
from celery.schedules import crontab
from csp.constants import NONCE, NONE, SELF
from django.utils.translation import gettext_lazy as _

from fupin import logs

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
environ.Env.read_env(env.path("FUPIN_ENV_FILE", default=str(BASE_DIR / ".env"))())

# --- Which kind of installation this is -------------------------------------------------------------------------
ENVIRONMENT = env.str("FUPIN_ENV", default="development")
PRODUCTION = ENVIRONMENT == "production"
DEBUG = env.bool("DEBUG", default=False)
VAR_DIR = Path(env.str("FUPIN_VAR_DIR", default=str(BASE_DIR / "var")))
VAR_DIR.mkdir(parents=True, exist_ok=True)

# --- Secrets ----------------------------------------------------------------------------------------------------
DEVELOPMENT_SECRET = "development-only-secret-that-protects-nothing-0000000000000000"
DEVELOPMENT_KEY = "ZGV2ZWxvcG1lbnQtb25seS1rZXktMDAwMDAwMDAwMDA="
SECRET_KEY = env.str("SECRET_KEY", default=DEVELOPMENT_SECRET)
# Fernet keys for personal data, newest first: new values are written with the first, all are tried when reading.
FUPIN_ENCRYPTION_KEYS = env.list("FUPIN_ENCRYPTION_KEYS", default=[DEVELOPMENT_KEY])
# Key of the keyed hash by which an encrypted ID number is found. It never rotates without re-indexing.
FUPIN_INDEX_KEY = env.str("FUPIN_INDEX_KEY", default=DEVELOPMENT_KEY)

ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[] if PRODUCTION else ["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])


def refuse_unsafe_start() -> None:
    """Stop a start that would run with a known secret or show its inside, saying in one line what is wrong.

    It ends the process instead of raising: the reason is for whoever installs Fupin, and a traceback would hide it.
    """
    faults = []
    if ENVIRONMENT not in ("development", "production"):
        faults.append("FUPIN_ENV must be development or production")
    if PRODUCTION and DEBUG:
        faults.append("DEBUG must be off")
    if PRODUCTION and (SECRET_KEY == DEVELOPMENT_SECRET or len(SECRET_KEY) < 50):
        faults.append("SECRET_KEY must be set to at least 50 random characters")
    if not all(map(_is_encryption_key, FUPIN_ENCRYPTION_KEYS)):
        faults.append("FUPIN_ENCRYPTION_KEYS must be keys of 32 random bytes in url-safe base64")
    elif PRODUCTION and (not FUPIN_ENCRYPTION_KEYS or DEVELOPMENT_KEY in FUPIN_ENCRYPTION_KEYS):
        faults.append("FUPIN_ENCRYPTION_KEYS must be set (see docs/operations.md)")
    if PRODUCTION and (FUPIN_INDEX_KEY == DEVELOPMENT_KEY or len(FUPIN_INDEX_KEY) < 32):
        faults.append("FUPIN_INDEX_KEY must be set to at least 32 random characters (see docs/operations.md)")
    if PRODUCTION and (not ALLOWED_HOSTS or "*" in ALLOWED_HOSTS):
        faults.append("ALLOWED_HOSTS must name the hosts that are served")
    if faults:
        sys.exit(f"Fupin refuses to start ({ENVIRONMENT}): {'; '.join(faults)}.")


def _is_encryption_key(key: str) -> bool:
    try:
        return len(base64.urlsafe_b64decode(key)) == 32
    except ValueError:
        return False


refuse_unsafe_start()

# --- What the house is built of ---------------------------------------------------------------------------------
INSTALLED_APPS = [
    "fupin",
    "accounts",
    "villages",
    "households",
    "eligibility",
    "casework",
    "assistance",
    "portal",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django.forms",
    "rest_framework",
    "rest_framework.authtoken",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_filters",
    "django_htmx",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "django_prometheus",
    "django_structlog",
    "axes",
    "csp",
    "heroicons",
    "import_export",
    "rules",
    "simple_history",
]

MIDDLEWARE = [
    "fupin.health.HealthMiddleware",
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "accounts.middleware.password_must_change",
    "django.contrib.messages.middleware.MessageMiddleware",
    "fupin.middleware.refuse_null_characters",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "axes.middleware.AxesMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]

ROOT_URLCONF = "fupin.urls"
WSGI_APPLICATION = "fupin.wsgi.application"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "fupin.navigation.navigation",
                "casework.context.workplace",
            ],
        },
    },
]

# --- Where data lives -------------------------------------------------------------------------------------------
DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'fupin.sqlite3'}")}
DATABASES["default"].setdefault("OPTIONS", {})
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] |= {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;",
    }
else:
    DATABASES["default"] |= {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
MEDIA_ROOT = VAR_DIR / "uploads"

REDIS_URL = env.str("REDIS_URL", default="")
if REDIS_URL:
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}
else:
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

# --- Work done later --------------------------------------------------------------------------------------------
# A worker that gives no sign of life for so long is thought dead, and its job is given to another; how often one looks.
FUPIN_JOB_LEASE_SECONDS = env.float("FUPIN_JOB_LEASE_SECONDS", default=60)
FUPIN_JOB_SWEEP_SECONDS = env.float("FUPIN_JOB_SWEEP_SECONDS", default=15)
# How many workers share one recalculation, if so many are free: best as many as the database has processors.
FUPIN_WORKERS_A_JOB = max(1, env.int("FUPIN_WORKERS_A_JOB", default=2))
# The hour of the night (0 to 23) in which what was touched is judged anew by every standard in force; empty: never.
FUPIN_NIGHTLY_HOUR = env.str("FUPIN_NIGHTLY_HOUR", default="2")
if FUPIN_NIGHTLY_HOUR and FUPIN_NIGHTLY_HOUR not in map(str, range(24)):
    sys.exit("Fupin refuses to start: FUPIN_NIGHTLY_HOUR must be an hour from 0 to 23, or empty.")
if REDIS_URL:
    CELERY_BROKER_URL = REDIS_URL
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "visibility_timeout": 600,
        "socket_timeout": 5,
        "socket_connect_timeout": 2,
        "socket_keepalive": True,
        "health_check_interval": 25,
    }
else:
    BROKER_DIR = VAR_DIR / "broker"
    for folder in ("queue", "control"):
        (BROKER_DIR / folder).mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_URL = "filesystem://localhost//"
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(BROKER_DIR / "queue"),
        "data_folder_out": str(BROKER_DIR / "queue"),
        "control_folder": str(BROKER_DIR / "control"),
        "store_processed": False,
    }
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 200
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = "Asia/Shanghai"
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "beat-schedule")
CELERY_BEAT_SCHEDULE = {
    "resume-unfinished-jobs": {"task": "fupin.tasks.resume_unfinished_jobs", "schedule": FUPIN_JOB_SWEEP_SECONDS},
    "tell-of-ended-jobs": {"task": "fupin.tasks.tell_of_ended_jobs", "schedule": 60.0},
    "purge-imports": {"task": "households.tasks.purge_imports", "schedule": 24 * 3600.0},
    "purge-lists": {"task": "eligibility.tasks.purge_lists", "schedule": 24 * 3600.0},
    "check-register": {"task": "households.tasks.check_register", "schedule": crontab(hour=1, minute=30)},
    "close-publicities": {"task": "casework.tasks.close_finished_publicities", "schedule": 600.0},
    "forget-papers": {"task": "casework.tasks.forget_unused_papers", "schedule": 24 * 3600.0},
    "compute-alarms": {"task": "eligibility.tasks.compute_alarms", "schedule": crontab(hour=2, minute=30)},
    "throw-simulations-away": {"task": "eligibility.tasks.throw_simulations_away", "schedule": 3600.0},
    "send-reminders": {"task": "casework.tasks.send_reminders", "schedule": crontab(hour=7, minute=30)},
}
if FUPIN_NIGHTLY_HOUR:
    # Tried several times within the hour; it starts once a night.
    CELERY_BEAT_SCHEDULE["recalculate-nightly"] = {
        "task": "eligibility.tasks.recalculate_nightly",
        "schedule": crontab(hour=FUPIN_NIGHTLY_HOUR, minute="*/10"),
    }

# --- Who comes in -----------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "rules.permissions.ObjectPermissionBackend",
    "django.contrib.auth.backends.ModelBackend",
]
LOGIN_URL = "accounts:login"
LOGIN_REDIRECT_URL = "accounts:home"
LOGOUT_REDIRECT_URL = "accounts:login"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_TEMPLATE = "accounts/locked_out.html"
# How many proxies in front may name the client's address in X-Forwarded-For (0: none is believed).
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=0)
AXES_CLIENT_IP_CALLABLE = "fupin.clients.client_address"
AXES_IPWARE_PROXY_COUNT = TRUSTED_PROXIES or None
AXES_IPWARE_META_PRECEDENCE_ORDER = ["HTTP_X_FORWARDED_FOR"] if TRUSTED_PROXIES else ["REMOTE_ADDR"]
SESSION_COOKIE_AGE = 8 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = False

# --- What the browser is told -----------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if PRODUCTION:
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
    SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=31_536_000)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True

# --- Words and times --------------------------------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True

# --- Files that are served --------------------------------------------------------------------------------------
STATIC_URL = "static/"
STATIC_ROOT = Path(env.str("FUPIN_STATIC_ROOT", default=str(VAR_DIR / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# --- What is logged ---------------------------------------------------------------------------------------------
LOGGING = logs.configure(
    as_json=PRODUCTION, level=env.str("FUPIN_LOG_LEVEL", default="INFO" if PRODUCTION else "WARNING")
)
# Celery's worker writes through the same handlers instead of putting its own in their place.
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_REDIRECT_STDOUTS = False
DJANGO_STRUCTLOG_CELERY_ENABLED = True

# --- The API ----------------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        # First the one that names itself in WWW-Authenticate, so that a stranger is answered 401.
        "rest_framework.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_SCHEMA_CLASS": "fupin.schema.ApiSchema",
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["fupin.parsers.JSONParser"],
    "DEFAULT_METADATA_CLASS": None,
    "EXCEPTION_HANDLER": "fupin.problems.problem_handler",
    "COERCE_DECIMAL_TO_STRING": True,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Fupin",
    "DESCRIPTION": "Case management for targeted poverty alleviation in a Chinese district.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "COMPONENT_SPLIT_REQUEST": True,
    "SCHEMA_PATH_PREFIX": "/api/v1/",
    # Names of the code tables whose fields are called alike.
    "ENUM_NAME_OVERRIDES": {
        "AlarmAct": "eligibility.choices.AlarmAct",
        "AlarmKind": "eligibility.choices.AlarmKind",
        "AlarmLevel": "eligibility.monitoring.serializers.LEVELS",
        "AlarmState": "eligibility.choices.AlarmState",
        "Cause": "households.choices.Cause",
        "CaseKind": "casework.choices.CaseKind",
        "CaseStage": "casework.choices.CaseStage",
        "NoticeKind": "casework.choices.NoticeKind",
        "ObjectionLevel": "casework.choices.ObjectionLevel",
        "ObjectionState": "casework.choices.ObjectionState",
        "OpenedCaseKind": "casework.serializers.OPENED_BY_PROGRAMS",
        "AnswerState": "casework.serializers.ANSWERS",
        "CaseStep": "casework.serializers.STEPS",
        "ChangeOutcome": "eligibility.serializers.CHANGE_OUTCOMES",
        "DeliveryForm": "assistance.choices.DeliveryForm",
        "DoubtDirection": "eligibility.choices.DoubtDirection",
        "DoubtResult": "eligibility.comparison.serializers.ANSWERS",
        "DoubtState": "eligibility.choices.DoubtState",
        "ListSource": "eligibility.choices.ListSource",
        "Verification": "households.choices.Verification",
        "FactKind": "households.choices.FactKind",
        "GrantState": "assistance.choices.GrantState",
        "HouseholdStatus": "households.choices.HouseholdStatus",
        "MeasureTarget": "assistance.choices.Target",
        "Outcome": "eligibility.choices.Outcome",
        "RunStatus": "eligibility.serializers.RUN_STATES",
        "VersionState": "eligibility.choices.VersionState",
        "IncomeItem": "eligibility.serializers.ITEMS",
        "VillageOutcome": "eligibility.choices.VillageOutcome",
        "VillageStanding": "villages.choices.VillageStanding",
        "VisitKind": "assistance.choices.VisitKind",
    },
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}

# --- The field's own settings -----------------------------------------------------------------------------------
# The district that this installation serves (行政区划代码).
DISTRICT_CODE = env.str("FUPIN_DISTRICT_CODE", default="320412")
# A paired household without a visit for longer than this is due; for longer than twice this, overdue.
FUPIN_VISIT_INTERVAL_DAYS = env.int("FUPIN_VISIT_INTERVAL_DAYS", default=90)
# How long a list is posted at least, both ends counted, in calendar or in working days; and an announcement.
FUPIN_PUBLICITY_DAYS = env.int("FUPIN_PUBLICITY_DAYS", default=7)
FUPIN_ANNOUNCEMENT_DAYS = env.int("FUPIN_ANNOUNCEMENT_DAYS", default=7)
FUPIN_PUBLICITY_DAY_KIND = env.str("FUPIN_PUBLICITY_DAY_KIND", default="calendar")
if FUPIN_PUBLICITY_DAY_KIND not in ("calendar", "working"):
    sys.exit("Fupin refuses to start: FUPIN_PUBLICITY_DAY_KIND must be calendar or working.")
# By what the logic rules judge what is plausible: ages in completed years, both ends counted, and yuan a year. What a
# district judges otherwise it names in FUPIN_CHECK_LIMITS as JSON: {"least_pension": 1200, "senior_ages": [14, 21]}.
FUPIN_CHECK_LIMITS = {
    "working_age": 16,
    "parent_years": 14,
    "school_ages": (6, 15),
    "primary_ages": (6, 14),
    "senior_ages": (15, 20),
    "preschool_until": 7,
    "college_from": 16,
    "pension_age_men": 60,
    "pension_age_women": 55,
    "able_workers": 2,
    "mobile_digits": 11,
    "road_km": 5,
    "least_wages": 300,
    "most_wages": 300_000,
    "least_subsistence": 200,
    "least_destitute": 200,
    "least_family_planning": 100,
    "least_pension": 88,
} | json.loads(env.str("FUPIN_CHECK_LIMITS", default="") or "{}")
# Days within which an objection is answered.
FUPIN_OBJECTION_DAYS = env.int("FUPIN_OBJECTION_DAYS", default=10)
# How many objections are taken in ten minutes: from one address, and about one list. 0: no limit.
FUPIN_OBJECTIONS_BY_ADDRESS = env.int("FUPIN_OBJECTIONS_BY_ADDRESS", default=5)
FUPIN_OBJECTIONS_BY_NOTICE = env.int("FUPIN_OBJECTIONS_BY_NOTICE", default=20)
# Days within which a doubt of the data comparison is checked at home; and months for which an authorisation is valid
# where the paper says nothing else.
FUPIN_DOUBT_DAYS = env.int("FUPIN_DOUBT_DAYS", default=15)
FUPIN_AUTHORISATION_MONTHS = env.int("FUPIN_AUTHORISATION_MONTHS", default=12)
# Months for which a household keeps its support after its exit.
FUPIN_SUPPORT_MONTHS = env.int("FUPIN_SUPPORT_MONTHS", default=24)
# Days before the end of the support from which on a household is followed up.
FUPIN_FOLLOW_UP_DAYS = env.int("FUPIN_FOLLOW_UP_DAYS", default=30)
# Days before a deadline from which on people are reminded of it.
FUPIN_REMINDER_DAYS = env.int("FUPIN_REMINDER_DAYS", default=3)
# Reminders go by e-mail too where a server is named, for example smtp+tls://user:password@mail.example:587.
FUPIN_SENDS_MAIL = bool(env.str("EMAIL_URL", default=""))
if FUPIN_SENDS_MAIL:
    vars().update(env.email_url("EMAIL_URL"))
    EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("FUPIN_MAIL_FROM", default="fupin@localhost")
# Where people reach this installation, for links in e-mails and on printed lists: https://fupin.example
FUPIN_SITE_URL = env.str("FUPIN_SITE_URL", default="").rstrip("/")
# Days after which a simulation is thrown away that nobody marked to be kept.
FUPIN_SIMULATION_DAYS = env.int("FUPIN_SIMULATION_DAYS", default=30)
# The largest paper that is taken, in megabytes.
FUPIN_PAPER_MEGABYTES = env.int("FUPIN_PAPER_MEGABYTES", default=10)

# How many public lookups are answered in ten minutes: from one address, and about one household or name. 0: no limit.
FUPIN_LOOKUPS_BY_ADDRESS = env.int("FUPIN_LOOKUPS_BY_ADDRESS", default=30)
FUPIN_LOOKUPS_BY_SUBJECT = env.int("FUPIN_LOOKUPS_BY_SUBJECT", default=10)

# Who may read /metrics: whoever presents this token; nobody in production while it is empty.
FUPIN_METRICS_TOKEN = env.str("FUPIN_METRICS_TOKEN", default="")

IMPORT_EXPORT_USE_TRANSACTIONS = True
# SQLite makes the indexes that PostgreSQL keeps more columns in, without them.
SILENCED_SYSTEM_CHECKS = ["models.W040"]
