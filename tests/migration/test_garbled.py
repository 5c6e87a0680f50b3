"""Texts that were decoded wrongly somewhere before are findings; what they say is not."""


def test_it_works(desk, tmp_path):
    wrong = "用户姓名".encode().decode("gb18030")
    rows = ["1,张三", "2,李\ue5f4", "3,王\ufffd", f"4,{wrong}", "5,é only French", "6,\ue000"]
    (tmp_path / "p.csv").write_text("id,name\n" + "\n".join(rows), encoding="utf-8")
    with desk.extracted("p.csv") as (_, _, outcome):
        found = {
            f.code: (f.params["column"], f.params["ordinals"], f.count) for f in outcome.findings
        }
    assert found == {
        "migration.text_private_use": ("name", "2, 6", 2),
        "migration.text_replaced": ("name", "3", 1),
        "migration.text_mojibake": ("name", "4", 1),
    }
    assert outcome.verdict == "warn"


def test_clean_text_is_no_finding(desk, tmp_path):
    rows = "".join(f"{n},阿莫西林胶囊0.25g×24粒（{n}）\n" for n in range(500))
    (tmp_path / "p.csv").write_text("id,name\n" + rows, encoding="gb18030")
    with desk.extracted("p.csv", encoding="gb18030") as (_, _, outcome):
        assert outcome.findings == ()
