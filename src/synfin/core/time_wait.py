"""TIME-WAIT as a small record of its own (RFC 9293 §3.10.7.4, RFC 1337, RFC 6191).

A connection that enters TIME-WAIT has nothing left to send, retransmit or
deliver; what remains fits in a few numbers, so thousands of them cost little:
each attribute here is there a hundred thousand times. The record refers to nothing
that could lead back to it (no observer: that is passed in), so that the garbage
collector need not know of it.
"""

from typing import Final

from synfin.core import rules
from synfin.core.events import Event, Observer, Reason, Value
from synfin.core.interpreted import mypyc_attr
from synfin.core.rules import Rule
from synfin.core.sequence import modular_less, wrap
from synfin.core.settings import SECOND, Settings
from synfin.core.states import State, StateHolder, Trigger, move
from synfin.core.timers import NEVER
from synfin.wire.tcp import ACK, FIN, NO_OPTIONS, RST, SYN, Options, Segment

NOTHING: Final = 0
ANSWER: Final = 1
NEW_SYN: Final = 2
GONE: Final = 3


@mypyc_attr(acyclic=True)
class Answers:
    """The ACKs that the record has sent: how many lately (RFC 5961 §7), and why."""

    def __init__(self, since: int, count: int) -> None:
        self.since: int = since
        """ns: when the interval began."""
        self.count: int = count
        self.reason: Reason | None = None
        """Of the latest, when somebody watches."""


