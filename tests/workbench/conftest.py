"""A hosted landing, and one cast for every test: 张工 and his hospital's people, and outsiders."""

import logging
from pathlib import Path

import pytest
from django.test import Client

from luodi.evidence.model import Environment
from luodi.landing.folder import LandingFolder
from luodi.landing.home import Home
from luodi.landing.new import new
from luodi.landing.settings import read_settings
from luodi.workbench.core.hosted import host
from luodi.workbench.core.models import Membership, Organisation, Project, User
from luodi.workbench.jobs.worker import WorkerProcess, _as_present
from luodi.workbench.running.logs import LogFile

pytest.register_assert_rewrite("workbench.pages")

PASSWORD = "Correct horse 7"
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture(autouse=True, scope="session")
def no_log():
    """The site's log lies in the home that the settings were read with; tests write none."""
    for name in ("luodi", "django", "axes"):
        logger = logging.getLogger(name)
        logger.handlers = [each for each in logger.handlers if not isinstance(each, LogFile)]


@pytest.fixture(autouse=True)
def quick_passwords(settings):
    """Hashing is made slow on purpose; not here."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def folder(tmp_path: Path, luodi_home: Path) -> LandingFolder:
    """A new landing folder in the sandbox, with two gates and nothing done yet."""
    Home.of(read_settings()).prepare()
    made = new(
        tmp_path / "东江切换",
        template_name="demo",
        hospital="东江市第一人民医院",
        environment=Environment.SANDBOX,
    )
    return made.result


@pytest.fixture
def project(db, folder: LandingFolder) -> Project:
    """The folder, hosted."""
    return host(folder, vendor="样例软件公司")


@pytest.fixture
def person(project: Project):
    """Make somebody with a place in the project; without one, an outsider."""

    def made(name: str, side: str = "", function: str = "", **fields) -> User:
        employer = {"vendor": project.vendor, "hospital": project.hospital}.get(side)
        if side in ("third_party", "supervisor"):
            employer = Organisation.objects.get_or_create(name=f"{side} 公司", side=side)[0]
        user = User.objects.create_user(name, PASSWORD, name, organisation=employer, **fields)
        if side:
            Membership.objects.create(user=user, project=project, side=side, function=function)
        return user

    return made


@pytest.fixture
def engineer(person) -> User:
    return person("张工", "vendor", "implementation_engineer")


@pytest.fixture
def finance(person) -> User:
    return person("陈科长", "hospital", "finance")


@pytest.fixture
def leader(person) -> User:
    return person("刘副院长", "hospital", "hospital_leader")


@pytest.fixture
def third_party(person) -> User:
    return person("赵工", "third_party", "third_party")


@pytest.fixture
def outsider(person) -> User:
    return person("路人")


@pytest.fixture
def signed_in():
    """A browser somebody is signed in with."""

    def made(user: User) -> Client:
        client = Client()
        client.force_login(user, backend=BACKEND)
        return client

    return made


class Hand:
    """A worker without its loop: it takes what waits when the test says so."""

    def __init__(self) -> None:
        self.home = Home.of(read_settings())
        self.process = WorkerProcess(self.home)

    def works(self) -> None:
        with _as_present(self.process):
            while not self.process._stopping.is_set() and self.process._listen():
                pass


@pytest.fixture
def hand(luodi_home) -> Hand:
    return Hand()
