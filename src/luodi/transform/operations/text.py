"""Operations on characters."""

from __future__ import annotations

from dataclasses import replace

from luodi.transform.characters import FULL, HALF
from luodi.transform.model import (
    Blank,
    Digits,
    HalfWidth,
    Hash,
    Kind,
    Length,
    Lower,
    Pad,
    Replace,
    Slice,
    Split,
    Trim,
    Upper,
)
from luodi.transform.work import Value, Work, Worked


def trim(step: Trim, value: Value, work: Work) -> Worked:
    """Render `Trim`."""
    found = work.as_text(value)
    if found.trimmed:
        return Worked(found)
    return Worked(
        replace(found, sql=work.dialect.trimmed(found.sql, work.let), trimmed=True, raw=found.sql)
    )


def blank(step: Blank, value: Value, work: Work) -> Worked:
    """Render `Blank`."""
    words = work.dialect
    found = work.named(value)
    if found.kind is Kind.TEXT and found.trimmed and not step.values:
        return Worked(replace(found, sql=f"NULLIF({found.sql}, '')", blank_is_null=True))
    text = work.text(found)
    tests = [] if found.kind is not Kind.TEXT else [words.is_blank(text)]
    if step.values:
        listed = ", ".join(words.literal(one) for one in step.values)
        tests.append(f"{text} IN ({listed})")
    if not tests:
        return Worked(found)
    return Worked(
        found.becoming(
            f"CASE WHEN {' OR '.join(tests)} THEN NULL ELSE {found.sql} END",
            trimmed=found.trimmed,
            sound=found.sound,
        )
    )


def upper(step: Upper, value: Value, work: Work) -> Worked:
    """Render `Upper`."""
    found = work.as_text(value)
    return Worked(
        found.becoming(work.dialect.upper(found.sql), trimmed=found.trimmed, sound=found.sound)
    )


def lower(step: Lower, value: Value, work: Work) -> Worked:
    """Render `Lower`."""
    found = work.as_text(value)
    return Worked(
        found.becoming(work.dialect.lower(found.sql), trimmed=found.trimmed, sound=found.sound)
    )


def half_width(step: HalfWidth, value: Value, work: Work) -> Worked:
    """Render `HalfWidth`."""
    found = work.as_text(value)
    return Worked(Value(work.dialect.translated(found.sql, FULL, HALF), sound=found.sound))


def replace_text(step: Replace, value: Value, work: Work) -> Worked:
    """Render `Replace`."""
    found = work.as_text(value)
    sql = work.dialect.replaced(found.sql, step.old, step.new)
    return Worked(Value(sql, sound=found.sound or step.old == "\0"))


def digits(step: Digits, value: Value, work: Work) -> Worked:
    """Render `Digits`."""
    sql = work.dialect.erased(work.text(value), "[^0-9]")
    return Worked(Value(sql, trimmed=True, sound=True))


def pad(step: Pad, value: Value, work: Work) -> Worked:
    """Render `Pad`."""
    words, found = work.dialect, work.as_text(value)
    filled = words.padded(found.sql, step.length, step.fill, right=step.right)
    short = f"{words.length(found.sql)} < {step.length}"
    return Worked(Value(f"CASE WHEN {short} THEN {filled} ELSE {found.sql} END", sound=found.sound))


def slice_text(step: Slice, value: Value, work: Work) -> Worked:
    """Render `Slice`."""
    found = work.as_text(value)
    return Worked(Value(work.dialect.slice(found.sql, step.start, step.length), sound=found.sound))


def split(step: Split, value: Value, work: Work) -> Worked:
    """Render `Split`."""
    found = work.as_text(value)
    return Worked(Value(work.dialect.part(found.sql, step.separator, step.part), sound=found.sound))


def length(step: Length, value: Value, work: Work) -> Worked:
    """Render `Length`."""
    words, found = work.dialect, work.as_text(value)
    if step.cut:
        return Worked(Value(words.slice(found.sql, 1, step.most), sound=found.sound))
    long = f"COALESCE({words.length(found.sql)} > {step.most}, FALSE)"
    short = f"CASE WHEN NOT {work.let(long)} THEN {found.sql} END"
    return Worked(found.becoming(short, trimmed=found.trimmed, sound=found.sound), long)


def hash_text(step: Hash, value: Value, work: Work) -> Worked:
    """Render `Hash`."""
    words = work.dialect
    text = work.text(value)
    salted = f"{words.literal(step.salt)} || {text}" if step.salt else text
    sql = words.sha256(salted)
    if step.length < 64:
        sql = words.slice(sql, 1, step.length)
    return Worked(Value(sql, trimmed=True, sound=True))