@mypyc_attr(acyclic=True)
class TimeWait(StateHolder):
    """One connection in TIME-WAIT. Sequence numbers are wire numbers here: there
    is no stream left to be ordered, only comparisons with one fixed point."""

    def __init__(
        self,
        conn_id: int,
        settings: Settings,
        snd_nxt: int,
        rcv_nxt: int,
        window_field: int,
        ts_recent: int,
        ts_offset: int,
        irs: int,
        now: int,
    ) -> None:
        super().__init__(State.TIME_WAIT)
        self.id: int = conn_id
        self.settings: Settings = settings
        self.snd_nxt: int = wrap(snd_nxt)
        self.rcv_nxt: int = wrap(rcv_nxt)
        self.window_field: int = window_field
        self.ts_recent: int = ts_recent
        """-1: timestamps were not in use."""
        self.ts_offset: int = ts_offset
        self.irs: int = wrap(irs)
        self.entered: int = now
        self.until: int = now + self._length()
        self.answers: Answers | None = None
        """None: there was none that is limited or watched."""

    def _length(self) -> int:
        if self.settings.no_time_wait:
            return 0
        return self.settings.msl_ns * self.settings.time_wait_msl

    def deadline(self) -> int:
        """When :meth:`tick` is wanted, ns."""
        return NEVER if self.state is State.CLOSED else self.until

    def announce(self, now: int, observer: Observer | None) -> None:
        """Report the timer's start."""
        if observer is not None:
            rule = rules.TIME_WAIT_NONE if self._length() == 0 else rules.TIME_WAIT_STARTED
            reason = Reason(rule, {"length_ns": self._length()})
            self._timer("set", now, reason, observer)

    def tick(self, now: int, observer: Observer | None = None) -> None:
        """2 MSL are over: delete the record (§3.10.8)."""
        if self.state is State.TIME_WAIT and now >= self.until:
            reason: Reason | None = None
            if observer is not None:
                rule = rules.TIME_WAIT_NONE if self._length() == 0 else rules.TIME_WAIT_EXPIRED
                reason = Reason(rule, {"length_ns": self._length()})
            self._leave(Trigger.TIMEOUT_2MSL, now, reason, observer)

    def _leave(
        self, trigger: Trigger, now: int, reason: Reason | None, observer: Observer | None
    ) -> None:
        move(self, trigger)
        if observer is not None:
            data: dict[str, Value] = {"old": "TIME-WAIT", "new": self.state.value}
            observer.event(Event("state", now, self.id, reason, data))

    def _timer(self, action: str, now: int, reason: Reason, observer: Observer) -> None:
        data: dict[str, Value] = {"name": "time-wait", "action": action, "due": self.until}
        observer.event(Event("timer", now, self.id, reason, data))

    def _reason(self, rule: Rule, segment: Segment) -> Reason:
        known: dict[str, Value] = {
            "seg_seq": (segment.seq - self.irs) & 0xFFFFFFFF,
            "rcv_nxt": (self.rcv_nxt - self.irs) & 0xFFFFFFFF,
            "seg_len": segment.seg_len,
            "seg_ack": segment.ack,
            "iss": self.new_iss(),
            "flags": segment.flags,
        }
        return Reason(rule, {name: known[name] for name in rule.values})

    def new_iss(self) -> int:
        """ISS for a SYN that reopens: above anything this incarnation sent (MAY-2)."""
        return (self.snd_nxt + self.settings.time_wait_isn_step) & 0xFFFFFFFF

    def receive(
        self,
        segment: Segment,
        now: int,
        listening: bool = True,
        observer: Observer | None = None,
    ) -> int:
        """What to do about ``segment``: NOTHING, ANSWER (an ACK), NEW_SYN or GONE.

        ``listening``: a new incarnation would find a listener; without one a SYN
        reopens nothing, and must not end TIME-WAIT either.
        """
        verdict, rule = self._judge(segment, now)
        if verdict == NEW_SYN and not listening:
            verdict, rule = ANSWER, rules.TIME_WAIT_OLD_SYN
        reason: Reason | None = None
        if observer is not None:
            reason = self._reason(rule, segment)
            observer.event(Event("segment-in", now, self.id, reason, {}, segment))
        if rule is rules.TIME_WAIT_FIN or (
            self.settings.time_wait_old_data_restarts and rule in _RESTARTING
        ):
            self.until = now + self._length()
            if observer is not None and reason is not None:
                self._timer("restart", now, reason, observer)
        if rule is rules.TIME_WAIT_SILENT:
            self._note_timestamp(segment)
        if verdict == GONE:
            self._leave(Trigger.RCV_RST, now, reason, observer)
        elif verdict == NEW_SYN:
            self._leave(Trigger.RCV_NEW_SYN, now, reason, observer)
        elif verdict == ANSWER:
            return self._limited(segment, reason, now)
        return verdict

    def _note_timestamp(self, segment: Segment) -> None:
        """RFC 7323 §4.3 (2) goes on here."""
        value = segment.options.ts_val
        if self.ts_recent >= 0 and value >= 0 and not modular_less(value, self.ts_recent):
            self.ts_recent = value

    def _limited(self, segment: Segment, reason: Reason | None, now: int) -> int:
        """RFC 5961 §7's limit applies to these ACKs too; not to those of text and FINs."""
        answers = self.answers
        interval = self.settings.challenge_ack_interval_ns
        if interval and (segment.seg_len == 0 or segment.flags & SYN):
            if answers is None:
                answers = self.answers = Answers(now, 0)
            elif now - answers.since >= interval:
                answers.since = now
                answers.count = 0
            answers.count += 1
            if answers.count > self.settings.challenge_acks:
                return NOTHING
        if reason is not None:
            if answers is None:
                answers = self.answers = Answers(-(1 << 62), 0)
            answers.reason = reason
        return ANSWER

    def _judge(self, segment: Segment, now: int) -> tuple[int, Rule]:
        flags = segment.flags
        seq = segment.seq
        if flags & RST:
            return self._judge_reset(seq)
        if flags & SYN and not flags & ACK:
            verdict, rule = self._judge_syn(segment)
            quiet = verdict == ANSWER and self.settings.time_wait_needs_ack
            return (NOTHING, rule) if quiet else (verdict, rule)
        if not flags & ACK and self.settings.time_wait_needs_ack:
            return NOTHING, rules.ACK_MISSING
        ends_at = (seq + segment.seg_len) & 0xFFFFFFFF
        if flags & FIN and ends_at == self.rcv_nxt:
            return ANSWER, rules.TIME_WAIT_FIN
        if not flags & ACK and not self.settings.time_wait_old_data_restarts:
            return NOTHING, rules.ACK_MISSING
        if seq == self.rcv_nxt and segment.seg_len == 0:
            return NOTHING, rules.TIME_WAIT_SILENT
        if self.settings.time_wait_old_data_restarts and flags & ACK:
            return ANSWER, rules.TIME_WAIT_OLD_RESTART
        return ANSWER, rules.TIME_WAIT_OLD

    def _judge_reset(self, seq: int) -> tuple[int, Rule]:
        if self.settings.rfc1337:
            return NOTHING, rules.TIME_WAIT_RST_IGNORED
        if seq != self.rcv_nxt:
            return NOTHING, rules.TIME_WAIT_RST_IGNORED
        return GONE, rules.TIME_WAIT_RST_KILLS

    def _judge_syn(self, segment: Segment) -> tuple[int, Rule]:
        """MAY-2: a new incarnation, if it is newer by timestamp or by sequence."""
        newer = modular_less(self.rcv_nxt, segment.seq)
        value = segment.options.ts_val
        if self.ts_recent >= 0 and value >= 0:
            newer = modular_less(self.ts_recent, value) or (value == self.ts_recent and newer)
        if newer and self.settings.time_wait_accepts_syn:
            return NEW_SYN, rules.TIME_WAIT_NEW_SYN
        return ANSWER, rules.TIME_WAIT_OLD_SYN

    def opens(self, segment: Segment) -> bool:
        """Whether ``segment`` is a SYN for which TIME-WAIT would be left (MAY-2)."""
        if segment.flags & (SYN | ACK | RST) != SYN:
            return False
        return self._judge_syn(segment)[0] == NEW_SYN

    def answer(self, local_port: int, remote_port: int, now: int) -> Segment:
        """<SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>"""
        options = NO_OPTIONS
        if self.ts_recent >= 0:
            value = (now // self.settings.ts_clock_ns + self.ts_offset) & 0xFFFFFFFF
            options = Options(ts_val=value, ts_ecr=self.ts_recent)
        segment = Segment(
            local_port, remote_port, self.snd_nxt, self.rcv_nxt, ACK, self.window_field, options
        )
        if self.answers is not None:
            segment.reason = self.answers.reason
        return segment

    def reusable(self, now: int) -> bool:
        """Linux tcp_tw_reuse: a connect() may take over after a second, with timestamps."""
        return (
            self.settings.time_wait_reuse and self.ts_recent >= 0 and now - self.entered >= SECOND
        )


_RESTARTING: Final = (
    rules.TIME_WAIT_OLD_RESTART,
    rules.TIME_WAIT_SILENT,
)
