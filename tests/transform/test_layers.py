"""Values under names: worked out once, each in the lowest layer that has what it needs."""

from luodi.transform.layers import Layers


def test_it_works():
    layers = Layers("t")
    a = layers.column('"a"')
    b = layers.let(f"upper({a})")
    c = layers.let(f"{b} || {b}")
    assert layers.select([(c, "x")]) == (
        "SELECT v2 AS x\n"
        "FROM (SELECT l1.*, v1 || v1 AS v2\n"
        "FROM (SELECT l0.*, upper(c1) AS v1\n"
        'FROM (SELECT "a" AS c1 FROM t) AS l0) AS l1) AS l2'
    )


def test_a_value_is_named_once_and_a_name_is_its_own():
    layers = Layers("t")
    a = layers.column("a")
    assert layers.column("a") == a
    assert layers.let(a) == a
    assert layers.let(f"f({a})") == layers.let(f"f({a})")


def test_values_that_need_the_same_share_a_layer():
    layers = Layers("t")
    a, b = layers.column("a"), layers.column("b")
    one, two = layers.let(f"f({a})"), layers.let(f"g({b})")
    assert layers.select([(one, "x"), (two, "y")]).count("SELECT") == 3


def test_a_join_stands_in_the_layer_above_its_condition():
    layers = Layers("t")
    key = layers.let(f"f({layers.column('a')})")
    alias = layers.alias()
    (found,) = layers.join("d", alias, f"{alias}.k = {key}", f"{alias}.t")
    sql = layers.select([(found, "x")])
    assert "LEFT JOIN d AS j1 ON j1.k = v1" in sql
    assert sql.index("j1.t AS v2") < sql.index("f(c1) AS v1")


def test_a_fence_ends_every_layer():
    layers = Layers("t", " OFFSET 0")
    sql = layers.select([(layers.let(f"f({layers.column('a')})"), "x")])
    assert sql.count("OFFSET 0") == 2
    assert not sql.endswith("OFFSET 0")


def test_a_text_that_looks_like_a_name_does_no_harm():
    layers = Layers("t")
    a = layers.let(f"f({layers.column('a')})")
    assert f"'{a}'" in layers.select([(f"'{a}'", "x")])


def test_only_the_distinct_values_may_be_asked_for():
    layers = Layers("t")
    assert layers.select([(layers.column("a"), "x")], distinct=True).startswith("SELECT DISTINCT ")
