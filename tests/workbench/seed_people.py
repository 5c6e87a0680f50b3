"""Run beside a served demonstration: a manager and an administrator, signed in.

What asks for a telephone (the second factor) and for a password that is shown once is tested where
it belongs; here somebody just has to be in.  Administrators get names that no catalogue says.
"""

import os
import sys

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "luodi.workbench.settings"
django.setup()

from allauth.mfa.models import Authenticator  # noqa: E402
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402

from luodi.workbench.core.models import Department, Membership, Project, User  # noqa: E402

project = Project.objects.get()
manager = User.objects.get(username="zhang")
admin = User.objects.get(username="system-admin")
Membership.objects.create(user=manager, project=project, side="vendor", function="project_manager")
Department.objects.create(organisation=project.hospital, name="住院医嘱组")
for user in User.objects.exclude(office=""):
    User.objects.filter(pk=user.pk).update(name=f"Q. {user.username}")
admin.refresh_from_db()
for user in (manager, admin):
    user.must_change_password = False
    user.save()
    Authenticator.objects.create(user=user, type="totp", data={"secret": "x"})
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    sys.stdout.write(f"{user.username} {session.session_key} {project.code}\n")
