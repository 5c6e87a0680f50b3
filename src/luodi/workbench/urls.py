"""Addresses: ``/p/<project>/…`` is within a project, everything else is about the person."""

from allauth.account.views import login, logout, password_change, reauthenticate
from allauth.mfa.base.views import authenticate
from allauth.mfa.base.views import reauthenticate as reauthenticate_twice
from allauth.mfa.recovery_codes.views import view_recovery_codes
from allauth.mfa.totp.views import activate_totp
from django.urls import include, path

from luodi.workbench.core import views
from luodi.workbench.running.views import healthz, metrics, readyz

# Of allauth only what this house offers: nobody signs up, nobody resets a password by e-mail.
accounts = [
    path("login/", login, name="account_login"),
    path("logout/", logout, name="account_logout"),
    path("password/", password_change, name="account_change_password"),
    path("confirm/", reauthenticate, name="account_reauthenticate"),
    path("second/", authenticate, name="mfa_authenticate"),
    path("second/confirm/", reauthenticate_twice, name="mfa_reauthenticate"),
    path("second/set/", activate_totp, name="mfa_activate_totp"),
    path("second/codes/", view_recovery_codes, name="mfa_view_recovery_codes"),
]

urlpatterns = [
    path("", views.home, name="home"),
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
    path("notices/", include("luodi.workbench.notices.urls")),
    path("language/", views.choose_language, name="language"),
    path("accounts/", include(accounts)),
    path("p/<str:project>/exchange/", views.exchange, name="exchange"),
    path("p/<str:project>/exchange/bundle/", views.bundle, name="bundle"),
    path("p/<str:project>/exchange/<str:digest>/", views.incoming, name="incoming"),
    path("p/<str:project>/files/<int:pk>/", views.download, name="file"),
    path("find/", views.find_anywhere, name="find-anywhere"),
    path("help/", views.help_home, name="help"),
    path("help/<slug:name>/", views.help_page, name="help-page"),
    path("help/<slug:name>.svg", views.help_picture, name="help-picture"),
    path("admin/", include("luodi.workbench.people.admin_urls")),
    path("p/<str:project>/find/", views.find_within, name="find"),
    path("p/<str:project>/", include("luodi.workbench.people.urls")),
    path("p/<str:project>/", include("luodi.workbench.readiness.urls")),
    path("p/<str:project>/", include("luodi.workbench.jobs.urls")),
]

handler403 = views.forbidden
handler404 = views.missing
handler500 = views.broken
