"""Runs a case: builds the network, lets things happen, hands back the trace.

Everything is decided by (scenario, case, settings, faults, seed): the same run
again gives the same trace, octet for octet, which is what stepping and
comparing rest on.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from ipaddress import ip_address
from typing import Final

from synfin.core.problems import Problem
from synfin.core.settings import PROFILES, Settings
from synfin.host.host import Host
from synfin.host.keys import make_key
from synfin.host.records import HostConnection
from synfin.lab.apps import Program
from synfin.lab.attack import Forger
from synfin.lab.calls import MACHINE_VERBS
from synfin.lab.handles import CallError
from synfin.lab.model import (
    Body,
    Call,
    Case,
    Endpoint,
    HostDecl,
    LinkDecl,
    Position,
    Scenario,
    ScenarioError,
    Setting,
    Timed,
)
from synfin.lab.recorder import Recorder
from synfin.lab.tcbs import tcb_fields
from synfin.lab.trace import Record, Run
from synfin.lab.values import LAB_SWITCHES, SECOND, is_address
from synfin.sim.errors import SimulationError
from synfin.sim.faults import parse_fault
from synfin.sim.host import SimHost
from synfin.sim.network import Network, lab_factory

DEFAULT_UNTIL: Final = 300 * SECOND
MAX_EVENTS: Final = 2_000_000
"""Events of one run; a scenario that needs more has lost its way."""

SCENARIO_DEFAULTS: Final[dict[str, int | bool]] = {
    "mss": 1460,
    "receive_buffer": 65_535,
    "window_scale": -1,
    "timestamps": False,
    "sack": False,
    "delayed_ack_ns": 0,
    "msl_ns": 30 * SECOND,
}
"""What the catalogue assumes everywhere; lies over every profile."""

ATTACKS: Final = frozenset({"spoof", "icmp", "resend", "raw"})


@dataclass(frozen=True)
class Changes:
    """What a command line or an edit lays over a case."""

    profile: str = ""
    settings: tuple[Setting, ...] = ()
    faults: tuple[str, ...] = ()
    seed: int | None = None
    iss: tuple[int, ...] = ()
    """The ISS of the first connections, dealt to the hosts in their order."""
    until: int | None = None


def run_case(scenario: Scenario, case: Case, changes: Changes | None = None) -> Run:
    """Runs ``case`` to its end. ScenarioError when the case asks for what cannot be."""
    return Experiment(scenario, case, changes or Changes()).finish()


class Experiment:
    """One run under way. :meth:`step` lets one event happen."""

    def __init__(self, scenario: Scenario, case: Case, changes: Changes) -> None:
        self.scenario = scenario
        self.case = case
        self.changes = changes
        self.body: Body = case.body
        self.profile = changes.profile or self.body.profile or "rfc"
        seed = changes.seed if changes.seed is not None else self.body.seed
        self.seed = 1 if seed is None else seed
        until = changes.until if changes.until is not None else self.body.until
        self.until = DEFAULT_UNTIL if until is None else until
        start = min([0, *(timed.time for timed in self.body.calls)])
        self.recorder = Recorder(0)
        self.net = self._network(start)
        self.programs: dict[str, Program] = {}
        self.owners: dict[str, str] = {}
        self.forger = Forger(self.net, self.recorder)
        self.outcome = ""
        self._connections: dict[int, HostConnection] = {}
        self.marks: list[int] = []
        """How long the trace was after each event that added to it."""
        self._build()
        self._plan()

    # -- building --------------------------------------------------------------------------

    def _network(self, start: int) -> Network:
        return Network(seed=self.seed, start=start, factory=lab_factory)

    def _build(self) -> None:
        self.recorder.records.append(self._meta())
        self.net.tap(self.recorder)
        for host in self.body.hosts:
            self._add_node(host)
        for link in self.body.links:
            self._add_link(link)
        for route in self.body.routes:
            destination: str | bytes = route.destination
            if is_address(route.destination):
                destination = ip_address(route.destination).packed
            self._said(
                route.position,
                partial(self.net.route_via, route.router, destination, route.via),
            )
        for number in self.body.iss:
            self.engine(number.host).force_iss(*number.values)
        dealt = [name for name in self.programs if self._kind(name) == "host"]
        for name, iss in zip(dealt, self.changes.iss, strict=False):
            self.engine(name).force_iss(iss)
        for fault in self.body.faults:
            self.net.add_fault(parse_fault(fault.text))
        for text in self.changes.faults:
            try:
                self.net.add_fault(parse_fault(text))
            except ValueError as error:
                raise ScenarioError(Position("--fault"), error) from None

    def _said(self, position: Position, action: Callable[[], object]) -> None:
        try:
            action()
        except ValueError as error:
            raise ScenarioError(position, error) from None

    def _kind(self, name: str) -> str:
        return next(host.kind for host in self.body.hosts if host.name == name)

    def _add_node(self, host: HostDecl) -> None:
        addresses = [f"{address}/{prefix}" for address, prefix in host.addresses]
        for address, _ in host.addresses:
            self.owners[address] = host.name
        if host.kind == "switch":
            self.net.add_switch(host.name)
            return
        if host.kind == "router":
            router = self.net.add_router(host.name, *addresses)
            router.source_routing = self.settings(host.name).accept_source_route
            return
        observer = self.recorder.observer(host.name)
        add = self.net.add_attacker if host.kind == "attacker" else self.net.add_host
        add(host.name, *addresses, settings=self.settings(host.name), observer=observer)
        reads = self._lab_switch(host.name, "reads")
        accepts = self._lab_switch(host.name, "accepts")
        reactions = [r for r in self.body.reactions if r.host == host.name]
        program = Program(host.name, self.engine(host.name), self, reactions, reads, accepts)
        self.programs[host.name] = program
        self.net.on_ready(host.name, program.ready)

    def _add_link(self, link: LinkDecl) -> None:
        self._said(
            link.position,
            lambda: self.net.link(
                link.a,
                link.b,
                link.delay_ns,
                link.jitter_ns,
                link.rate_bps,
                link.queue,
                link.mtu,
                mark=link.mark,
                red=link.red,
            ),
        )

    def engine(self, name: str) -> Host:
        """The host's engine; a new one after each boot."""
        engine = self.net.host(name).engine
        assert isinstance(engine, Host)
        return engine

    def _all_settings(self) -> list[Setting]:
        return [*self.body.settings, *self.changes.settings]

    def _lab_switch(self, host: str, name: str) -> bool:
        value = True
        for setting in self._all_settings():
            if setting.switch == name and setting.host in ("", host):
                value = bool(setting.value)
        return value

    def settings(self, host: str) -> Settings:
        """The profile, the scenario defaults and the case's settings, in layers."""
        layers = [
            setting
            for setting in self._all_settings()
            if setting.host in ("", host) and setting.switch not in LAB_SWITCHES
        ]
        try:
            return self._laid_over(layers)
        except ValueError as error:
            wrong = next((one for one in reversed(layers) if self._does_without(one, layers)), None)
            where = wrong.position if wrong else self.case.position
            raise ScenarioError(where, error) from None

    def _laid_over(self, layers: list[Setting]) -> Settings:
        chosen = {**SCENARIO_DEFAULTS, **{one.switch: one.value for one in layers}}
        # The language checked each value against its switch's type; mypy cannot see that.
        return replace(PROFILES[self.profile], **chosen)  # type: ignore[arg-type]

    def _does_without(self, setting: Setting, layers: list[Setting]) -> bool:
        """Whether the settings are good once this one is left out: then it is to blame."""
        try:
            self._laid_over([one for one in layers if one is not setting])
        except ValueError:
            return False
        return True

    # -- what shall happen -------------------------------------------------------------------

    def _plan(self) -> None:
        for timed in sorted(self.body.calls, key=lambda t: t.time):
            for repeat in range(timed.times):
                self._schedule(timed, timed.time + repeat * timed.every)
        for note in self.body.notes:
            text = {"en": note.text.en, "zh": note.text.zh}
            self.net.at(note.time, partial(self._note, text))

    def _note(self, text: dict[str, str]) -> None:
        self.recorder.add("note", self.net.now, text=text)

    def _schedule(self, timed: Timed, time: int) -> None:
        host = "" if timed.call.verb in ATTACKS else timed.call.host
        self.net.at(time, lambda: self.perform(timed.call), host)

    def perform(self, call: Call) -> None:
        """Does what a call says, now."""
        try:
            if call.verb in ATTACKS:
                self.forger.perform(call)
            elif call.verb in MACHINE_VERBS:
                self._machine(call)
            elif not self.net.host(call.host).up:
                raise CallError(
                    call,
                    Problem("run.down", "{host} is down: reboot it first", host=call.host),
                )
            else:
                self.programs[call.host].call(call)
        except CallError as error:
            raise ScenarioError(error.call.position, error.problem) from None
        except ValueError as error:
            raise ScenarioError(call.position, error) from None

    def _machine(self, call: Call) -> None:
        host = self.net.host(call.host)
        program = self.programs[call.host]
        if call.verb in ("crash", "power-off"):
            program.vanish()
            (host.crash if call.verb == "crash" else host.power_off)()
        elif call.verb == "reboot":
            program.vanish()
            host.reboot()
            program.host = self.engine(call.host)
        elif call.verb == "kill":
            self.recorder.add("host", self.net.now, host=call.host, action="kill")
            program.kill()
        elif call.verb == "link-down":
            host.link_down()
        elif call.verb == "link-up":
            host.link_up()
        elif call.verb == "iss":
            self.engine(call.host).force_iss(*(int(str(v)) for v in call.args.values))
        else:
            self._sysctl(call, host)

    def _sysctl(self, call: Call, host: SimHost) -> None:
        program = self.programs[call.host]
        settings = self.engine(call.host).settings
        for setting in call.settings:
            if setting.switch == "reads":
                program.reads = bool(setting.value)
            elif setting.switch == "accepts":
                program.accepts = bool(setting.value)
            else:
                settings = settings.but(**{setting.switch: setting.value})
        self.engine(call.host).settings = settings
        host.settings = settings
        told = call.text.partition(" ")[2]
        self.recorder.add(
            "call",
            self.net.now,
            host=call.host,
            conn=0,
            socket=0,
            socket_name="",
            call="set",
            args=told,
            result="ok",
        )

    # -- what programs may ask (see apps.World) ---------------------------------------------

    def now(self) -> int:
        """The network's time, ns."""
        return self.net.now

    def later(self, time: int, action: Callable[[], None]) -> None:
        """An application call at ``time``."""
        self.net.at(max(time, self.net.now), action)

    def address(self, endpoint: Endpoint) -> tuple[str, int]:
        """The address that a name means: its first (of the wanted version)."""
        if is_address(endpoint.host):
            return endpoint.host, endpoint.port
        for host in self.body.hosts:
            if host.name == endpoint.host:
                for address, _ in host.addresses:
                    if (":" in address) == endpoint.v6 or not endpoint.v6:
                        return address, endpoint.port
        raise Problem("run.address", "{host} has no such address", host=endpoint.host)

    # -- running --------------------------------------------------------------------------

    def step(self) -> bool:
        """One event; False at the end of the run (then :attr:`outcome` says why)."""
        time = self.net.next_time()
        if time is None:
            self.outcome = "quiescent"
            return False
        if time > self.until:
            self.outcome = "idle"
            return False
        if self.net.events >= MAX_EVENTS:
            self.outcome = "limit"
            return False
        self.net.step()
        self._snapshots()
        length = len(self.recorder.records)
        if length > (self.marks[-1] if self.marks else 1):
            self.marks.append(length)
        return True

    def finish(self) -> Run:
        """Runs to the end and closes the trace."""
        try:
            self.net.service()
            while self.step():
                pass
        except SimulationError as error:
            problem = Problem("run.loops", "the run cannot go on: {why}", why=str(error))
            raise ScenarioError(self.case.position, problem) from None
        self.recorder.records.append(self._end())
        return self.run()

    def run(self) -> Run:
        """What was recorded up to now."""
        return Run(self.recorder.records, self.outcome, self.recorder.names, self.owners)

    def _snapshots(self) -> None:
        recorder = self.recorder
        if not recorder.touched:
            return
        for host, engine_id in sorted(recorder.touched):
            conn = self._connection(host, engine_id)
            if conn is not None:
                fields = tcb_fields(conn)
                recorder.snapshot(self.net.now, host, recorder.conn(host, engine_id), fields)
        recorder.touched.clear()

    def _connection(self, host: str, engine_id: int) -> HostConnection | None:
        """The engine's connection, also when it has just left the table."""
        number = self.recorder.conn(host, engine_id)
        if number not in self._connections:
            flow = self.recorder.flow_keys.get((host, engine_id))
            if flow is None:
                return None
            found = self.engine(host).tcp.demux.connections.get(make_key(*flow))
            if found is None or found.id != engine_id:
                return None
            self._connections[number] = found
        return self._connections[number]

    # -- first and last line --------------------------------------------------------------

    def _meta(self) -> Record:
        case, scenario = self.case, self.scenario
        title = {
            "en": case.title.en or scenario.title.en,
            "zh": case.title.zh or scenario.title.zh,
        }
        return {
            "type": "meta",
            "version": 1,
            "scenario": scenario.name,
            "number": scenario.number,
            "case": case.name,
            "title": title,
            "profile": self.profile,
            "seed": self.seed,
            "settings": self._changed(),
            "faults": [*(fault.text for fault in self.body.faults), *self.changes.faults],
            "hosts": [
                {"name": h.name, "addresses": [a for a, _ in h.addresses], "kind": h.kind}
                for h in self.body.hosts
            ],
            "links": [
                {"a": n.a, "b": n.b, "delay": n.delay_ns, "rate": n.rate_bps, "mtu": n.mtu}
                for n in self.body.links
            ],
        }

    def _changed(self) -> dict[str, object]:
        """Switches that the case sets, ``HOST.switch`` for one host's."""
        changed: dict[str, object] = {}
        for setting in self._all_settings():
            name = f"{setting.host}.{setting.switch}" if setting.host else setting.switch
            value = setting.value
            changed[name] = list(value) if isinstance(value, tuple) else value
        return changed

    def _end(self) -> Record:
        recorder = self.recorder
        left: list[Record] = []
        for host in self.programs:
            states = self.run().states_at(host, self.net.now)
            left += [{"host": host, "conn": c, "state": s} for c, s in states.items()]
        segments = sum(1 for record in recorder.records if record["type"] == "segment")
        return {
            "type": "end",
            "t": self.net.now,
            "outcome": self.outcome,
            "connections": left,
            "segments": segments,
        }
