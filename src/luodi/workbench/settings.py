"""Django's settings, made of Luodi's own (:mod:`luodi.landing.settings`).

Reading them changes nothing on the disk.  What must exist before the first page (the home, the
secret, the tables) is made by :mod:`luodi.workbench.prepare`.
"""

from luodi import __version__
from luodi.landing.home import Home
from luodi.landing.settings import read_settings
from luodi.workbench.database import databases
from luodi.workbench.mail import email
from luodi.workbench.running.logs import logging_to
from luodi.workbench.secret import secret_of

_LUODI = read_settings()
_HOME = Home.of(_LUODI)

DEBUG = False
SECRET_KEY = secret_of(_HOME)
DATABASES = databases(_LUODI)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", _LUODI.listen.rpartition(":")[0], *_LUODI.hosts]

ROOT_URLCONF = "luodi.workbench.urls"
ASGI_APPLICATION = "luodi.workbench.asgi.application"

INSTALLED_APPS = [
    "luodi.workbench.core",
    "luodi.workbench.people",
    "luodi.workbench.readiness",
    "luodi.workbench.jobs",
    "luodi.workbench.notices",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "simple_history",
    "django_tasks",
    "django_tasks_db",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
]

MIDDLEWARE = [
    "luodi.workbench.running.requests.recorded",
    "django.middleware.security.SecurityMiddleware",
    "luodi.workbench.core.middleware.Compressed",
    "luodi.workbench.core.middleware.content_security",
    "luodi.workbench.core.middleware.Sessions",
    "luodi.workbench.core.middleware.chosen_language",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "luodi.workbench.core.middleware.typed",
    "luodi.workbench.core.middleware.signed_in",
    "axes.middleware.AxesMiddleware",
    "luodi.workbench.core.busy.Busy",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "luodi.workbench.core.context.shell",
            ],
            "builtins": ["luodi.workbench.core.templatetags.words"],
        },
    }
]
FORM_RENDERER = "luodi.workbench.core.rendering.Forms"

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

# --- people ---------------------------------------------------------------------------------------

AUTH_USER_MODEL = "core.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
# GB/T 22239-2019 8.1.4.1 a: complexity and regular change of what one signs in with.
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "luodi.workbench.core.passwords.ThreeKindsOfCharacter"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "luodi.workbench.core.accounts.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_RATE_LIMITS = False  # axes locks out
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Luodi 落地"
# GB/T 22239-2019 8.1.4.1 b: lock-out after failures, and signing out after idleness.
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_TEMPLATE = "core/locked_out.html"
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 30 * 60
SESSION_COOKIE_NAME = "luodi_session"
CSRF_COOKIE_NAME = "luodi_csrf"

# --- out of the site ------------------------------------------------------------------------------

LOGGING = logging_to(_HOME.path / "log")
METRICS_TOKEN = _LUODI.metrics_token
EMAIL_OPEN = bool(_LUODI.email_url)  # nothing leaves unless a setting says so
globals().update(email(_LUODI.email_url))

# --- the wire -------------------------------------------------------------------------------------

ENCRYPTED = _LUODI.plain_http == "anywhere"  # a proxy in front of us encrypts
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = ENCRYPTED
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ENCRYPTED else None
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# --- words and files ------------------------------------------------------------------------------

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LANGUAGE_COOKIE_NAME = "luodi_language"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"
STATIC_URL = f"/static/{__version__}/"
