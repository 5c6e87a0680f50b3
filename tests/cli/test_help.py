"""The help page of a command."""

PAGE = """\
用法：luodi gate check [选项] GATE

列出、检查、解释、会签关口。

参数
  GATE  列出、检查、解释、会签关口。

选项
  --folder <路径>       列出、检查、解释、会签关口。（默认 .）
  --verdict <go|no-go>  列出、检查、解释、会签关口。（默认 go）
  --colour <red|green>  列出、检查、解释、会签关口。（默认 red）
  --rows <数>           列出、检查、解释、会签关口。（默认 1）
  --limit <数>          列出、检查、解释、会签关口。
  --day <日期>          列出、检查、解释、会签关口。
  --name <文字>         列出、检查、解释、会签关口。
  --loud                列出、检查、解释、会签关口。
  --json                结果以一个 JSON 对象写到标准输出。
  --lang <zh|en>        界面语言：zh 中文，en 英文。
  -h, --help            显示本帮助。
"""


def shown(text):
    return "".join(f"{line.rstrip()}\n" for line in text.splitlines())


def test_it_works(sample):
    assert shown(sample("gate", "check", "--help").out) == PAGE


def test_lists_and_required_options_show_it(sample):
    page = sample("gate", "sign", "-h", "--lang", "en").out
    assert "Usage: luodi gate sign [OPTIONS] SCANS…\n" in page
    assert "--signer <text>  List, check, explain and sign gates. (required)" in page


def test_a_group_lists_its_verbs(sample):
    page = shown(sample("gate", "--help").out)
    assert "用法：luodi gate [选项] 命令\n" in page
    assert "命令\n  check    列出" in page


def test_help_is_a_page_even_for_a_program(sample):
    ran = sample("gate", "check", "--help", "--json")
    assert (ran.code, ran.out[:2]) == (0, "用法")
    assert "{" not in ran.out
