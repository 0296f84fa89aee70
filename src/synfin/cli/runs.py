"""Which run is meant: a scenario, a case, and what the command line lays over it."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import Any, Final

import click

from synfin.cli.app import App
from synfin.cli.errors import UserError
from synfin.cli.framework import Command, pass_app
from synfin.cli.kinds import Span, Time, Whole
from synfin.cli.switches_cmd import known
from synfin.cli.waiting import Waiting
from synfin.core.problems import Problem
from synfin.core.settings import PROFILES
from synfin.lab import catalogue
from synfin.lab.check import Mismatch
from synfin.lab.language import parse_switch
from synfin.lab.model import Case, Iss, Position, Scenario, ScenarioError, Setting
from synfin.lab.runner import Changes, Experiment
from synfin.lab.trace import Run
from synfin.show.model import Trace
from synfin.show.problems import problem_text
from synfin.show.reader import from_records
from synfin.sim.faults import parse_fault

OPTIONS: Final = ("case", "fault", "set_", "profile", "seed", "iss", "iss_a", "iss_b", "msl",
                  "until")  # fmt: skip


@dataclass(frozen=True)
class Wish:
    """A run as the command line describes it."""

    name: str
    case: str = ""
    faults: tuple[str, ...] = ()
    sets: tuple[str, ...] = ()
    profile: str = ""
    seed: int | None = None
    iss: tuple[str, ...] = ()
    msl: int | None = None
    until: int | None = None


@dataclass(frozen=True)
class Plan:
    """A run that can be started."""

    scenario: Scenario
    case: Case
    changes: Changes = field(default_factory=Changes)
    iss: bool = False

    @property
    def changed(self) -> bool:
        """Whether the command line changed anything."""
        return self.changes != Changes() or self.iss

    @property
    def names(self) -> list[str]:
        """The nodes."""
        return [host.name for host in self.case.body.hosts]


class RunCommand(Command):
    """A command about one run: it takes NAME and everything that can be changed about it.

    The function gets a :class:`Wish` as ``wish`` (None without NAME, where that may be).
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = list(self.params)
        first = [p for p in own if p.name == "name"]
        self.params = [*first, *(p for p in own if p.name != "name"), *_run_options()]

    def invoke(self, ctx: click.Context) -> Any:
        """Packs the options into a wish."""
        taken = {name: ctx.params.pop(name) for name in OPTIONS}
        name = ctx.params.pop("name")
        iss = list(taken["iss"])
        for host, value in (("A", taken["iss_a"]), ("B", taken["iss_b"])):
            if value is not None:
                iss.append(f"{host}={value}")
        ctx.params["wish"] = name and Wish(
            name=name,
            case=taken["case"] or "",
            faults=tuple(taken["fault"]),
            sets=tuple(taken["set_"]),
            profile=taken["profile"] or "",
            seed=taken["seed"],
            iss=tuple(iss),
            msl=taken["msl"],
            until=taken["until"],
        )
        return super().invoke(ctx)


def run_command(
    name: str, examples: tuple[str, ...] = (), required: bool = True
) -> Callable[[Callable[..., None]], Command]:
    """As :func:`~synfin.cli.framework.command`, for a command about a run."""

    def declare(function: Callable[..., None]) -> Command:
        made: Command = click.command(name, cls=RunCommand, examples=examples)(
            click.argument("name", required=required, metavar="NAME")(pass_app(function))
        )
        return made

    return declare


def _run_options() -> list[click.Option]:
    return [
        click.Option(["--case"], metavar="CASE"),
        click.Option(["--fault"], multiple=True, metavar="'A>B SYN drop'"),
        click.Option(["--set", "set_"], multiple=True, metavar="[HOST.]K=V"),
        click.Option(["--profile"], metavar="P"),
        click.Option(["--seed"], type=Whole(), metavar="N"),
        click.Option(["--iss"], multiple=True, metavar="HOST=N"),
        click.Option(["--iss-a"], type=Whole(), metavar="N", hidden=True),
        click.Option(["--iss-b"], type=Whole(), metavar="N", hidden=True),
        click.Option(["--msl"], type=Span(), metavar="S"),
        click.Option(["--until"], type=Time(), metavar="T"),
    ]


# --- from wish to plan ----------------------------------------------------------


def find_scenario(app: App, what: str) -> Scenario:
    """By number, name or file; UserError with the nearest names."""
    try:
        return catalogue.find(what)
    except ScenarioError as error:
        raise scenario_error(error) from None
    except KeyError:
        names = [f.removesuffix(catalogue.SUFFIX).partition("-")[2]
                 for f in catalogue.shipped_files()]  # fmt: skip
        close = get_close_matches(what.lower(), names, 3, 0.5)
        close += [n for n in names if what.lower() in n and n not in close][:3]
        hint = app.ui("cli-did-you-mean", names=", ".join(close)) if close else ""
        raise UserError("cli-error-scenario", name=what, hint=hint) from None


def scenario_error(error: ScenarioError) -> UserError:
    """Its one line; positions that stand for an option lose their line number."""
    at = error.position
    where = at.file if at.file.startswith("--") else str(at)
    return UserError("cli-error-at", where=where, why=error.problem)


def mismatch_text(app: App, mismatch: Mismatch) -> str:
    """What a run did instead, in the user's language."""
    return f"{mismatch.where}: {problem_text(app.texts, mismatch.problem)}"


