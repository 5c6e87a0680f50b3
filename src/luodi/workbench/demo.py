"""The sample hospital in the workbench, and accounts to look at it with."""

from __future__ import annotations

from dataclasses import dataclass

from luodi.workbench.prepare import Account, one_time_password, prepare


@dataclass(frozen=True)
class Sample:
    """What was made: the project's code, and accounts to sign in with."""

    project: str
    accounts: tuple[Account, ...]


def sample() -> Sample:
    """Make the sample hospital and its people, in a home of its own."""
    administrators = prepare()
    from luodi.workbench.core.models import Membership, User
    from luodi.workbench.core.models import Side as Place
    from luodi.workbench.sample import story, tell

    told = story()
    project = tell(told)
    made = []
    for person in told.person:
        account = Account(person.username, person.name, one_time_password())
        user = User.objects.create_user(
            account.username,
            account.password,
            account.name,
            organisation=project.organisation_of(Place(person.side.value)),
        )
        Membership.objects.create(
            user=user, project=project, side=person.side.value, function=person.function
        )
        made.append(account)
    return Sample(project.code, (*made, *administrators))
