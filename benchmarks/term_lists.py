"""Lists of terms and the same things as another hospital writes them, with known truth.

Units, widths, signs, brand names, salts, short names of makers and departments, another edition of
a code; namesakes among drugs and staff.  One term in ten is in the source alone.
"""

from __future__ import annotations

import random
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from luodi.migration.suggesting.sort import Sort
from luodi.migration.suggesting.terms import Term

WORDS: dict[str, list[str]] = tomllib.loads(
    Path(__file__).with_name("terms.toml").read_text("utf-8")
)


@dataclass(frozen=True)
class List:
    """Two lists and which term of the first is which of the second; None has no counterpart."""

    title: str
    sort: Sort
    source: list[Term]
    target: list[Term]
    truth: dict[str, str | None]


COUNTS = (6, 7, 10, 12, 14, 20, 24, 28, 30, 48, 60, 100)


def drugs(count: int, chance: random.Random) -> List:
    """Every packing is a term of its own: half of the drugs come in two."""
    seen: dict[tuple[str, str, str], Term] = {}
    while len(seen) < count:
        name = (
            chance.choice(WORDS["salts"])
            + chance.choice(WORDS["ingredients"])
            + chance.choice(WORDS["solid"])
        )
        unit = "粒" if name.endswith("胶囊") else "袋" if name.endswith("颗粒") else "片"
        strength = chance.choice(WORDS["strengths"])
        maker = f"{chance.choice(WORDS['places'])}{chance.choice(WORDS['firms'])}药业股份有限公司"
        for size in chance.sample(COUNTS, chance.choice((1, 2))):
            spec = f"{strength}×{size}{unit}/盒"
            seen.setdefault((name, spec, maker), Term("", name, spec, maker))
    every = [
        Term(f"T{at}", term.label, term.specification, term.manufacturer)
        for at, term in enumerate(list(seen.values())[:count])
    ]
    return parted("drugs", Sort.DRUGS, every, chance, other_drug)


def other_drug(term: Term, chance: random.Random) -> Term:
    """A drug as another hospital writes it."""
    name, spec, maker = term.label, term.specification, term.manufacturer
    if chance.random() < 0.2:
        name = next(
            (name.removeprefix(s) for s in WORDS["salts"] if s and name.startswith(s)), name
        )
    if chance.random() < 0.2:
        name += chance.choice(
            [f"({chance.choice(WORDS['brands'])})", "（进口）", "[甲类]", "(集采)"]
        )
    if chance.random() < 0.2:
        name = wide(name)
    strength, _, rest = spec.partition("×")
    if chance.random() < 0.6:
        strength = other_unit(strength)
    sign = chance.choice("*×xX＊")
    spec = f"{strength}{sign}{rest}"
    if chance.random() < 0.3:
        spec = spec.removesuffix("/盒")
    if chance.random() < 0.15:
        spec = wide(spec)
    if chance.random() < 0.5:
        maker = maker.replace(
            "药业股份有限公司", chance.choice(["", "药业", "制药", "药业有限公司"])
        )
    if chance.random() < 0.15:
        maker = ""
    return Term("", name, spec, maker)


def other_unit(strength: str) -> str:
    if strength.endswith("mg"):
        return f"{float(strength[:-2]) / 1000:g}g"
    return f"{float(strength[:-1]) * 1000:g}mg"


