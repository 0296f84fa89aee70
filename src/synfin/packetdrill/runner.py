"""One script against one host: events in order, each held to what the script says.

The script is the network and the far end. Virtual time only passes while something is
waited for; at equal times arrivals come before timers, timers before calls.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from synfin.core.errno import name_of
from synfin.core.timers import NEVER
from synfin.packetdrill.code import AssertionFailed, run_code
from synfin.packetdrill.compare import compare_time
from synfin.packetdrill.config import Config
from synfin.packetdrill.expecting import LONGEST, Expecting, Pending
from synfin.packetdrill.files import Step
from synfin.packetdrill.findings import (
    Failure,
    Result,
    differs,
    finding,
)
from synfin.packetdrill.flow import FIRST_REMOTE_PORT, Flow
from synfin.packetdrill.icmp_packets import icmp_octets
from synfin.packetdrill.info import CLOSED, LISTENING, kernel_info
from synfin.packetdrill.machine import Machine
from synfin.packetdrill.model import (
    Call,
    Code,
    Command,
    Dots,
    Event,
    IcmpSpec,
    Script,
    ScriptError,
    TcpSpec,
    Timing,
    UdpSpec,
    Unsupported,
    When,
)
from synfin.packetdrill.packets import tcp_octets
from synfin.packetdrill.polling import Polling
from synfin.packetdrill.proc_net import run_grep
from synfin.packetdrill.sockstat import run_tool
from synfin.packetdrill.symbols import INFO_SYMBOLS, SYMBOLS, number
from synfin.packetdrill.sysctl import Sysctls


def run_script(
    script: Script, config: Config, folder: Path, tolerance_usecs: int = -1, capture: bool = False
) -> Result:
    """Runs ``script``; ``folder`` is where its own commands look for files.
    ``tolerance_usecs`` >= 0 lies over what the script says; with ``capture`` the result
    has every packet."""
    runner: Runner | None = None
    line, message = 0, ""
    failure = Failure()
    try:
        for name, value in script.options:
            config = config.with_option(name, value)
        if tolerance_usecs >= 0:
            config = config.exact(tolerance_usecs)
        if len(config.local_ip) != len(config.remote_ip) or config.wrong_family:
            raise Unsupported("--local_ip, --remote_ip")
        runner = Runner(script, config, folder)
        runner.machine.tape = [] if capture else None
        runner.run()
        return Result(
            script.name,
            "pass",
            without_effect=runner.sysctls.without_effect(),
            packets=tuple(runner.machine.tape or ()),
        )
    except Unsupported as missing:
        status, message = "unsupported", missing.what
    except ScriptError as error:
        status, failure, line = "error", Failure(error.what), error.line
    except Failure as found:
        status, failure = "fail", found
    line = line or (runner.line if runner is not None else 1)
    ignored = runner.sysctls.without_effect() if runner is not None else ()
    return Result(
        script.name,
        status,
        line,
        script.line(line),
        failure.findings,
        message,
        failure.actual,
        failure.why,
        ignored,
        tuple(runner.machine.tape or ()) if runner is not None else (),
    )


class Runner(Expecting):
    """The state of a run."""

    def __init__(self, script: Script, config: Config, folder: Path) -> None:
        sysctls = Sysctls(config.base, folder)
        if script.init is not None:
            sysctls.run(script.init.text)
        machine = Machine(config, sysctls.settings())
        super().__init__(config, machine, Polling(machine, config, self._opened))
        self.script: Script = script
        self.line: int = 0
        self.sysctls: Sysctls = sysctls
        self._apply()
        self.calls.programs = sysctls.programs
        self.listening: bool = False
        self.ports: int = FIRST_REMOTE_PORT
        self.last_inbound: bool = False

    def _apply(self) -> None:
        """What commands have set comes into force."""
        self.sysctls.apply(self.machine.host)
        self.machine.md5_keys = self.sysctls.md5_keys
        self.machine.cuts = not self.sysctls.programs.offload

    def run(self) -> None:
        """Every event. Raises Failure, Unsupported or ScriptError."""
        if self.script.events[0].when.start != 0:
            raise ScriptError(self.script.events[0].line, finding("error-begin"))
        for event in self.script.events:
            self.line = event.line
            self._event(self._anchored(event))
        if self.pending is not None:
            self._await_pending()
        if self.script.cleanup is not None:
            self.sysctls.run(self.script.cleanup.text)

    # -- time ------------------------------------------------------------------
    def _anchored(self, event: Event) -> Event:
        """Relative times count from now; between two arrivals from the first one's time."""
        when = event.when
        if not when.floating:
            return event
        inbound = _is_inbound(event)
        base = self.machine.now
        if inbound and self.last_inbound and self.last_time is not None:
            base = self.last_time
        action = event.action
        if isinstance(action, Call) and action.until >= 0 and when.timing is Timing.RELATIVE:
            action = replace(action, until=action.until + base)
        moved = When(when.timing, when.start + base, when.end + base)
        return replace(event, when=moved, action=action)

    def _advance(self, limit: int, before: bool) -> None:
        """Let time pass to ``limit`` (ns); timers due at ``limit`` itself wait if ``before``."""
        machine = self.machine
        last = limit - 1 if before else limit
        while True:
            due = min(machine.due(), self.pending.wake if self.pending is not None else NEVER)
            if due > last:
                break
            self._one_step(due)
        machine.jump(limit)

    def _wait_for_event(self, event: Event, before: bool) -> None:
        when = event.when
        self._advance(max(when.start, self.machine.now), before)
        off = compare_time(
            self.config, when, (when.start, when.end), self.machine.now, self.last_time
        )
        if off is not None:
            raise Failure(finding("late"), off)

    # -- events ----------------------------------------------------------------
    def _event(self, event: Event) -> None:
        action = event.action
        if isinstance(action, TcpSpec) and action.outbound:
            self._expect(event, action)
        elif isinstance(action, TcpSpec):
            self._wait_for_event(event, True)
            self._arrive(event, action)
        elif isinstance(action, UdpSpec | IcmpSpec) and action.outbound:
            self._expect_other(event, action)
        elif isinstance(action, UdpSpec | IcmpSpec):
            self._wait_for_event(event, True)
            if isinstance(action, UdpSpec):
                self.datagrams.arrive(action)
            else:
                self._arrive_icmp(action)
            self._poke()
        elif isinstance(action, Call):
            self._start_call(event, action)
        elif isinstance(action, Command):
            self._wait_for_event(event, False)
            self._command(action.text)
        else:
            self._wait_for_event(event, False)
            self._code(event, action)
        self.last_time = event.when.start
        self.last_inbound = _is_inbound(event)

    def _command(self, text: str) -> None:
        """A backtick line: a look at the host's table, or sysctls."""
        if run_tool(text, self.machine.host) or run_grep(text, self.machine.host):
            self.machine.settle()
            return
        self.sysctls.run(text)
        self._apply()

    def _opened(self, active: bool) -> None:
        """connect() or listen(): what follows is about that socket."""
        self.listening = not active
        if active:
            before = self.flow
            self.flow = Flow(self.config, True, self.config.connect_port)
            if before is not None and before.active:
                self.flow.others = before.others | {before.local_port}
        else:
            self.flow = None

    def _arrive(self, event: Event, spec: TcpSpec) -> None:
        flow = self.flow
        if flow is None:
            flow = self.flow = Flow(self.config, False, self.ports)
            self.ports += 1
        else:
            self._connection()  # while it is there: a reset may end it
        options = flow.live_options(spec, event.line)
        remote = self.config.remote_ip, spec.src_port or flow.remote_port
        local = self.config.local_ip, spec.dst_port or flow.local_port
        self.machine.inject(
            tcp_octets(flow.to_live(spec), remote, local, options, self.config.md5_secret)
        )
        self._poke()

    def _arrive_icmp(self, spec: IcmpSpec) -> None:
        flow = self.flow
        if flow is None or spec.udp_length >= 0 or spec.type == "echo_request":
            self.datagrams.arrive_icmp(spec)
            return
        local = self.config.local_ip, flow.local_port
        remote = self.config.remote_ip, flow.remote_port
        seq = flow.live_quote(spec.quoted[0] if spec.quoted is not None else 0)
        self.machine.inject(icmp_octets(spec, remote[0], local, remote, seq))

    # -- calls -----------------------------------------------------------------
    def _start_call(self, event: Event, call: Call) -> None:
        if self.pending is not None:
            self._await_pending()
        self._wait_for_event(event, False)
        method = getattr(self.calls, f"call_{call.name}", None)
        if method is None:
            raise Unsupported(f"{call.name}()")
        self.pending = Pending(event, call, _begun(method, call), self.machine.now, call.until)
        self._poke()
        if self.pending is not None and call.until < 0:
            self._await_pending()

    def _poke(self) -> None:
        """Let the call that waits look again, if there is one."""
        pending = self.pending
        if pending is None:
            return
        try:
            pending.wake = next(pending.step)
            self.machine.settle()
            return
        except StopIteration as done:
            result, errno = int(done.value), 0
        except OSError as error:
            result, errno = -1, error.errno or 0
        except Failure:
            self.line = pending.event.line
            raise
        self.pending = None
        self.machine.settle()
        self._returned(pending, result, errno)

    def _returned(self, pending: Pending, result: int, errno: int) -> None:
        call = pending.call
        here, self.line = self.line, pending.event.line
        actual = f"{call.name}() = {result} {name_of(errno)}".strip()
        if not isinstance(call.result, Dots):
            expected = number(call.result)
            if expected != result:
                raise Failure(differs("result", expected, result), actual=actual)
            if call.errno and SYMBOLS.get(call.errno, -1) != errno:
                raise Failure(differs("errno", call.errno, name_of(errno)), actual=actual)
        if call.until >= 0:
            when = When(Timing.ABSOLUTE, call.until, call.until)
            off = compare_time(
                self.config,
                when,
                (call.until, call.until),
                self.machine.now,
                pending.event.when.start,
            )
            if off is not None:
                raise Failure(finding("return-time"), off, actual=actual)
        self.line = here

    def _await_pending(self) -> None:
        """Let time pass until the call returns."""
        limit = self.machine.now + LONGEST
        while self.pending is not None:
            due = min(self.machine.due(), self.pending.wake)
            if due > limit:
                self.line = self.pending.event.line
                blocks = finding("blocks", call=self.pending.call.name)
                raise Failure(blocks, why=self._silence())
            self._one_step(due)

    # -- %{ }% ---------------------------------------------------------------------
    def _code(self, event: Event, code: Code) -> None:
        connection = self._connection()
        names: Mapping[str, int] = INFO_SYMBOLS
        if connection is not None:
            names = {**INFO_SYMBOLS, **kernel_info(connection, self.machine.now)}
        elif self.flow is None:
            names = {**INFO_SYMBOLS, "tcpi_state": LISTENING if self.listening else CLOSED}
        try:
            run_code(code.text, names, event.line)
        except AssertionFailed as failed:
            raise Failure(finding("assert", text=str(failed))) from None


def _begun(method: Callable[[Call], int | Step], call: Call) -> Step:
    """A call at work; one that never waits is done at its first step."""
    answer = method(call)
    return answer if isinstance(answer, int) else (yield from answer)


def _is_inbound(event: Event) -> bool:
    action = event.action
    return isinstance(action, TcpSpec | IcmpSpec | UdpSpec) and not action.outbound
