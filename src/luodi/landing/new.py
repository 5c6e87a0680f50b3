"""Make a landing folder: a project, its plan backward from go-live, its gates to edit and sign."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

import tomli_w

from luodi.evidence.errors import WrongUse
from luodi.evidence.files import explained, write_new
from luodi.evidence.gate.model import Gate
from luodi.evidence.gate.templates import Template, template
from luodi.evidence.model import ContentInput, Environment, Figure, Verdict
from luodi.evidence.outcome import Outcome
from luodi.landing.folder import LandingFolder
from luodi.landing.names import check_project

_GIT_ATTRIBUTES = """\
# git 不得改动台账的换行：摘要算的是存下来的字节 / the digests are of the bytes as they stand
evidence/** -text
"""
_GIT_IGNORE = """\
evidence/*.lock
*.luodi
"""


def new(
    path: Path,
    *,
    template_name: str = "his",
    hospital: str = "",
    go_live: datetime | None = None,
    environment: Environment = Environment.TEST,
) -> Outcome[LandingFolder]:
    """Make a landing folder at `path`; its last part is the project's name.

    The folder appears whole or not at all.

    Raises
    ------
    WrongUse
        ``landing.exists``, ``landing.project_name``, ``evidence.gate_no_template``.
    LuodiError
        The disk says no.
    """
    name = check_project(path.absolute().name)
    chosen = template(template_name)
    gates = chosen.gates()
    with new_folder(path) as draft:
        (draft / "evidence").mkdir()
        for file, text in _texts(name, hospital, chosen, gates, go_live, environment).items():
            write_new(draft / file, text.encode())
    folder = LandingFolder(path.absolute())
    criteria = {criterion.id for gate in gates for criterion in gate.criteria}
    return Outcome(
        folder,
        subject=f"project:{folder.project.project}",
        engine="landing",
        verb="new",
        verdict=Verdict.PASS,
        figures=(
            Figure(name="gates", value=len(gates), unit="gate"),
            Figure(name="criteria", value=len(criteria), unit="criterion"),
        ),
        inputs=tuple(
            ContentInput(name=file, digest=digest) for file, digest in folder.digests().items()
        ),
    )


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """Give an empty folder to fill; it becomes `path` as a whole, or nothing is left of it.

    Raises
    ------
    WrongUse
        ``landing.exists``.
    LuodiError
        The disk says no.
    """
    target = path.absolute()
    draft = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    with explained(path):
        if target.exists() and (not target.is_dir() or any(target.iterdir())):
            raise WrongUse("landing.exists", {"path": str(path)})
        missing = [parent for parent in target.parents if not parent.exists()]
        try:
            draft.mkdir(parents=True)
            yield draft
            _put(draft, target)
        except BaseException:
            shutil.rmtree(draft, ignore_errors=True)
            for parent in missing:
                with suppress(OSError):
                    parent.rmdir()
            raise


def _put(draft: Path, target: Path) -> None:
    """Put a filled folder in its place; an empty one there is filled, for somebody may be in it."""
    if not target.exists():
        draft.replace(target)
        return
    for path in sorted(draft.iterdir(), key=lambda path: path.name == "landing.toml"):
        path.replace(target / path.name)  # landing.toml last: it makes the folder a landing folder
    draft.rmdir()


def _texts(
    name: str,
    hospital: str,
    chosen: Template,
    gates: tuple[Gate, ...],
    go_live: datetime | None,
    environment: Environment,
) -> dict[str, str]:
    return {
        "landing.toml": _landing(name, hospital, chosen.name, go_live, environment),
        "plan.toml": _plan(gates),
        "gates.toml": chosen.text,
        ".gitattributes": _GIT_ATTRIBUTES,
        ".gitignore": _GIT_IGNORE,
    }


def _landing(
    name: str,
    hospital: str,
    template_name: str,
    go_live: datetime | None,
    environment: Environment,
) -> str:
    fields: dict[str, object] = {
        "format": 1,
        "project": f"p{secrets.token_hex(6)}",
        "name": name,
        "hospital": hospital or name,
        "template": template_name,
        "environment": environment.value,
    }
    head = (
        "# 项目。project 是项目的编号，定下后不要改；environment 是平时做事的环境："
        "sandbox、test、rehearsal、production。\n"
        "# The project: `project` is its id and never changes, `environment` where work is done.\n"
        "# 上线时刻定下后写在这里 / once the go-live moment is chosen: "
        "go_live = 2027-03-13T22:00:00+08:00\n\n"
    )
    if go_live is not None:
        fields["go_live"] = go_live if go_live.tzinfo else go_live.astimezone()
    return head + tomli_w.dumps(fields)


def _plan(gates: tuple[Gate, ...]) -> str:
    lines = [
        "# 从上线日倒排：days 是相对上线日的天数。",
        "# Backward from go-live: `days` counts from the go-live date.",
        "",
        "format = 1",
    ]
    for gate in gates:
        if gate.offset_days is not None:
            lines += [
                "",
                f"# {gate.title['zh']} / {gate.title['en']}",
                "[[milestone]]",
                f'gate = "{gate.id}"',
                f"days = {gate.offset_days}",
            ]
    return "\n".join(lines) + "\n"
