"""The transmission control block: all variables of one connection (RFC 9293 §3.3.1).

:mod:`arrival`, :mod:`output` and :mod:`timeouts` act on it;
:class:`synfin.core.connection.Connection` gives it its doors.
"""

from typing import Final

from synfin.core import rules
from synfin.core.ecn import Ecn
from synfin.core.events import NO_VALUES, Event, Observer, Reason, Value, Values, reason_with
from synfin.core.receiver import NOW, Acking, Receiver
from synfin.core.rules import Rule
from synfin.core.sender import Sender
from synfin.core.sequence import first_absolute, wrap
from synfin.core.settings import Settings, offered_scale
from synfin.core.states import State, StateHolder, Trigger, move
from synfin.core.time_wait import Answers, TimeWait
from synfin.core.timers import FIN_WAIT_2, NAMES, Timers
from synfin.wire.tcp import NO_OPTIONS, Options, Segment

# What changed for the application since the host last looked (bits of `signals`).
CONNECTED: Final = 1
READABLE: Final = 2
WRITABLE: Final = 4
EOF: Final = 8
FAILED: Final = 16
CLOSED: Final = 32
URGENT: Final = 64
BACK_TO_LISTEN: Final = 128
TIME_WAITING: Final = 256
NOTICE: Final = 512
"""A soft error or R1 was reported (MUST-47, SHLD-9)."""


