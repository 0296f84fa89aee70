"""Every problem in the source is said in both languages, with its own values."""

import ast
import re
from pathlib import Path

import pytest
from fluent.syntax import FluentParser, FluentSerializer
from fluent.syntax import ast as fluent
from fluent.syntax.visitor import Visitor

from synfin.core.problems import Problem
from synfin.core.settings import Settings
from synfin.lab.language import parse, parse_switch
from synfin.lab.model import ScenarioError
from synfin.show.model import TraceError
from synfin.show.problems import problem_key, problem_text
from synfin.show.reader import load
from synfin.show.texts import LANGUAGES, Texts, sources
from synfin.sim.faults import parse_fault

SOURCE = Path(__file__).parents[2] / "src" / "synfin"
JOINERS = {"problem-comma", "problem-or"}


def _calls() -> list[tuple[str, ast.Call]]:
    return [
        (f"{path.name}:{node.lineno}", node)
        for path in sorted(SOURCE.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "Problem"
    ]


CALLS = _calls()


def _said(call: ast.Call) -> tuple[str, str]:
    """Id and English template; both must stand there as plain text."""
    problem_id, template = (ast.literal_eval(argument) for argument in call.args)
    return str(problem_id), str(template)


def _names(template: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", template))


class _Variables(Visitor):
    def __init__(self) -> None:
        self.names: set[str] = set()

    def visit_VariableReference(self, node: fluent.VariableReference) -> None:
        self.names.add(node.id.name)


def _messages(lang: str) -> dict[str, fluent.Message]:
    return {
        entry.id.name: entry
        for name, source in sources(lang)
        if name == "problems.ftl"
        for entry in FluentParser().parse(source).body
        if isinstance(entry, fluent.Message)
    }


MESSAGES = {lang: _messages(lang) for lang in LANGUAGES}


def test_the_source_has_problems() -> None:
    assert len(CALLS) > 100


@pytest.mark.parametrize(("where", "call"), CALLS, ids=[where for where, _ in CALLS])
def test_every_problem_has_texts_with_exactly_its_values(where: str, call: ast.Call) -> None:
    problem_id, template = _said(call)
    given = {keyword.arg for keyword in call.keywords}
    assert given == _names(template), where
    for lang in LANGUAGES:
        message = MESSAGES[lang].get(problem_key(problem_id))
        assert message is not None, f"{where}: no text for {problem_id} in {lang}"
        found = _Variables()
        found.visit(message)
        assert found.names == given, f"{lang}: {problem_id}"


@pytest.mark.parametrize(("where", "call"), CALLS, ids=[where for where, _ in CALLS])
def test_the_english_text_is_the_sources(where: str, call: ast.Call) -> None:
    problem_id, template = _said(call)
    problem = Problem(problem_id, template, **{name: f"<{name}>" for name in _names(template)})
    assert problem_text(Texts("en"), problem) == str(problem), where


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_text_is_left_over(lang: str) -> None:
    assert set(MESSAGES[lang]) == {problem_key(_said(call)[0]) for _, call in CALLS} | JOINERS


def test_sentences_are_chinese_in_chinese() -> None:
    plain = {
        *("problem-token-one-of", "problem-token-word", "problem-token-many", "problem-comma"),
        *("problem-check-because", "problem-check-both"),
    }
    for key, message in MESSAGES["zh"].items():
        text = FluentSerializer().serialize_entry(message)
        assert key in plain or re.search("[\u4e00-\u9fff]", text), key


def _wrong(text: str) -> ValueError:
    with pytest.raises(ScenarioError) as caught:
        parse(text, "x.scn")
    return caught.value.problem


START = "scenario 1 x\nhost A 10.0.0.1\nhost B 10.0.0.2\nlink A B\n"


@pytest.mark.parametrize(
    ("problem", "text"),
    [
        (
            _wrong(START + "on B eoff close"),
            "这里应写 connected、accept、data、eof、reset、error 或 idle，而不是“eoff”",
        ),
        (_wrong(START + "at x A listen 80"), "这里应写时刻（0.050、3s、50ms），而不是“x”"),
        (_wrong(START + "at 0 C listen 80"), "没有名为 C 的主机；有 A, B"),
        (_wrong(START + "at 0 A lisen 80"), "没有名为 lisen 的调用；是不是想写 listen"),
        (_wrong(START + "fault A>B SYN dorp"), "故障“A>B SYN dorp”：这里应写条件或动作（"),
        (_wrong(START + 'title en "\\xff"'), "这些字节不是 UTF-8 文本"),
        (_wrong("scenario 1 x\nhost A 10.0.0.1/99"), "前缀长度"),
    ],
)
def test_mistakes_in_a_file_in_chinese(problem: ValueError, text: str) -> None:
    said = problem_text(Texts("zh"), problem)
    assert text in said
    assert problem_text(Texts("en"), problem) == str(problem)


def test_mistakes_on_a_command_line_in_chinese() -> None:
    with pytest.raises(ScenarioError) as caught:
        parse_switch("min_rto=200")
    assert problem_text(Texts("zh"), caught.value.problem) == "“200”要带单位：200ms 或 200s"
    with pytest.raises(ValueError) as fault:
        parse_fault("A>B p=2 drop")
    assert "0 到 1 之间的概率" in problem_text(Texts("zh"), fault.value)
    with pytest.raises(ValueError) as refused:
        Settings(mss=0)
    assert problem_text(Texts("zh"), refused.value) == "mss 必须在 1 到 65495 字节之间"


def test_a_broken_trace_is_told_in_chinese() -> None:
    with pytest.raises(TraceError) as caught:
        load(['{"type":"meta","version":1}', '{"type":"segment","n":1,"t":0,"bytes":"zz"}'])
    assert problem_text(Texts("zh"), caught.value) == "trace：segment 记录的“from”是 None，应为文本"
    assert problem_text(Texts("en"), caught.value) == str(caught.value)


def test_other_errors_are_said_as_they_are() -> None:
    assert problem_text(Texts("zh"), ValueError("as it is")) == "as it is"
    assert problem_text(Texts("zh"), Problem("from.the-future", "so {n}", n=1)) == "so 1"
