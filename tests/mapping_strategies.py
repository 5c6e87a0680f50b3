"""Any mapping a person could write, for property tests."""

import typing
from decimal import Decimal
from enum import Enum

import msgspec
from hypothesis import strategies as st

from luodi.migration.mapping.model import (
    Book,
    ColumnRule,
    Dictionary,
    DictionaryRule,
    Entry,
    EntryStatus,
    Exclusion,
    Feed,
    KeyRule,
    KeyStrategy,
    Mapping,
    MergeRule,
    Terms,
    Title,
)
from luodi.transform.model import OPERATIONS, Compare, Predicate, When

TEXT = st.text(
    alphabet=st.one_of(
        st.characters(codec="utf-8"), st.sampled_from("=+-@'\"\\|`,()[] \t\r\n\x00\x1f_x0D;＝")
    ),
    max_size=8,
)
NAME = st.one_of(
    st.sampled_from(["id", "XM", "姓名", "value", "all", "a b", "x`y", "true"]), TEXT
).filter(bool)
IDENTIFIER = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)
VALUE = st.one_of(TEXT, st.integers(-(10**12), 10**12), st.booleans())
DECIMAL = st.decimals(
    allow_nan=False, allow_infinity=False, places=3, min_value=-(10**9), max_value=10**9
)
VALUELESS = (Compare.NULL, Compare.NOT_NULL, Compare.BLANK, Compare.NOT_BLANK)


def comparisons(column):
    return st.one_of(
        st.builds(Predicate, column=column, compare=st.sampled_from(VALUELESS)),
        st.builds(
            Predicate,
            column=column,
            compare=st.sampled_from((Compare.IN, Compare.NOT_IN)),
            value=st.lists(VALUE, max_size=3).map(tuple),
        ),
        st.builds(
            Predicate,
            column=column,
            compare=st.sampled_from(
                [c for c in Compare if c not in (*VALUELESS, Compare.IN, Compare.NOT_IN)]
            ),
            value=VALUE,
        ),
    )


def predicates(column=NAME):
    return st.recursive(
        comparisons(column),
        lambda inside: st.one_of(
            st.builds(Predicate, all=st.lists(inside, min_size=1, max_size=3).map(tuple)),
            st.builds(Predicate, any=st.lists(inside, min_size=1, max_size=3).map(tuple)),
        ),
        max_leaves=4,
    )


def bounded(field, kind, meta):
    """Values within what msgspec accepts."""
    if "tuple" in str(kind):
        return parameter(field, kind).filter(lambda value: len(value) >= (meta.min_length or 0))
    if kind is int:
        low = meta.ge if meta.ge is not None else -(10**12)
        return st.integers(low, meta.le if meta.le is not None else 10**12)
    return parameter(field, kind).filter(
        lambda value: (meta.min_length or 0) <= len(value) <= (meta.max_length or 10**6)
    )


def parameter(field, kind):
    if typing.get_origin(kind) is typing.Annotated:
        return bounded(field, kind.__origin__, kind.__metadata__[0])
    origin, inside = typing.get_origin(kind), typing.get_args(kind)
    if origin is tuple:
        item = NAME if field == "columns" else parameter(field, inside[0])
        return st.lists(item, max_size=3).map(tuple)
    if inside:  # a union
        return st.one_of(*(parameter(field, each) for each in inside))
    if field in ("name", "feed"):
        return NAME
    if isinstance(kind, type) and issubclass(kind, Enum):
        return st.sampled_from(kind)
    return {
        str: TEXT,
        int: st.integers(-(10**12), 10**12),
        bool: st.booleans(),
        Decimal: DECIMAL,
        type(None): st.none(),
    }.get(kind, st.dates())


def simple(operation):
    hints = typing.get_type_hints(operation, include_extras=True)
    fields = msgspec.structs.fields(operation)
    return st.builds(
        operation, **{field.name: parameter(field.name, hints[field.name]) for field in fields}
    )


SIMPLE = st.one_of(*(simple(operation) for operation in OPERATIONS if operation is not When))
STEPS = st.recursive(
    st.lists(SIMPLE, max_size=3).map(tuple),
    lambda inside: st.tuples(
        st.builds(When, test=predicates(st.one_of(st.just(""), NAME)), then=inside, other=inside)
    ),
    max_leaves=4,
)
COLUMNS = st.lists(NAME, max_size=2, unique=True).map(tuple)


@st.composite
def mappings(draw, domain=IDENTIFIER):
    rules = st.builds(ColumnRule, to=NAME, from_=COLUMNS, steps=STEPS, note=TEXT)
    feeds = st.builds(
        Feed,
        id=IDENTIFIER,
        from_=NAME,
        to=NAME,
        key=st.builds(KeyRule, column=NAME, strategy=st.sampled_from(KeyStrategy)),
        columns=st.lists(rules, max_size=3).map(tuple),
        where=st.one_of(st.none(), predicates()),
        merge=st.one_of(st.none(), st.builds(MergeRule, by=COLUMNS, order=COLUMNS)),
        source_key=COLUMNS,
        review=st.one_of(st.just(""), IDENTIFIER),
        link=st.one_of(st.just(""), IDENTIFIER),
        note=TEXT,
    )
    terms = st.one_of(
        st.none(), st.builds(Terms, table=NAME, value=NAME, label=TEXT, specification=TEXT)
    )
    return draw(
        st.builds(
            Mapping,
            format=st.just(1),
            domain=domain,
            title=st.builds(Title, zh=TEXT, en=TEXT),
            owner=TEXT,
            source=IDENTIFIER,
            target=IDENTIFIER,
            feeds=st.lists(feeds, max_size=3, unique_by=lambda feed: feed.id).map(tuple),
            exclusions=st.lists(
                st.builds(
                    Exclusion,
                    id=IDENTIFIER,
                    table=NAME,
                    reason=TEXT,
                    home=TEXT,
                    where=st.one_of(st.none(), predicates()),
                ),
                max_size=2,
                unique_by=lambda item: item.id,
            ).map(tuple),
            dictionaries=st.lists(
                st.builds(
                    DictionaryRule,
                    id=IDENTIFIER,
                    source=terms,
                    target=terms,
                    edition=TEXT,
                    note=TEXT,
                ),
                max_size=2,
                unique_by=lambda item: item.id,
            ).map(tuple),
            note=TEXT,
        )
    )


ENTRY = st.builds(
    Entry,
    source_value=TEXT,
    target_value=TEXT,
    source_label=TEXT,
    target_label=TEXT,
    status=st.sampled_from(EntryStatus),
    note=TEXT,
    decided_by=TEXT,
)
DICTIONARIES = st.builds(
    Dictionary,
    name=IDENTIFIER,
    entries=st.lists(ENTRY, max_size=4, unique_by=lambda entry: entry.source_value).map(tuple),
)


@st.composite
def books(draw):
    names = draw(st.lists(IDENTIFIER, max_size=2, unique=True))
    return Book(
        mappings=tuple(draw(mappings(st.just(name))) for name in sorted(names)),
        dictionaries=tuple(
            sorted(
                draw(st.lists(DICTIONARIES, max_size=2, unique_by=lambda item: item.name)),
                key=lambda item: item.name,
            )
        ),
    )
