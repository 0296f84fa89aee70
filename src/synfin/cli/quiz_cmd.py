"""``synfin quiz``: guess the next segment, then answer the interview question."""

import random
import sys
from dataclasses import dataclass

import click

from synfin.cli.app import App
from synfin.cli.errors import UserError
from synfin.cli.framework import command
from synfin.cli.runs import Plan, Wish, plan, run, trace_of
from synfin.show.labels import parts
from synfin.show.ladder import Ladder, Options, passed_on
from synfin.show.model import Segment
from synfin.show.quiz import Quiz, all_quizzes, quiz_for
from synfin.show.words import seconds
from synfin.wire.tcp import FLAG_NAMES

MOST = 8
"""Segments that are asked for; after them the run is shown to its end."""


@command("quiz", examples=("quiz", "quiz 21", "quiz last-ack-lost --no-segments"))
@click.argument("name", required=False, metavar="NAME")
@click.option("--case", metavar="CASE")
@click.option("--no-segments", is_flag=True)
def quiz(app: App, name: str | None, case: str | None, no_segments: bool) -> None:
    """The next segments one by one, then the question."""
    chosen = plan(app, Wish(name or pick(), case or ""))
    asked = _Asked(app)
    title = chosen.case.title if case else chosen.scenario.title
    app.head(app.both({"en": title.en, "zh": title.zh}))
    if not no_segments:
        segments(app, chosen, asked)
    question = quiz_for(chosen.scenario.name)
    if question is not None:
        interview(app, question, asked)
    elif no_segments:
        raise UserError("cli-error-no-quiz", name=chosen.scenario.name)


def pick() -> str:
    """Any of them."""
    return random.choice(all_quizzes()).name


class _Asked:
    """Reads answers; after the end of the input nothing is asked any more."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.open = True

    def answer(self, prompt: str) -> str | None:
        """One line, or None at the end of the input."""
        if not self.open:
            return None
        if sys.stdin.isatty():
            try:
                return input(self.app.clean(prompt + " ")).strip()
            except EOFError:
                self.open = False
                return None
        self.app.line(prompt, "bold")
        line = sys.stdin.readline()
        if not line:
            self.open = False
            return None
        return line.strip()


# --- segments -------------------------------------------------------------------


def segments(app: App, chosen: Plan, asked: _Asked) -> None:
    """Draws the ladder and stops before each segment."""
    trace = trace_of(run(app, chosen))
    ladder = Ladder(trace.meta, app.texts, Options(app.width, encoding=app.encoding),
                    passed_on(trace))  # fmt: skip
    rows = ladder.header()
    app.para(app.ui("cli-quiz-how"), style="dim")
    app.line()
    for row in rows:
        app.line(row.text)
    right = count = 0
    for record in trace.records:
        if isinstance(record, Segment) and count < MOST and asked.open:
            for row in ladder.flush():
                app.line(row.text)
            guess = ask_segment(app, record, asked)
            if guess is not None:
                count += 1
                right += guess
        for row in ladder.feed(record):
            app.line(row.text)
    for row in ladder.flush():
        app.line(row.text)
    if count:
        app.line()
        app.line(app.ui("cli-quiz-score", right=right, count=count), "bold")


def ask_segment(app: App, segment: Segment, asked: _Asked) -> bool | None:
    """Whether the guess was right; None when nothing was guessed."""
    while True:
        said = asked.answer(app.ui("cli-quiz-next", time=seconds(segment.t)))
        if not said:
            return None
        if said == "?":
            app.para(app.ui("cli-quiz-hint"), style="dim")
            continue
        guess = read_guess(said)
        if guess is None:
            app.para(app.ui("cli-quiz-unreadable"), style="yellow")
            continue
        if fits(guess, segment):
            app.line(f"{app.glyphs_ok} {app.ui('cli-quiz-right')}", "green")
            return True
        what = f"{segment.source}>{segment.target} {' '.join(parts(segment)[:3])}"
        app.line(f"{app.glyphs_bad} {app.ui('cli-quiz-wrong', what=what)}", "red")
        return False


@dataclass(frozen=True)
class Guess:
    """``B>A SYN,ACK ack=1``: what is not said is not compared."""

    source: str = ""
    target: str = ""
    flags: frozenset[str] = frozenset()
    kind: str = ""
    numbers: tuple[tuple[str, int], ...] = ()


def read_guess(text: str) -> Guess | None:
    """The guess, or None for what says nothing about a segment."""
    source = target = kind = ""
    flags: set[str] = set()
    numbers: list[tuple[str, int]] = []
    for word in text.upper().replace("→", ">").replace("->", ">").replace("+", ",").split():
        name, equals, value = word.partition("=")
        if ">" in word:
            source, _, target = word.partition(">")
        elif equals and name in ("SEQ", "ACK", "LEN") and value.isdigit():
            numbers.append((name.lower(), int(value)))
        elif word in ("DATA", "UDP", "ICMP"):
            kind = word
        elif word.replace("/", "").isdigit():
            continue
        elif all(part in FLAG_NAMES for part in word.split(",")):
            flags |= set(word.split(","))
        else:
            return None
    if not (flags or kind):
        return None
    return Guess(source, target, frozenset(flags), kind, tuple(numbers))


def fits(guess: Guess, segment: Segment) -> bool:
    """PSH is not asked for, and ACK goes without saying beside FIN and data."""
    if guess.source and guess.source != segment.source.upper():
        return False
    if guess.target and guess.target != segment.target.upper():
        return False
    if guess.kind in ("UDP", "ICMP"):
        return segment.proto == guess.kind.lower()
    if segment.proto != "tcp" or (guess.kind == "DATA" and not segment.length):
        return False
    sent = set(segment.flags) - {"PSH"}
    named = set(guess.flags) - {"PSH"}
    if named and named != sent and not ("FIN" in named and named | {"ACK"} == sent):
        return False
    actual = {"seq": segment.seq, "ack": segment.ack, "len": segment.length}
    return all(actual[name] == value for name, value in guess.numbers)


# --- the question ---------------------------------------------------------------


def interview(app: App, question: Quiz, asked: _Asked) -> None:
    """Question, pause, answer, the wrong answer, the follow-up, pause, its answer."""
    told = question.parts(app.lang)
    _part(app, app.ui("word-question"), told["question"])
    asked.answer(app.ui("cli-quiz-think"))
    _part(app, app.ui("word-model-answer"), told["answer"])
    _part(app, app.ui("word-wrong-answer"), told["wrong"])
    _part(app, app.ui("word-why-wrong"), told["why_wrong"])
    _part(app, app.ui("word-follow-up"), told["follow_up"])
    asked.answer(app.ui("cli-quiz-think"))
    app.line()
    app.para(told["follow_up_answer"], 2)


def _part(app: App, title: str, text: str) -> None:
    app.line()
    app.line(title, "bold cyan")
    app.para(text.replace("`", ""), 2)
