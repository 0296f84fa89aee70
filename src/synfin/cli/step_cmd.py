"""``synfin play --step``: forward and back, and hands on the packets in flight.

Commands are lines from standard input, so a pipe can drive it; on a terminal
there is a prompt. Everything is shown by the ladder of what has happened so far.
"""

import sys
from collections.abc import Callable
from typing import Final

from synfin.cli.app import App
from synfin.cli.errors import UserError
from synfin.cli.runs import Plan, host_of, scenario_error
from synfin.cli.waiting import Waiting
from synfin.cli.why_cmd import packet_why
from synfin.lab.model import ScenarioError
from synfin.lab.step import Stepper
from synfin.lab.trace import Record
from synfin.lab.values import parse_time
from synfin.show.labels import parts
from synfin.show.ladder import Ladder, Options, Row, passed_on
from synfin.show.model import Segment
from synfin.show.moment import moment
from synfin.show.problems import problem_text
from synfin.show.reader import from_records
from synfin.show.ss_view import ss_lines
from synfin.show.tcb_view import tcb_lines
from synfin.show.words import seconds

CONTEXT: Final = 8
"""Rows of the ladder shown again after a step back."""


def interact(app: App, chosen: Plan, options: Options) -> None:
    """Reads commands until ``q`` or the end of the input."""
    try:
        with Waiting(app, app.ui("cli-running", name=chosen.scenario.name)):
            stepper = Stepper(chosen.scenario, chosen.case, chosen.changes)
    except ScenarioError as error:
        raise scenario_error(error) from None
    _Session(app, chosen, stepper, options).loop()


