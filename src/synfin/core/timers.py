"""The timers of one connection, as values; one deadline leaves (RFC 9293 §3.10.8)."""

from typing import Final

from synfin.core.interpreted import mypyc_attr

TICK: Final = 2_000_000
"""ns on top of a probe's or reordering wait: a timer tick's worth (Linux TCP_TIMEOUT_MIN)."""

NEVER: Final = (1 << 62) - 1
"""No deadline; the largest number that the compiled engine compares without an object."""

RETRANSMIT: Final = 0
PERSIST: Final = 1
DELAYED_ACK: Final = 2
KEEPALIVE: Final = 3
USER_TIMEOUT: Final = 4
FIN_WAIT_2: Final = 5
SWS_OVERRIDE: Final = 6
LOSS_PROBE: Final = 7
REORDER: Final = 8
PACING: Final = 9
COUNT: Final = 10

NAMES: Final = (
    "retransmit",
    "persist",
    "delayed-ack",
    "keepalive",
    "user-timeout",
    "fin-wait-2",
    "sws-override",
    "loss-probe",
    "reorder",
    "pacing",
)


@mypyc_attr(acyclic=True)
class Timers:
    """Due times in nanoseconds by slot; NEVER when stopped. ``deadline`` is the least.

    What segments of text start and stop is an attribute each: retransmission, loss
    probe, reordering, delayed ACK.
    """

    def __init__(self) -> None:
        self.retransmit: int = NEVER
        self.loss_probe: int = NEVER
        self.reorder: int = NEVER
        self.delayed_ack: int = NEVER
        self.others: list[int] | None = None
        """All slots but the frequent ones, once one of them has been started."""
        self.others_deadline: int = NEVER
        self.deadline: int = NEVER

    def due_at(self, slot: int) -> int:
        """When ``slot`` expires; NEVER when stopped."""
        if slot == RETRANSMIT:
            return self.retransmit
        if slot == DELAYED_ACK:
            return self.delayed_ack
        if slot == LOSS_PROBE:
            return self.loss_probe
        if slot == REORDER:
            return self.reorder
        return NEVER if self.others_deadline == NEVER else self._other(slot)

    def _other(self, slot: int) -> int:
        return NEVER if self.others is None else self.others[slot]

    @property
    def due(self) -> list[int]:
        """All due times, by slot; for whoever looks on."""
        return [self.due_at(slot) for slot in range(COUNT)]

    def running(self, slot: int) -> bool:
        """Whether ``slot`` is set."""
        return self.due_at(slot) != NEVER

    def start(self, slot: int, due: int) -> None:
        """Set ``slot`` to expire at ``due``, replacing what it had."""
        old = self.due_at(slot)
        self._set(slot, due)
        if due <= self.deadline:
            self.deadline = due
        elif old == self.deadline:
            self.deadline = self._earliest()

    def stop(self, slot: int) -> None:
        """Stop ``slot``; stopping a stopped timer does nothing."""
        old = self.due_at(slot)
        if old != NEVER:
            self._set(slot, NEVER)
            if old == self.deadline:
                self.deadline = self._earliest()

    def watch(self, slot: int, due: int) -> None:
        """Start ``slot`` and stop the two others that watch over what is outstanding:
        together they are one timer (RFC 8985 §8)."""
        self.retransmit = due if slot == RETRANSMIT else NEVER
        self.loss_probe = due if slot == LOSS_PROBE else NEVER
        self.reorder = due if slot == REORDER else NEVER
        self.deadline = self._earliest()

    def _set(self, slot: int, due: int) -> None:
        if slot == RETRANSMIT:
            self.retransmit = due
        elif slot == DELAYED_ACK:
            self.delayed_ack = due
        elif slot == LOSS_PROBE:
            self.loss_probe = due
        elif slot == REORDER:
            self.reorder = due
        else:
            others = self.others
            if others is None:
                others = self.others = [NEVER] * COUNT
            others[slot] = due
            least = NEVER
            for other in others:
                least = min(least, other)
            self.others_deadline = least

    def _earliest(self) -> int:
        watched = min(min(self.retransmit, self.loss_probe), self.reorder)
        return min(min(watched, self.delayed_ack), self.others_deadline)

    def stop_all(self) -> None:
        """Stop everything."""
        self.retransmit = self.loss_probe = self.reorder = self.delayed_ack = NEVER
        self.others = None
        self.others_deadline = NEVER
        self.deadline = NEVER

    def take_due(self, now: int) -> int:
        """Stop and return one slot that is due at ``now``, or -1."""
        if self.deadline > now:
            return -1
        slot = self.first()
        self.stop(slot)
        return slot

    def first(self) -> int:
        """The slot that expires at the deadline; the lowest, where several do."""
        return self.due.index(self.deadline)
