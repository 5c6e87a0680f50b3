import pytest
from allauth.mfa.models import Authenticator


@pytest.fixture
def trusted():
    """Give somebody the second factor their function asks for."""

    def made(user):
        Authenticator.objects.create(user=user, type="totp", data={"secret": "x"})
        return user

    return made


@pytest.fixture
def admin(person, trusted):
    """The system administrator."""
    return trusted(person("编辑", office="system"))
