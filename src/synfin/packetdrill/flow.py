"""The connection that the script means now, and its numbers: script against live."""

from dataclasses import replace

from synfin.host.keys import Key, make_key
from synfin.host.records import HostConnection
from synfin.packetdrill import options as tcp_options
from synfin.packetdrill.config import Config
from synfin.packetdrill.findings import finding
from synfin.packetdrill.model import Option, ScriptError, TcpSpec
from synfin.packetdrill.packets import Actual
from synfin.wire.tcp import ACK, SYN

FIRST_REMOTE_PORT = 32_768


class Flow:
    """One four-tuple.

    As in the original, a script's numbers are absolute on segments with SYN and count
    from the two ISNs on all others; the peer's ISN is the script's, ours is the host's.
    """

    def __init__(self, config: Config, active: bool, remote_port: int) -> None:
        self.config: Config = config
        self.active: bool = active
        self.others: set[int] = set()
        """Ports of ours that belong to the script's earlier connections."""
        self.local_port: int = 0 if active else config.bind_port
        """0: not known before our SYN has been seen."""
        self.remote_port: int = remote_port
        self.remote_isn: int = 0
        self.remote_known: bool = False
        self.local_isn: int = 0
        self.script_isn: int = 0
        """What the script calls our ISN."""
        self.local_known: bool = False
        self.ts_seen: dict[int, int] = {}
        """TSval of the script -> the live one."""
        self.ts_base: tuple[int, int] | None = None
        self.connection: HostConnection | None = None

    def owns(self, actual: Actual) -> bool:
        """Whether a segment that the host sent belongs to this flow."""
        if actual.dst != self.config.remote_ip or actual.dst_port != self.remote_port:
            return False
        if self.local_port == 0:
            return actual.flags & (SYN | ACK) == SYN and actual.src_port not in self.others
        return actual.src_port == self.local_port

    def key(self) -> Key:
        """The host's name for this connection."""
        return make_key(
            self.config.local_ip, self.local_port, self.config.remote_ip, self.remote_port
        )

    def learn(self, spec: TcpSpec, actual: Actual) -> None:
        """A live segment is about to be compared: note what it tells (ISN, port, TSval)."""
        if actual.flags & SYN and not self.local_known and not spec.any_seq:
            self.local_port = actual.src_port
            self.local_isn = actual.seq
            self.script_isn = spec.seq & 0xFFFFFFFF
            self.local_known = True
        expected = tcp_options.timestamps(spec.options or ())
        found = tcp_options.timestamps(actual.options)
        if expected is not None and found is not None:
            self.ts_seen[expected[0]] = found[0]
            if self.ts_base is None:
                self.ts_base = (expected[0], found[0])

    def _ours(self, syn: bool) -> int:
        """live - script, of our numbers."""
        return self.local_isn - self.script_isn if syn else self.local_isn

    def to_script(self, actual: Actual, absolute: bool = False) -> None:
        """What the host sent, with the script's numbers; ``absolute`` leaves its sequence
        number as it is."""
        syn = bool(actual.flags & SYN)
        if not absolute:
            actual.seq = (actual.seq - self._ours(syn)) & 0xFFFFFFFF
        theirs = 0 if syn else self.remote_isn
        if actual.flags & ACK:
            actual.ack = (actual.ack - theirs) & 0xFFFFFFFF
        actual.options = tcp_options.moved(actual.options, -theirs, None)

    def to_live(self, spec: TcpSpec) -> TcpSpec:
        """What the script sends, as it is on the wire (options apart)."""
        syn = bool(spec.flags & SYN)
        first = not self.active if not self.remote_known else False
        if first or (syn and spec.flags & ACK and not self.remote_known):
            self.remote_isn = spec.seq & 0xFFFFFFFF
            self.remote_known = True
        seq = spec.seq + (0 if syn or spec.absolute else self.remote_isn)
        ack = spec.ack + self._ours(syn) if spec.flags & ACK else spec.ack
        return replace(spec, seq=seq & 0xFFFFFFFF, ack=ack & 0xFFFFFFFF)

    def live_quote(self, seq: int) -> int:
        """A number of ours that an ICMP message quotes."""
        return (seq + self.local_isn) & 0xFFFFFFFF

    def live_options(self, spec: TcpSpec, line: int) -> tuple[Option, ...]:
        """SACK edges and TSecr as they are on the wire."""
        options = spec.options or ()
        stamp = tcp_options.timestamps(options)
        echo: int | None = None
        if stamp is not None and spec.flags & ACK:
            echo = self.ts_seen.get(stamp[1])
            if echo is None:
                if not self.config.ts_ecr_scaled or self.ts_base is None:
                    raise ScriptError(line, finding("error-echo", echo=str(stamp[1])))
                echo = (stamp[1] - self.ts_base[0] + self.ts_base[1]) & 0xFFFFFFFF
        return tcp_options.moved(options, self._ours(bool(spec.flags & SYN)), echo)