def wide(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


def diagnoses(count: int, chance: random.Random) -> List:
    seen: dict[str, str] = {}
    while len(seen) < count:
        site, ill = chance.choice(WORDS["sites"]), chance.choice(WORDS["ills"])
        name = f"{chance.choice(WORDS['before'])}{site}{ill}{chance.choice(WORDS['after'])}"
        chapter = chr(ord("A") + WORDS["sites"].index(site))
        category = f"{chapter}{WORDS['ills'].index(ill) + 10:02d}.{chance.randrange(10)}"
        seen.setdefault(name, f"{category}{chance.randrange(100):02d}")
    every = [Term(code, name) for name, code in unique(seen)]
    return parted("diagnoses", Sort.DIAGNOSES, every, chance, other_diagnosis)


def unique(seen: dict[str, str]) -> Iterator[tuple[str, str]]:
    codes: set[str] = set()
    for name, code in seen.items():
        while code in codes:
            code = f"{code[:-2]}{(int(code[-2:]) + 1) % 100:02d}"
            if len(codes) > 50_000:
                break
        codes.add(code)
        yield name, code


def other_diagnosis(term: Term, chance: random.Random) -> Term:
    """A diagnosis in another edition: another extension, 不伴有 as 无, marks in brackets."""
    name = term.label
    if chance.random() < 0.3:
        name = name.replace("恶性肿瘤", "癌") if chance.random() < 0.5 else f"{name}[M]"
    if chance.random() < 0.2:
        name = name.replace("不伴有", "无")
    if chance.random() < 0.2:
        name = name.replace("左侧", "左").replace("右侧", "右")
    code = term.value
    code = f"{code[:5]}x{chance.randrange(1000):03d}" if chance.random() < 0.6 else code
    return Term(code, wide(name) if chance.random() < 0.1 else name)


def departments(count: int, chance: random.Random) -> List:
    every, names = list[Term](), set[str]()
    for stem in WORDS["departments"]:
        for tail in ("内科门诊", "科门诊", "科一病区", "科二病区", "科护士站", "科重症监护室"):
            name = stem + tail
            if name not in names:
                names.add(name)
                every.append(Term(f"T{len(every)}", name))
    return parted("departments", Sort.NAMES, every[:count], chance, other_department)


def other_department(term: Term, chance: random.Random) -> Term:
    name = term.label
    for long, short in (
        ("心血管", "心"),
        ("一病区", "1病区"),
        ("二病区", "(二)病区"),
        ("重症监护室", "ICU"),
        ("科门诊", "门诊"),
        ("护士站", "护理单元"),
        ("耳鼻喉", "耳鼻咽喉"),
    ):
        if chance.random() < 0.35:
            name = name.replace(long, short)
    return Term("", name)


SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华"


def staff(count: int, chance: random.Random) -> List:
    """Namesakes are many; the number tells them apart where both systems keep it."""
    every = [
        Term(
            f"{1000 + at}",
            chance.choice(SURNAMES) + "".join(chance.choices(GIVEN, k=chance.choice((1, 2)))),
        )
        for at in range(min(count, 800))
    ]
    return parted(
        "staff", Sort.NAMES, every, chance, lambda t, c: Term(t.value, t.label), keep=True
    )


def fees(count: int, chance: random.Random) -> List:
    every = [Term(f"T{at}", name) for at, name in enumerate(WORDS["fees"][:count])]
    return parted("fee types", Sort.NAMES, every, chance, other_fee)


def other_fee(term: Term, chance: random.Random) -> Term:
    name = term.label
    if chance.random() < 0.5:
        name = name.removesuffix("费")
    for one, other in (("化验", "检验"), ("草药", "中草药"), ("其他", "其它"), ("诊查", "诊察")):
        if chance.random() < 0.5:
            name = name.replace(one, other)
    return Term("", name)


def parted(
    title: str,
    sort: Sort,
    every: list[Term],
    chance: random.Random,
    other: Callable[[Term, random.Random], Term],
    *,
    keep: bool = False,
) -> List:
    """The target is what is left without one term in ten; the source is all of them, rewritten."""
    alone = set(chance.sample(range(len(every)), len(every) // 10))
    target = [term for at, term in enumerate(every) if at not in alone]
    source, truth = list[Term](), dict[str, str | None]()
    for at, term in enumerate(every):
        made = other(term, chance)
        value = made.value if keep or sort is Sort.DIAGNOSES else f"S{at}"
        if value in truth:
            continue  # two rewritten codes fell together
        source.append(Term(value, made.label, made.specification, made.manufacturer))
        truth[value] = None if at in alone else term.value
    chance.shuffle(target)
    return List(title, sort, source, target, truth)
