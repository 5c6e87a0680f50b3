"""The sample hospital in the workbench: the told landing, hosted, and people to look at it with."""

from __future__ import annotations

from dataclasses import dataclass

from luodi.landing.folder import LandingFolder
from luodi.workbench.prepare import Account, one_time_password, prepare


@dataclass(frozen=True)
class Sample:
    """What was made: the project's code, and accounts to sign in with."""

    project: str
    accounts: tuple[Account, ...]


PEOPLE = (
    ("zhang", "张工", "vendor", "implementation_engineer"),
    ("liu", "刘副院长", "hospital", "hospital_leader"),
    ("chen", "陈科长", "hospital", "finance"),
    ("wang", "王科长", "hospital", "insurance_office"),
)


def sample(folder: LandingFolder) -> Sample:
    """Host the demonstration's folder and make its people."""
    administrators = prepare()
    from luodi.workbench.core.hosted import host
    from luodi.workbench.core.models import Membership, Side, User

    project = host(folder, vendor="样例软件公司")
    made = []
    for username, name, side, function in PEOPLE:
        account = Account(username, name, one_time_password())
        employer = project.organisation_of(Side(side))
        user = User.objects.create_user(username, account.password, name, organisation=employer)
        Membership.objects.create(user=user, project=project, side=side, function=function)
        made.append(account)
    return Sample(project.code, (*made, *administrators))
