"""One TCP connection and its doors (RFC 9293).

- :meth:`Connection.receive`: a segment arrived (§3.10.7, in :mod:`arrival` and :mod:`text`)
- the user calls of §3.9.1 and §3.10: ``open_active``, ``open_passive``, ``send``,
  ``recv``, ``shutdown`` and ``close``, ``abort``, the state variables for STATUS
- :meth:`Connection.tick`: timers that are due (§3.10.8, in :mod:`timeouts`)
- :meth:`Connection.poll`: what to send now (:mod:`output`); beside it
  :meth:`Connection.deadline`, the one time at which it next wants ``tick``
- :meth:`Connection.network_error`: what ICMP said (§3.9.2.2)

What happened leaves as bits in ``signals`` and, if somebody watches, as events.
Time is ``now``: integer nanoseconds, never running backwards.
"""

from synfin.core import rules, send_space, window_validation
from synfin.core.acceptance import send_mss
from synfin.core.arrival import segment_arrives
from synfin.core.delayed_acks import text_was_read
from synfin.core.errno import (
    ECONNABORTED,
    ECONNRESET,
    EHOSTUNREACH,
    ENETUNREACH,
    ENOTCONN,
    EPIPE,
)
from synfin.core.errors import NetworkError, refusal
from synfin.core.events import NO_VALUES, Values
from synfin.core.output import poll
from synfin.core.receiver import NOW
from synfin.core.rules import Rule
from synfin.core.sendbuffer import Chunk
from synfin.core.sequence import unwrap
from synfin.core.states import State, Trigger, move
from synfin.core.tcb import NOTICE, Tcb
from synfin.core.time_wait import ANSWER, TimeWait
from synfin.core.timeouts import queue_reset, tick
from synfin.core.timers import KEEPALIVE, NEVER, USER_TIMEOUT
from synfin.wire.tcp import Segment