class Tcb(StateHolder):
    """State shared by the processing steps of one connection.

    ``local``/``remote`` are addresses (4 or 16 octets); times are ns. ``mtu``
    bounds segments by the interface; ``max_segment`` > 0 lets the device cut
    segments of up to that many octets.
    """

    def __init__(
        self,
        settings: Settings,
        local: bytes,
        local_port: int,
        remote: bytes,
        remote_port: int,
        iss: int,
        conn_id: int = 0,
        mtu: int = 1500,
        observer: Observer | None = None,
    ) -> None:
        super().__init__(State.CLOSED)
        self.id: int = conn_id
        self.settings: Settings = settings
        self.local: bytes = local
        self.local_port: int = local_port
        self.remote: bytes = remote
        self.remote_port: int = remote_port
        self.observer: Observer | None = observer
        self.last_reason: Reason | None = None
        """Of the latest change of state, when somebody watches."""
        self.timers: Timers = Timers()
        self.snd: Sender = Sender(settings, first_absolute(iss), self.timers)
        self.rcv: Receiver = Receiver(settings)
        self.acking: Acking = Acking(settings)
        self.passive: bool = False
        """SYN-RECEIVED was reached from LISTEN (MUST-11)."""
        self.now: int = 0
        self.header_len: int = 40 if len(local) == 4 else 60
        """IP and TCP headers without options, octets."""
        self.mtu: int = mtu
        self.link_mtu: int = mtu
        """Of the interface: how large a packet may be that comes in."""
        self.ip_option_len: int = 0
        """Octets of IP options on each segment: §3.7.1's IPoptionsize."""
        self.udp_port: int = 0
        """> 0: segments travel in UDP datagrams to this port of the peer."""
        self.user_mss: int = 0
        """TCP_MAXSEG."""
        self.max_segment: int = 0
        self.signals: int = 0
        self.error: int = 0
        """Pending POSIX error number, 0 for none (SO_ERROR)."""
        self.soft_error: int = 0
        """The latest soft ICMP error: there for who asks (SHLD-25), no call fails by it
        (SHLD-20)."""
        self.was_reset: bool = False
        """The peer or we aborted: the end was not orderly (MUST-12)."""
        self.detached: bool = False
        """The application has closed: nobody reads any more (MAY-1)."""
        self.write_shut: bool = False
        """CLOSE (or shutdown) was called: no more SENDs."""
        self.read_shut: bool = False
        """shutdown(SHUT_RD): whatever comes, the application will not read it."""
        self.kept_whole: bool = False
        """FIN-WAIT-2 was entered by a segment with FIN."""
        self.offered_mss: int = 0
        """The MSS option of our SYN, once it has left."""
        self.stamps_sent: tuple[int, int] = (-1, -1)
        """TSval of the first and of the last SYN,ACK sent; -1: none."""

        # Options in force once both SYNs have been seen.
        self.offered_scale: int = offered_scale(settings)
        self.signed: bool = False
        """The host signs every segment (RFC 2385): 20 octets of options are spoken for."""
        self.ts_ok: bool = False
        self.sack_ok: bool = False
        self.ts_offset: int = 0
        self.last_options: Options = NO_OPTIONS
        """Timestamps alone, as they left last: one tick's segments share them."""
        self.peer_mss: int = 0
        self.ecn: Ecn = Ecn()

        # Fast Open (RFC 7413)
        self.fastopen_cookie: bytes | None = None
        """Active side: the cookie to send, b"" to ask for one, None for neither."""
        self.fastopen_bare: bool = False
        """Active side: text goes on the SYN without any cookie."""
        self.fastopen_reply: bytes | None = None
        """Passive side: the cookie to put on our SYN,ACK."""
        self.fastopen_learnt: bytes | None = None
        """Active side: what the SYN,ACK brought."""
        self.fastopen_learnt_experimental: bool = False
        self.fastopen_accepted: bool = False
        """Passive side: text on the SYN may be delivered before the handshake ends."""
        self.fastopen_experimental: bool = False
        """The option goes as kind 254 (RFC 6994), because that is how it came."""
        self.syn_text_limit: int = 0
        """Active side: octets of text that a SYN may carry; 0: the MSS without options."""
        self.deferred_ns: int = 0
        """TCP_DEFER_ACCEPT: a bare ACK came, and for so long after our SYN,ACK text is waited
        for in silence."""
        self.syn_plain: bool = False
        """The SYN goes without Fast Open from now on: with its text it was too big."""
        self.syn_data_acked: bool = False
        """Text on a SYN was taken: ours by the peer, or the peer's by us."""
        self.held_syn: Segment | None = None
        """A SYN whose text waits for ESTABLISHED (§3.10.7.2 third)."""

        # Options of the application
        self.nodelay: bool = not settings.nagle
        self.corked: bool = False
        self.began_idle: bool = False
        """Nothing was outstanding when this poll began (switch ``nagle_idle_write``)."""
        self.more_coming: bool = False
        """The last SEND had no PUSH (MSG_MORE)."""
        self.more_held: bool = False
        """So its tail may wait a little (MAY-16)."""
        self.notsent_lowat: int = 0
        """TCP_NOTSENT_LOWAT, octets; 0: the host's."""
        self.send_buffer_fixed: bool = False
        """SO_SNDBUF was set: the buffer grows no more by itself."""
        self.unit_start: int = 0
        """Where the last unit of text queued begins (:mod:`synfin.core.send_space`)."""
        self.pushed_to: int = 0
        """Up to where text has been pushed (Linux pushed_seq)."""
        self.wants_room: bool = False
        """Somebody found no room in the send buffer and waits for it."""
        self.room_due: bool = False
        """An ACK may have made room: to be looked at once the answer has been sent."""
        self.delayed_ack_ns: int = settings.delayed_ack_ns
        self.keepalive: bool = settings.keepalive
        self.keepalive_idle: int = settings.keepalive_idle_ns
        self.keepalive_interval: int = settings.keepalive_interval_ns
        self.keepalive_probes: int = settings.keepalive_probes
        self.keepalive_sent: int = 0
        self.user_timeout: int = settings.user_timeout_ns
        self.opening_limit: int = settings.opening_timeout_ns
        """TCP_KEEPINIT, ns."""
        self.no_options: bool = False
        """TCP_NOOPT: our SYN asks for no option, and the peer's are not looked at."""
        self.opening_timeout: bool = False
        """``user_timeout`` only bounds the opening (switch ``opening_timeout_ns``)."""
        self.r2_ns: int = settings.r2_ns
        self.syn_r2_ns: int = settings.syn_r2_ns
        self.syn_retries: int = settings.syn_retries
        self.fin_wait_2_timeout: int = settings.fin_wait_2_timeout_ns
        """TCP_LINGER2, ns."""
        self.syn_timeouts: int = 0
        """How often our SYN (or SYN,ACK) has been sent again by its timer."""
        self.tos: int = 0
        self.ttl: int = settings.ttl

        self.owed_values: Values | None = None
        """What the rule behind the ACK owed compared, when somebody watches."""

        # What has to be sent at the next poll, beside data.
        self.syn_due: bool = False
        self.syn_rule: Rule = rules.OPEN_ACTIVE
        self.quick_retry: bool = False
        """The timer of our SYN was cut short after an old SYN,ACK (Linux)."""
        self.established_by: Rule = rules.ACK_ESTABLISHES
        """What the last ACK of a passive open is called; a SYN cookie has its own."""
        self.outbox: list[Segment] = []
        """Segments formed on arrival: resets (bounded by the arrivals of one batch)."""
        self.probe_due: Rule | None = None
        self.keepalive_due: bool = False
        self.retransmit_rule: Rule = rules.RTO_DATA
        """Why the first range due for retransmission is due."""
        self.wait_rule: Rule | None = None
        """Why the last poll sent nothing although something is queued."""
        self.sws_override: bool = False
        self.woken: bool = False
        """The override timer sends a probe (the switch ``override_by_probe``)."""

        self.transmitted_at: int = -(1 << 62)
        """When anything last left."""
        self.first_sent_at: int = 0
        """When our SYN first left."""
        self.last_heard: int = 0
        self.challenge_since: int = -(1 << 62)
        """When the interval in which challenge ACKs are counted began."""
        self.challenges: int = 0
        self.progress_at: int = 0
        """When the peer last acknowledged something new (user timeout)."""
        self.time_wait: TimeWait | None = None
        """The record that takes over once TIME-WAIT is entered."""
        self.syn_window: int = 0
        """What the window field of our SYN promised."""
        self.paws_drops: int = 0
        """Segments dropped by PAWS since the host last counted (PAWSEstab)."""
        self.icmp_strays: int = 0
        """ICMP errors about nothing outstanding since the host last counted."""
        self.segments_in: int = 0
        self.deferred: int = -1
        """What was queued when :func:`deferral.defers` made text wait; -1: look again."""
        self.segments_out: int = 0
        self.r1_told: bool = False

    # -- reports (nothing is built unless somebody watches) -------------------------
    def reason(self, rule: Rule, a: Value, b: Value, c: Value, d: Value, e: Value) -> Reason:
        """The rule with the values it names."""
        return Reason(rule, dict(zip(rule.values, (a, b, c, d, e), strict=False)))

    def emit(self, kind: str, reason: Reason | None, data: dict[str, Value]) -> None:
        """Report an event; only called when an observer is there."""
        if self.observer is not None:
            self.observer.event(Event(kind, self.now, self.id, reason, data))

    def settled(
        self,
        rule: Rule,
        segment: Segment,
        values: Values = NO_VALUES,
    ) -> None:
        """``rule`` settled an arriving segment."""
        if self.observer is not None:
            reason = reason_with(rule, values)
            self.observer.event(Event("segment-in", self.now, self.id, reason, {}, segment))

    def reply(self, segment: Segment, rule: Rule, cause: Segment) -> None:
        """Queue a reset formed on arrival of ``cause``; one rule settles and sends."""
        if self.observer is not None:
            known: dict[str, Value] = {
                "seg_seq": cause.seq,
                "seg_ack": cause.ack,
                "seg_len": cause.seg_len,
                "length": len(cause.payload),
                "iss": wrap(self.snd.iss),
                "snd_nxt": wrap(self.snd.snd_nxt),
                "snd_una": wrap(self.snd.snd_una),
                "rcv_nxt": wrap(self.rcv.rcv_nxt),
                "rcv_wnd": self.rcv.rcv_wnd,
                "ts_ecr": cause.options.ts_ecr,
            }
            reason = Reason(rule, {name: known.get(name) for name in rule.values})
            segment.reason = reason
            self.observer.event(Event("segment-in", self.now, self.id, reason, {}, cause))
        self.outbox.append(segment)

    def enter(
        self,
        trigger: Trigger,
        rule: Rule,
        values: Values = NO_VALUES,
    ) -> None:
        """Move along an edge of Figure 5, because of ``rule``."""
        old = move(self, trigger)
        if self.observer is not None:
            self.last_reason = reason_with(rule, values)
            self.emit("state", self.last_reason, {"old": old.value, "new": self.state.value})

    def signal(self, bit: int, name: str, rule: Rule | None = None, errno: int = 0) -> None:
        """Tell the application (through the host). What a change of state caused is
        told with that change's values."""
        self.signals |= bit
        if self.observer is not None:
            last = self.last_reason
            reason = last if last is not None and last.rule is rule else None
            if reason is None and rule is not None:
                reason = Reason(rule, {})
            self.emit("signal", reason, {"name": name, "errno": errno})

    def start_timer(
        self, slot: int, due: int, rule: Rule, a: Value = None, b: Value = None
    ) -> None:
        """Set a timer, reporting it."""
        action = "restart" if self.timers.running(slot) else "set"
        self.timers.start(slot, due)
        if self.observer is not None:
            self.emit(
                "timer",
                self.reason(rule, a, b, None, None, None),
                {"name": NAMES[slot], "action": action, "due": due},
            )

    def stop_timer(self, slot: int) -> None:
        """Stop a timer, reporting it if it ran."""
        if self.timers.running(slot):
            self.timers.stop(slot)
            if self.observer is not None:
                self.emit("timer", None, {"name": NAMES[slot], "action": "stop", "due": 0})

    def emit_rto(self, rule: Rule) -> None:
        """Report the RTO now in force."""
        if self.observer is not None:
            rto = self.snd.rtt.rto
            self.emit("sample", self.reason(rule, rto, None, None, None, None), {"name": "rto"})

    # -- numbers for people: relative to the ISNs, as Wireshark shows them ---------------
    def ours(self, seq: int) -> int:
        """A number of our sequence space, relative to ISS."""
        return seq - self.snd.iss

    def theirs(self, seq: int) -> int:
        """A number of the peer's sequence space, relative to IRS."""
        return seq - self.rcv.irs

    def travel_by_udp(self, port: int) -> None:
        """Segments go in datagrams to the peer's ``port`` (0: they do not)."""
        overhead = self.settings.udp_tunneling_overhead
        if self.udp_port:
            self.header_len -= overhead
        self.udp_port = port
        if port:
            self.header_len += overhead
            self.max_segment = 0  # no device cuts these

    # -- shared by several steps ------------------------------------------------------
    @property
    def option_len(self) -> int:
        """Octets of options on every segment (timestamps, MD5 signature)."""
        return (12 if self.ts_ok else 0) + (20 if self.signed else 0)

    @property
    def effective_mss(self) -> int:
        """Eff.snd.MSS: octets of text in a full segment (§3.7.1, MUST-16)."""
        return max(1, self.snd.mss - self.option_len)

    def ts_now(self) -> int:
        """TSval at ``now`` (RFC 7323 §4.1)."""
        return (self.now // self.settings.ts_clock_ns + self.ts_offset) & 0xFFFFFFFF

    def owe_now(self, rule: Rule, values: Values = NO_VALUES) -> None:
        """An ACK is due at once, for ``rule`` and the values it compared.

        Out-of-order text earns one ACK per segment even within a batch, because
        the peer counts them (RFC 5681 §3.2).
        """
        if self.rcv.owed == NOW and rule is rules.ACK_OUT_OF_ORDER:
            self.rcv.copies += 1
        if self.observer is not None:
            self.owed_values = values or None
        self.rcv.owe(NOW, rule)

    def note_duplicate(self, left: int, right: int) -> None:
        """[left, right) came once more: the next SACK option says so (RFC 2883 §4)."""
        if self.sack_ok and left < right and self.settings.dsack:
            self.rcv.dsack = (left, right)

    def own_number(self) -> int:
        """SEG.SEQ of an ACK or RST: SND.NXT, or (``numbers_within_window``) the end of a
        window that has shrunk by more than its scale hides."""
        snd = self.snd
        edge = snd.snd_una + snd.snd_wnd
        if not self.settings.numbers_within_window or snd.snd_nxt - edge < 1 << snd.scale:
            return snd.snd_nxt
        return edge

    def unlimited(self) -> None:
        """Forget the challenge ACKs of the last interval."""
        self.challenge_since = -(1 << 62)
        self.challenges = 0

    def may_answer(self, segment: Segment) -> bool:
        """As :meth:`may_challenge`, for segments that lie outside the window: like Linux
        (tcp_oow_rate_limited()) text and FINs are not limited, they make no ACK loop."""
        if segment.seg_len and not segment.flags & 2:
            return True
        return self.may_challenge(segment)

    def may_challenge(self, segment: Segment) -> bool:
        """RFC 5961 §7: at most so many such ACKs per interval on this connection."""
        interval = self.settings.challenge_ack_interval_ns
        if interval == 0:
            return True
        if self.now - self.challenge_since >= interval:
            self.challenge_since = self.now
            self.challenges = 0
        self.challenges += 1
        if self.challenges <= self.settings.challenge_acks:
            return True
        self.settled(rules.CHALLENGE_LIMITED, segment, (self.challenge_since, self.now, interval))
        return False

    def start_fin_wait_2(self) -> None:
        """Linux: a connection that its application has closed does not wait for ever."""
        timeout = self.fin_wait_2_timeout
        record = self.settings.fin_wait_2_record and not self.kept_whole
        if self.detached and self.state is State.FIN_WAIT_2 and record:
            self.unlimited()  # it is a new one
        if self.detached and timeout and self.state is State.FIN_WAIT_2:
            self.start_timer(FIN_WAIT_2, self.now + timeout, rules.FIN_WAIT_2_TIMEOUT, timeout)

    def start_time_wait(self) -> None:
        """TIME-WAIT was entered: the other timers off, the compact record on."""
        waited = self.timers.running(FIN_WAIT_2)
        self.timers.stop_all()
        self.snd.forget_outstanding()
        record = self.make_time_wait()
        same = waited and self.settings.fin_wait_2_record and not self.kept_whole
        if same and self.challenges:
            # It is the same record.
            record.answers = Answers(self.challenge_since, self.challenges)
        self.time_wait = record
        record.announce(self.now, self.observer)
        self.signals |= TIME_WAITING | READABLE | WRITABLE

    def time_wait_window(self) -> int:
        """The window field of what TIME-WAIT answers."""
        return min(self.rcv.acceptable_window >> self.rcv.scale, 0xFFFF)

    def make_time_wait(self) -> TimeWait:
        """The record with what remains of this connection."""
        rcv = self.rcv
        return TimeWait(
            self.id,
            self.settings,
            self.snd.snd_nxt,
            rcv.rcv_nxt,
            self.time_wait_window(),
            rcv.ts_recent if self.ts_ok else -1,
            self.ts_offset,
            rcv.irs,
            self.now,
        )

    def give_up(
        self,
        trigger: Trigger,
        error: int,
        rule: Rule,
        values: Values = NO_VALUES,
    ) -> None:
        """The connection ends here with ``error`` for the application (0: none)."""
        self.enter(trigger, rule, values)
        self.finish(error, rule)

    def finish(self, error: int, rule: Rule) -> None:
        """CLOSED was entered: flush queues, stop timers, tell the application."""
        self.timers.stop_all()
        self.snd.forget_outstanding()
        self.rcv.owed = 0
        self.syn_due = False
        self.probe_due = None
        self.keepalive_due = False
        if error:
            self.was_reset = True
            self.error = error
            self.signal(FAILED, "error", rule, error)
        self.signals |= CLOSED | READABLE | WRITABLE
