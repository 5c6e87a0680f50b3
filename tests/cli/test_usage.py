"""What the parser refuses: one clear sentence and the next step."""

import pytest


def test_it_works(sample):
    ran = sample("gate", "check", "上线", "--foldr", "/a")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == (
        "错误：没有选项 --foldr，您要的是不是 --folder？\n"
        "下一步：看有哪些选项：luodi gate check --help\n"
    )


@pytest.mark.parametrize(
    ("words", "zh", "en"),
    [
        (["gat"], "没有命令 gat，您要的是不是 gate？", "no command gat; did you mean gate?"),
        (["zzz"], "没有命令 zzz。", "There is no command zzz."),
        (["gate", "chek"], "没有命令 chek，您要的是不是 check？", "did you mean check?"),
        (["gate", "check", "--zzz"], "没有选项 --zzz。", "There is no option --zzz."),
        (["gate", "check", "-z"], "没有选项 -z", "There is no option -z"),
        (["gate", "--zzz"], "没有选项 --zzz。", "There is no option --zzz."),
        (["--zzz"], "没有选项 --zzz。", "There is no option --zzz."),
        (["gate", "check", "x", "--rows"], "选项 --rows 后面要给一个值", "--rows needs a value"),
        (["gate", "check", "x", "--loud=1"], "选项 --loud 是开关", "--loud is a switch"),
        (["gate", "check", "--json=1"], "选项 --json 是开关", "--json is a switch"),
    ],
)
def test_each_mistake_has_its_sentence_in_both_languages(sample, words, zh, en):
    for lang, sentence in (("zh", zh), ("en", en)):
        ran = sample("--lang", lang, *words)
        assert (ran.code, ran.out) == (2, "")
        assert sentence in ran.err
        assert ran.err.count("\n") == 2
        assert "--help" in ran.err