class Connection(Tcb):
    """A connection; see :class:`synfin.core.tcb.Tcb` for its variables."""

    # -- segments, time --------------------------------------------------------------
    def receive(self, segment: Segment, now: int) -> None:
        """``segment`` (checksum verified, ports ours) arrived at ``now``; never raises."""
        self.now = now
        if self.time_wait is None:
            segment_arrives(self, segment)
        elif self.time_wait.state is State.CLOSED:
            return
        elif self.time_wait.receive(segment, now, True, self.observer) == ANSWER:
            self.outbox.append(self.time_wait.answer(self.local_port, self.remote_port, now))
            self._follow(self.time_wait)
        else:
            self._follow(self.time_wait)

    def tick(self, now: int) -> None:
        """Timers due at ``now`` expire."""
        self.now = now
        if self.time_wait is None:
            tick(self)
        else:
            self.time_wait.tick(now, self.observer)
            self._follow(self.time_wait)

    def _follow(self, record: TimeWait) -> None:
        """The TIME-WAIT record ended: so does this."""
        if record.state is State.CLOSED and self.state is State.TIME_WAIT:
            move(self, Trigger.TIMEOUT_2MSL)

    def deadline(self) -> int:
        """When :meth:`tick` is next wanted, ns; NEVER if no timer runs."""
        return self.timers.deadline if self.time_wait is None else self.time_wait.deadline()

    def poll(self, now: int, budget: int = 64) -> list[Segment]:
        """Segments to send at ``now``, in order."""
        self.now = now
        return poll(self, budget)

    @property
    def wants_poll(self) -> bool:
        """Whether :meth:`poll` may have something (cheap; may err towards True)."""
        return self.state is not State.CLOSED or bool(self.outbox)

    # -- 3.10.1 OPEN -------------------------------------------------------------------
    def open_passive(self, now: int) -> None:
        """CLOSED -> LISTEN."""
        self.now = now
        self.enter(Trigger.OPEN_PASSIVE, rules.OPEN_PASSIVE, (self.local_port,))

    def open_active(self, now: int) -> None:
        """CLOSED -> SYN-SENT; the SYN leaves at the next poll."""
        self.now = now
        rule = rules.OPEN_ACTIVE if self.fastopen_cookie is None else rules.OPEN_FASTOPEN
        self._start_opening(Trigger.OPEN_ACTIVE, rule)

    def _start_opening(self, trigger: Trigger, rule: Rule) -> None:
        self.peer_mss = 0
        mss = send_mss(self)
        self.snd.set_mss(mss, mss, fresh=True)
        schedule = self.settings.syn_schedule_ns
        if schedule:
            self.snd.rtt.rto = schedule[0]
        self.passive = False
        if self.opening_limit and not self.user_timeout:
            self.opening_timeout = True
            self.user_timeout = self.opening_limit
        self.syn_due = True
        self.syn_rule = rule
        if rule is rules.OPEN_FASTOPEN:
            text = self.snd.buffer.end - self.snd.buffer.start
            self.enter(trigger, rule, (len(self.fastopen_cookie or b""), text))
        else:
            self.enter(trigger, rule, (self.snd.iss & 0xFFFFFFFF,))

    # -- 3.10.2 SEND -------------------------------------------------------------------
    def send(
        self,
        data: Chunk,
        now: int,
        push: bool = True,
        urgent: bool = False,
        record: bool = False,
    ) -> int:
        """Queue ``data``; returns the octets taken (0: no room), or minus an errno.

        In SYN-SENT and SYN-RECEIVED the octets wait for ESTABLISHED; in LISTEN the
        call becomes an active OPEN. ``push=False`` lets the tail wait a little for
        more (MAY-15, MAY-16, MUST-60). ``urgent`` marks up to the last octet (MUST-30).
        ``record``: no later text may join a segment with the last octet (MSG_EOR).
        """
        self.now = now
        state = self.state
        if state is State.CLOSED:
            return -(self.error or ENOTCONN)
        if self.write_shut or state is State.TIME_WAIT:
            return -EPIPE
        if state is State.LISTEN:
            self._start_opening(Trigger.SEND, rules.OPEN_FROM_LISTEN)
        if self.settings.idle_halves and self.snd.board.empty() and self.snd.last_sent_at:
            window_validation.after_idle(self.snd, now)
        size = send_space.queue(self, data, push, record)
        self.snd.write_blocked = size < len(data)
        if size == 0:
            return 0
        self.more_coming = self.more_held = not push
        if urgent:
            self.snd.snd_up = self.snd.buffer.end
        waits = self.state is State.SYN_SENT or (
            self.state is State.SYN_RECEIVED and not self.fastopen_accepted
        )
        if self.observer is not None and waits:
            queued = self.snd.buffer.end - self.snd.buffer.start
            reason = self.reason(rules.WAIT_ESTABLISHED, queued, None, None, None, None)
            self.emit("silence", reason, {})
        return size

    # -- 3.10.3 RECEIVE ------------------------------------------------------------------
    def recv(self, limit: int, now: int) -> bytes:
        """Up to ``limit`` octets that are here now; ``b""`` when none are."""
        self.now = now
        data = self.rcv.read(limit)
        if data:
            self._offer_room()
        return data

    def consume(self, octets: int, now: int) -> None:
        """Take ``octets`` that ``rcv.view()`` showed."""
        self.now = now
        self.rcv.consume(octets)
        self._offer_room()

    def peek(self, limit: int) -> bytes:
        """What :meth:`recv` would return."""
        return self.rcv.peek(limit)

    def _offer_room(self) -> None:
        """The application made room: say so if that is worth a segment (§3.8.6.2.2)."""
        rcv = self.rcv
        if rcv.fin_received or self.state is State.SYN_RECEIVED or self.state is State.CLOSED:
            return
        if rcv.owed == NOW or text_was_read(self):
            return  # the ACK that leaves anyway will carry the window
        step = min(rcv.buffer_size // 2, self.effective_mss)
        most = 0xFFFF << rcv.scale  # what the field can say
        if self.settings.window_update_doubles and rcv.rcv_wnd > 0:
            offered = rcv.offered_edge(max(1, step)) - rcv.rcv_nxt
            if 2 * rcv.rcv_wnd <= min(min(rcv.buffer_size, offered), most):
                self.owe_now(rules.WINDOW_UPDATE)
            return
        if self.settings.window_update_quarter:
            self._offer_quarter(most)
            return
        worth = step if rcv.rcv_wnd == 0 else min(rcv.buffer_size // 2, 2 * self.effective_mss)
        edge = min(rcv.offered_edge(max(1, step)), rcv.rcv_nxt + most)
        if edge - rcv.last_edge_sent >= max(1, worth):
            self.owe_now(rules.WINDOW_UPDATE)

    def _offer_quarter(self, most: int) -> None:
        """FreeBSD tcp_output(): what is free beyond the edge must be two segments and a
        quarter of the buffer (or the window nearly closed), or half of the buffer."""
        rcv = self.rcv
        size = rcv.buffer_size
        room = min(size - rcv.unread, most)
        gain = room - rcv.rcv_wnd
        full = self.effective_mss
        enough = gain >= size // 4 or room <= size // 8 or size <= 8 * full
        if (gain >= 2 * full and enough) or 2 * gain >= size:
            self.owe_now(rules.WINDOW_UPDATE)

    @property
    def unread(self) -> int:
        """Octets received and not read."""
        return self.rcv.unread

    @property
    def unsent(self) -> int:
        """Octets queued and not yet sent."""
        return self.snd.unsent

    @property
    def eof(self) -> bool:
        """The peer's FIN has come and everything before it was read."""
        return self.rcv.fin_received and self.rcv.unread == 0

    @property
    def urgent_left(self) -> int:
        """Octets of urgent data not read yet (MUST-33)."""
        return max(0, self.rcv.rcv_up - (self.rcv.rcv_nxt - self.rcv.unread))

    # -- 3.10.4 CLOSE ----------------------------------------------------------------------
    def shutdown(self, now: int) -> int:
        """CLOSE: no more to send; the receive side stays open. 0 or minus an errno."""
        self.now = now
        state = self.state
        if state is State.CLOSED:
            return -ENOTCONN
        if self.write_shut:
            return 0
        if state is State.LISTEN:
            self.enter(Trigger.CLOSE, rules.CLOSE_LISTEN)
            self.finish(0, rules.CLOSE_LISTEN)
            return 0
        if state is State.SYN_SENT:
            self.enter(Trigger.CLOSE, rules.CLOSE_SYN_SENT)
            self.finish(ECONNABORTED if not self.detached else 0, rules.CLOSE_SYN_SENT)
            return 0
        self.write_shut = True
        self.snd.fin_queued = True
        queued = self.snd.unsent
        early = state is State.SYN_RECEIVED and queued == 0
        if early and not self.detached and self.settings.fin_waits_for_established:
            return 0
        if state is State.CLOSE_WAIT and self.settings.last_ack_at_close:
            self.enter(Trigger.SENT_FIN, rules.SEND_FIN, (self.ours(self.snd.buffer.end), queued))
        if state is State.ESTABLISHED or early:
            watched = self.observer is not None
            values: Values = (state.value, queued) if watched else NO_VALUES
            self.enter(Trigger.CLOSE, rules.CLOSE_CALL, values)
        return 0

    def close(self, now: int) -> None:
        """The socket's close(): CLOSE, and nobody reads any more (MAY-1, SHLD-3)."""
        self.now = now
        if self.detached:
            return
        self.detached = True
        if self.state is State.CLOSED or self.state is State.TIME_WAIT:
            return
        if self.rcv.unread and self.state not in (State.LISTEN, State.SYN_SENT):
            unread = self.rcv.unread
            queue_reset(self, rules.CLOSE_UNREAD, unread)
            self.rcv.drop_unread()
            self.give_up(Trigger.ABORT, 0, rules.CLOSE_UNREAD, (unread,))
            return
        self.shutdown(now)
        if self.state is State.FIN_WAIT_2:
            self.kept_whole = False
        self.start_fin_wait_2()

    # -- 3.10.5 ABORT ----------------------------------------------------------------------
    def abort(self, now: int, rule: Rule = rules.ABORT_CALL) -> None:
        """RST where the state calls for one, then CLOSED."""
        self.now = now
        state = self.state
        if state is State.CLOSED:
            return
        if state is State.TIME_WAIT:
            if self.time_wait is not None and self.time_wait.state is State.TIME_WAIT:
                move(self.time_wait, Trigger.ABORT)
            move(self, Trigger.ABORT)
            return
        silent = state in (State.LISTEN, State.SYN_SENT, State.CLOSING, State.LAST_ACK)
        number = self.ours(self.snd.snd_nxt)
        if not silent:
            queue_reset(self, rule, number)
        self.rcv.drop_unread()
        error = 0 if self.detached else ECONNRESET
        self.enter(Trigger.ABORT, rule, (state.value, number))
        self.finish(error, rule)

    # -- options that the application changes later ------------------------------------------
    def set_keepalive(self, on: bool, now: int) -> None:
        """SO_KEEPALIVE (MUST-24)."""
        self.keepalive = on
        self.keepalive_sent = 0
        synchronized = self.state not in (State.CLOSED, State.LISTEN, State.SYN_SENT)
        if on and synchronized and self.time_wait is None:
            self.timers.start(KEEPALIVE, max(now, self.last_heard + self.keepalive_idle))
        else:
            self.timers.stop(KEEPALIVE)

    def set_user_timeout(self, limit: int) -> None:
        """TCP_USER_TIMEOUT in ns, 0 for none (MUST-21, RFC 5482)."""
        self.user_timeout = limit
        self.timers.stop(USER_TIMEOUT)

    # -- 3.9.2.2 ICMP ------------------------------------------------------------------------
    def network_error(self, error: NetworkError, now: int) -> None:
        """An ICMP error about a segment of ours (MUST-54); soft ones never abort (MUST-56)."""
        self.now = now
        if self.time_wait is not None or self.state in (State.CLOSED, State.LISTEN):
            return
        if error.quench:
            self._icmp_event(rules.ICMP_QUENCH, error)
            return
        if not self.is_outstanding(error.seq):
            # RFC 5927 §4.1: not about anything outstanding, so perhaps forged.
            self.icmp_strays += 1
            self._icmp_event(rules.ICMP_OUT_OF_WINDOW, error)
            return
        if error.mtu:
            self._path_mtu(error)
            return
        opening = self.state in (State.SYN_SENT, State.SYN_RECEIVED)
        hard = error.hard
        if self.settings.icmp_hard_codes_refuse:
            error.errno, hard = refusal(error)
            hard = hard and self.settings.icmp_may_reset
        numbers = (error.type, error.code, error.errno)
        if self._ends_half_open(error):
            self._icmp_event(rules.ICMP_HALF_OPEN, error)
            self.give_up(Trigger.GIVE_UP, error.errno, rules.ICMP_HALF_OPEN, numbers)
            return
        if opening and self.settings.icmp_fails_connect and not self.passive:
            self._icmp_event(rules.ICMP_SYN_ABORTS, error)
            self.give_up(Trigger.GIVE_UP, error.errno, rules.ICMP_SYN_ABORTS, numbers)
        elif hard and (self.state is State.SYN_SENT or self.settings.hard_icmp_aborts):
            self._icmp_event(rules.ICMP_HARD, error)
            self.give_up(Trigger.GIVE_UP, error.errno, rules.ICMP_HARD, numbers)
        else:
            self.soft_error = error.errno
            self._icmp_event(rules.ICMP_SOFT, error)
            self.signal(NOTICE, "soft-error", rules.ICMP_SOFT, error.errno)

    def is_outstanding(self, number: int) -> bool:
        """RFC 5927 §4.1: the wire ``number`` is one that was sent and not acknowledged."""
        if self.time_wait is not None or self.state in (State.CLOSED, State.LISTEN):
            return False
        snd = self.snd
        last = snd.snd_max if self.settings.icmp_at_snd_nxt else snd.snd_max - 1
        return snd.snd_una <= unwrap(number, snd.snd_una) <= last

    def _icmp_event(self, rule: Rule, error: NetworkError) -> None:
        if self.observer is not None:
            reason = self.reason(rule, error.type, error.code, error.errno, None, None)
            self.emit("icmp", reason, {"errno": error.errno})

    def _ends_half_open(self, error: NetworkError) -> bool:
        """Net or host unreachable about a passive child's SYN,ACK."""
        if not self.settings.icmp_drops_half_open or not self.passive:
            return False
        unreachable = error.errno in (ENETUNREACH, EHOSTUNREACH)
        return self.state is State.SYN_RECEIVED and unreachable

    def _path_mtu(self, error: NetworkError) -> None:
        """RFC 1191 §6.3: smaller segments from now on, and what was too big again."""
        if error.mtu >= self.mtu:
            return
        self.lower_mtu(error.mtu)
        if self.observer is not None:
            reason = self.reason(rules.ICMP_PATH_MTU, error.mtu, self.snd.mss, None, None, None)
            self.emit("icmp", reason, {"mtu": error.mtu})
        if self.state is State.SYN_SENT and self.snd.snd_max > self.snd.iss + 1:
            # Linux tcp_simple_retransmit(): text on a SYN is left out, the SYN goes at once.
            self.syn_plain = True
            self.syn_due = True
            self.syn_rule = rules.RETRANSMIT_MTU
            return
        board = self.snd.board
        full = self.effective_mss
        for index in range(board.head, len(board.ranges)):
            sent = board.ranges[index]
            if sent.end - sent.start - (sent.flags & 1) > full:
                board.mark_lost(index)
        if board.lost_octets:
            self.snd.retransmit_now = True
            self.retransmit_rule = rules.RETRANSMIT_MTU

    def lower_mtu(self, mtu: int) -> None:
        """The path takes packets of ``mtu`` octets at most."""
        self.mtu = mtu
        mss = send_mss(self)
        self.snd.set_mss(mss, max(1, mss - self.option_len), fresh=False)


__all__ = ["NEVER", "Connection"]
