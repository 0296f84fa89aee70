"""The timers of one connection, as values; one deadline leaves (RFC 9293 §3.10.8)."""

from typing import Final

TICK: Final = 2_000_000
"""ns on top of a probe's or reordering wait: a timer tick's worth (Linux TCP_TIMEOUT_MIN)."""

NEVER: Final = 1 << 62
"""No deadline."""

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


class Timers:
    """Due times in nanoseconds by slot; NEVER when stopped."""

    def __init__(self) -> None:
        self.due: list[int] = [NEVER] * COUNT
        self.deadline: int = NEVER

    def start(self, slot: int, due: int) -> None:
        """Set ``slot`` to expire at ``due``, replacing what it had."""
        old = self.due[slot]
        self.due[slot] = due
        if due <= self.deadline:
            self.deadline = due
        elif old == self.deadline:
            self.deadline = min(self.due)

    def stop(self, slot: int) -> None:
        """Stop ``slot``; stopping a stopped timer does nothing."""
        old = self.due[slot]
        if old != NEVER:
            self.due[slot] = NEVER
            if old == self.deadline:
                self.deadline = min(self.due)

    def watch(self, slot: int, due: int) -> None:
        """Start ``slot`` and stop the two others that watch over what is outstanding:
        together they are one timer (RFC 8985 §8)."""
        times = self.due
        times[RETRANSMIT] = times[LOSS_PROBE] = times[REORDER] = NEVER
        times[slot] = due
        self.deadline = min(times)

    def running(self, slot: int) -> bool:
        """Whether ``slot`` is set."""
        return self.due[slot] != NEVER

    def stop_all(self) -> None:
        """Stop everything."""
        self.due = [NEVER] * COUNT
        self.deadline = NEVER

    def take_due(self, now: int) -> int:
        """Stop and return one slot that is due at ``now``, or -1."""
        if self.deadline > now:
            return -1
        slot = self.due.index(self.deadline)
        self.stop(slot)
        return slot