class _Session:
    def __init__(self, app: App, chosen: Plan, stepper: Stepper, options: Options) -> None:
        self.app = app
        self.chosen = chosen
        self.stepper = stepper
        self.options = options
        self.terminal = sys.stdin.isatty()
        self.on = True
        self.commands: dict[str, Callable[[list[str]], None]] = {
            "": self.forward, "n": self.forward, "b": self.back, "e": self.end,
            "0": self.begin, "g": self.go, "p": self.packet, "v": self.view, "l": self.flight,
            "drop": self.edit, "delay": self.edit, "dup": self.edit, "corrupt": self.edit,
            "edit": self.edit, "u": self.undo, "w": self.why, "t": self.tcb, "s": self.sockets,
            "f": self.faults, "q": self.quit, "?": self.help,
        }  # fmt: skip

    # -- the loop -------------------------------------------------------------

    def loop(self) -> None:
        """Until the input ends."""
        app = self.app
        for row in self._ladder().header():
            app.line(row.text)
        app.line(app.ui("cli-step-start", count=self.stepper.length), "dim")
        while self.on:
            line = self._read()
            if line is None:
                break
            words = line.split()
            name = words[0].lower() if words else ""
            name = _WORDS.get(name, name)
            if name.isdigit() and name != "0":
                name, words = "n", ["n", name]
            action = self.commands.get(name)
            if action is None:
                app.line(app.ui("cli-step-unknown", word=words[0]), "yellow")
                continue
            try:
                action([name, *words[1:]])
            except UserError as error:
                app.line(error.text(app.texts), "yellow")
            except ScenarioError as error:
                app.line(scenario_error(error).text(app.texts), "yellow")
            except ValueError as error:
                app.line(problem_text(app.texts, error), "yellow")
        if self.terminal:
            app.line()

    def _read(self) -> str | None:
        if self.terminal:
            now = seconds(self.stepper.now)
            prompt = f"[{self.stepper.position}/{self.stepper.length}  {now} s] "
            try:
                return input(self.app.clean(prompt))
            except EOFError:
                return None
        line = sys.stdin.readline()
        return line if line else None

    # -- moving ---------------------------------------------------------------

    def forward(self, words: list[str]) -> None:
        """``n [COUNT]``."""
        before = len(self._rows())
        if not self.stepper.forward(_count(words)):
            self.app.line(self.app.ui("cli-step-at-end"), "dim")
            return
        self._show(before)

    def back(self, words: list[str]) -> None:
        """``b [COUNT]``."""
        if not self.stepper.back(_count(words)):
            self.app.line(self.app.ui("cli-step-at-start"), "dim")
            return
        self._show_again()

    def begin(self, words: list[str]) -> None:
        """``0``."""
        self.stepper.position = 0
        self._show_again()

    def end(self, words: list[str]) -> None:
        """``e``."""
        before = len(self._rows())
        self.stepper.forward(self.stepper.length)
        self._show(before)

    def go(self, words: list[str]) -> None:
        """``g TIME``."""
        if len(words) < 2:
            raise UserError("cli-step-needs", word="g", what="TIME")
        self._move(lambda: self.stepper.to_time(parse_time(words[1])))

    def packet(self, words: list[str]) -> None:
        """``p N``."""
        number = self._number(words)
        self._move(lambda: self.stepper.to_packet(number))

    def _move(self, action: Callable[[], None]) -> None:
        before, position = len(self._rows()), self.stepper.position
        action()
        if self.stepper.position >= position:
            self._show(before)
        else:
            self._show_again()

    # -- looking --------------------------------------------------------------

    def view(self, words: list[str]) -> None:
        """``v``: the whole ladder up to here."""
        self._print(self._rows())

    def flight(self, words: list[str]) -> None:
        """``l``: what is on its way."""
        flying = self.stepper.in_flight()
        if not flying:
            self.app.line(self.app.ui("cli-step-nothing-flies"), "dim")
        for record in flying:
            self.app.line(self._flying(record), "cyan")

    def _flying(self, record: Record) -> str:
        segment = from_records([self.stepper.run.trace[0], record]).records[0]
        assert isinstance(segment, Segment)
        what = " ".join(parts(segment)[:3])
        return self.app.ui(
            "cli-step-flies",
            n=segment.n,
            source=segment.source,
            target=segment.target,
            what=what,
            time=seconds(record["arrives"]),
        )

    def why(self, words: list[str]) -> None:
        """``w [N]``: why packet N; the last one without N."""
        sent = [r["n"] for r in self.stepper.shown() if r["type"] == "segment"]
        if len(words) > 1:
            number = self._number(words)
        elif sent:
            number = sent[-1]
        else:
            raise UserError("cli-step-no-packet")
        if number not in sent:
            raise UserError("cli-step-not-yet", n=number)
        packet_why(self.app, self.stepper.run, number)

    def tcb(self, words: list[str]) -> None:
        """``t [HOST]``."""
        hosts = self.chosen.names
        if len(words) > 1:
            hosts = [host_of(self.chosen, words[1])]
        now = moment(from_records(self.stepper.shown()), self.stepper.now)
        for host in hosts:
            self.app.lines(tcb_lines(now, host, self.app.texts, self.options.names,
                                     self.app.width, self.app.encoding))  # fmt: skip

    def sockets(self, words: list[str]) -> None:
        """``s``: as ss shows it."""
        self.app.lines(ss_lines(moment(from_records(self.stepper.shown()), self.stepper.now)))

    def faults(self, words: list[str]) -> None:
        """``f``: the edits made so far, as a command line."""
        faults = [*self.stepper.base.faults, *self.stepper.edits]
        if not faults:
            self.app.line(self.app.ui("cli-step-no-edits"), "dim")
        for text in faults:
            self.app.line(f"--fault '{text}'")

    # -- changing -------------------------------------------------------------

    def edit(self, words: list[str]) -> None:
        """``drop N``, ``delay N 300ms``, ``dup N [5s]``, ``corrupt N``, ``edit N win=0``."""
        verb, number, rest = words[0], self._number(words), words[2:]
        if verb in ("delay", "edit") and not rest:
            raise UserError("cli-step-needs", word=f"{verb} {number}",
                            what="300ms" if verb == "delay" else "win=0")  # fmt: skip
        action = {
            "delay": lambda: f"delay={rest[0]}",
            "dup": lambda: f"dup={rest[0]}" if rest else "dup",
            "edit": lambda: f"set {' '.join(rest)}",
        }.get(verb, lambda: verb)()
        flying = [str(record["n"]) for record in self.stepper.in_flight()]
        if str(number) not in flying:
            listed = ", ".join(flying) or "-"
            time = seconds(self.stepper.now)
            raise UserError("cli-step-not-flying", n=number, time=time, names=listed)
        self.stepper.edit(number, action)
        self.app.line(self.app.ui("cli-step-edited", n=number, action=action), "green")
        self._show_again()

    def undo(self, words: list[str]) -> None:
        """``u``."""
        if not self.stepper.undo():
            raise UserError("cli-step-no-edits")
        self.app.line(self.app.ui("cli-step-undone"), "green")
        self._show_again()

    def help(self, words: list[str]) -> None:
        """``?``."""
        self.app.lines(self.app.ui("cli-step-keys").split("\n"))

    def quit(self, words: list[str]) -> None:
        """``q``."""
        self.on = False

    # -- showing --------------------------------------------------------------

    def _number(self, words: list[str]) -> int:
        if len(words) < 2 or not words[1].removeprefix("#").isdigit():
            raise UserError("cli-step-needs", word=words[0], what="N")
        return int(words[1].removeprefix("#"))

    def _ladder(self) -> Ladder:
        trace = from_records(self.stepper.run.trace)
        return Ladder(trace.meta, self.app.texts, self.options, passed_on(trace))

    def _rows(self) -> list[Row]:
        """The ladder's rows up to here, without its head."""
        ladder = self._ladder()
        rows: list[Row] = []
        for record in from_records(self.stepper.shown()).records:
            rows += ladder.feed(record)
        return rows + ladder.flush()

    def _print(self, rows: list[Row]) -> None:
        for row in rows:
            self.app.line(row.text)

    def _show(self, before: int) -> None:
        """The new rows; when nothing new is drawn, at least the time."""
        rows = self._rows()[before:]
        self._print(rows)
        if not rows:
            self.app.line(f"{'':4}{seconds(self.stepper.now):>9}", "dim")
        self._list_flying()

    def _show_again(self) -> None:
        app, stepper = self.app, self.stepper
        where = app.ui(
            "cli-step-where",
            step=stepper.position,
            count=stepper.length,
            time=seconds(stepper.now),
        )
        app.line(where, "bold")
        self._print(self._rows()[-CONTEXT:])
        self._list_flying()

    def _list_flying(self) -> None:
        for record in self.stepper.in_flight():
            self.app.line(self._flying(record), "cyan")


_WORDS: Final = {
    "next": "n", "forward": "n", "back": "b", "backward": "b", "end": "e", "begin": "0",
    "start": "0", "go": "g", "time": "g", "show": "v", "flying": "l", "sockets": "s",
    "packet": "p", "view": "v", "list": "l", "undo": "u", "why": "w", "tcb": "t", "ss": "s",
    "faults": "f", "quit": "q", "exit": "q", "help": "?", "h": "?", "set": "edit",
    "duplicate": "dup",
}  # fmt: skip
"""Long names of the keys."""


def _count(words: list[str]) -> int:
    if len(words) < 2:
        return 1
    if not words[1].isdigit() or int(words[1]) < 1:
        raise UserError("cli-step-needs", word=words[0] or "n", what="N")
    return int(words[1])