def find_case(scenario: Scenario, name: str) -> Case:
    """UserError with the names there are."""
    try:
        return scenario.case(name)
    except KeyError:
        names = ", ".join(case.name for case in scenario.cases)
        raise UserError("cli-error-case", name=name, scenario=scenario.name, names=names) from None


def plan(app: App, wish: Wish) -> Plan:
    """Checks everything that can be checked before the run."""
    scenario = find_scenario(app, wish.name)
    case = find_case(scenario, wish.case)
    hosts = [host.name for host in case.body.hosts]
    if wish.profile and wish.profile not in PROFILES:
        raise UserError("cli-error-profile", name=wish.profile, names=", ".join(PROFILES))
    settings = [setting(app, text, hosts) for text in wish.sets]
    if wish.msl is not None:
        settings.append(Setting("", "msl_ns", wish.msl, Position("--msl")))
    for fault in wish.faults:
        check_fault(fault, case)
    changes = Changes(
        profile=wish.profile,
        settings=tuple(settings),
        faults=wish.faults,
        seed=wish.seed,
        until=wish.until,
    )
    case = with_iss(case, wish.iss)
    return Plan(scenario, case, changes, bool(wish.iss))


def setting(app: App, text: str, hosts: list[str]) -> Setting:
    """One ``--set``."""
    name = text.partition("=")[0].rpartition(".")[2]
    if "=" in text and name.removesuffix("_ns") not in known():
        raise UserError("cli-error-switch", name=name, hint=app.nearest(name, known()))
    try:
        found = parse_switch(text)
    except ScenarioError as error:
        raise UserError("cli-error-set", text=text, why=error.problem) from None
    if found.host and found.host not in hosts:
        raise UserError("cli-error-host", name=found.host, names=", ".join(hosts))
    return found


def check_fault(text: str, case: Case) -> None:
    """One ``--fault``: readable, and about nodes that there are."""
    try:
        fault = parse_fault(text)
    except ValueError as error:
        raise UserError("cli-error-fault", text=text, why=why_not_read(error)) from None
    nodes = {"*"}
    for host in case.body.hosts:
        nodes |= {host.name, *(address for address, _ in host.addresses)}
    for name in (fault.selector.source, fault.selector.target):
        if name not in nodes:
            names = ", ".join(host.name for host in case.body.hosts)
            raise UserError("cli-error-host", name=name, names=names)


def why_not_read(error: ValueError) -> ValueError:
    """What is wrong in a fault, without the fault's text in front."""
    why = error.values.get("why") if isinstance(error, Problem) else None
    return why if isinstance(why, ValueError) else error


def with_iss(case: Case, wishes: tuple[str, ...]) -> Case:
    """The case with the first ISS of some hosts chosen."""
    if not wishes:
        return case
    hosts = [host.name for host in case.body.hosts if host.kind == "host"]
    chosen: dict[str, int] = {}
    for text in wishes:
        host, equals, number = text.rpartition("=")
        if not equals:
            host = hosts[min(len(chosen), len(hosts) - 1)]
        if host not in hosts:
            raise UserError("cli-error-host", name=host, names=", ".join(hosts))
        if not (number.isascii() and number.isdigit() and int(number) < 1 << 32):
            raise UserError("cli-error-iss", text=text)
        chosen[host] = int(number)
    kept = tuple(
        Iss(iss.host, (chosen.pop(iss.host), *iss.values[1:])) if iss.host in chosen else iss
        for iss in case.body.iss
    )
    new = tuple(Iss(host, (number,)) for host, number in chosen.items())
    return replace(case, body=replace(case.body, iss=kept + new))


# --- running --------------------------------------------------------------------


EVERY: Final = 256
"""Steps between two words about the progress."""


class _Watched(Experiment):
    """Tells how far it is."""

    def watch(self, waiting: Waiting) -> None:
        """Before the run."""
        self.waiting = waiting
        self.steps = 0

    def step(self) -> bool:
        """As the experiment's."""
        self.steps += 1
        if self.steps % EVERY == 0:
            self.waiting.advance(self.net.now, self.until)
        return super().step()


def run(app: App, plan: Plan) -> Run:
    """Runs it to the end, with a progress bar if that takes long."""
    try:
        experiment = _Watched(plan.scenario, plan.case, plan.changes)
        with Waiting(app, app.ui("cli-running", name=plan.scenario.name)) as waiting:
            experiment.watch(waiting)
            return experiment.finish()
    except ScenarioError as error:
        raise scenario_error(error) from None


def trace_of(run: Run) -> Trace:
    """The run as the faces read it."""
    return from_records(run.trace)


def host_of(plan: Plan, name: str) -> str:
    """The node called ``name``, whatever its case; UserError when there is none."""
    for host in plan.names:
        if host.lower() == name.lower():
            return host
    raise UserError("cli-error-host", name=name, names=", ".join(plan.names))


def ref(plan: Plan) -> str:
    """How to name this run on a command line."""
    shipped = plan.scenario.file in catalogue.shipped_files()
    name = f"{plan.scenario.number:02d}" if shipped else plan.scenario.file
    first = plan.scenario.cases[0].name
    return name if plan.case.name == first else f"{name} --case {plan.case.name}"
