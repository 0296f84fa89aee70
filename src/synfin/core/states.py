"""The eleven states and every lawful transition (RFC 9293 §3.3.2, Figure 5).

This is the only file that assigns a connection's state. A look-up that fails
is our bug, never the peer's, so :func:`move` raises. State diagrams and the
edge coverage of a run are generated from :data:`TRANSITIONS`.
"""

from enum import Enum
from typing import Final

from synfin.core.interpreted import mypyc_attr


class State(Enum):
    """RFC 9293 §3.3.2; the value is the RFC's spelling."""

    CLOSED = "CLOSED"
    LISTEN = "LISTEN"
    SYN_SENT = "SYN-SENT"
    SYN_RECEIVED = "SYN-RECEIVED"
    ESTABLISHED = "ESTABLISHED"
    FIN_WAIT_1 = "FIN-WAIT-1"
    FIN_WAIT_2 = "FIN-WAIT-2"
    CLOSE_WAIT = "CLOSE-WAIT"
    CLOSING = "CLOSING"
    LAST_ACK = "LAST-ACK"
    TIME_WAIT = "TIME-WAIT"


class Trigger(Enum):
    """What moves a connection; the value is the label of Figure 5's arrows."""

    OPEN_PASSIVE = "passive OPEN"
    OPEN_ACTIVE = "active OPEN / snd SYN"
    SEND = "SEND / snd SYN"
    CLOSE = "CLOSE"
    SENT_FIN = "CLOSE / snd FIN"
    ABORT = "ABORT / snd RST"
    RCV_SYN = "rcv SYN / snd SYN,ACK"
    RCV_SYN_ACK = "rcv SYN,ACK / snd ACK"
    RCV_ACK_OF_SYN = "rcv ACK of SYN"
    RCV_ACK_OF_FIN = "rcv ACK of FIN"
    RCV_FIN = "rcv FIN / snd ACK"
    RCV_RST = "rcv RST"
    RCV_RST_PASSIVE = "rcv RST (passive OPEN; note 1)"
    RCV_NEW_SYN = "rcv another SYN (passive OPEN)"
    GIVE_UP = "R2 or user timeout"
    TIMEOUT_2MSL = "Timeout=2MSL / delete TCB"
    TWO_WAY_SYN = "rcv SYN (counterfactual two-way)"


S = State
T = Trigger

TRANSITIONS: Final[dict[tuple[State, Trigger], State]] = {
    (S.CLOSED, T.OPEN_PASSIVE): S.LISTEN,
    (S.CLOSED, T.OPEN_ACTIVE): S.SYN_SENT,
    (S.LISTEN, T.RCV_SYN): S.SYN_RECEIVED,
    (S.LISTEN, T.SEND): S.SYN_SENT,
    (S.LISTEN, T.CLOSE): S.CLOSED,
    (S.LISTEN, T.ABORT): S.CLOSED,
    (S.LISTEN, T.TWO_WAY_SYN): S.ESTABLISHED,
    (S.SYN_SENT, T.RCV_SYN): S.SYN_RECEIVED,
    (S.SYN_SENT, T.RCV_SYN_ACK): S.ESTABLISHED,
    (S.SYN_SENT, T.CLOSE): S.CLOSED,
    (S.SYN_SENT, T.ABORT): S.CLOSED,
    (S.SYN_SENT, T.RCV_RST): S.CLOSED,
    (S.SYN_SENT, T.GIVE_UP): S.CLOSED,
    (S.SYN_RECEIVED, T.RCV_ACK_OF_SYN): S.ESTABLISHED,
    (S.SYN_RECEIVED, T.CLOSE): S.FIN_WAIT_1,
    (S.SYN_RECEIVED, T.RCV_FIN): S.CLOSE_WAIT,
    (S.SYN_RECEIVED, T.RCV_RST_PASSIVE): S.LISTEN,
    (S.SYN_RECEIVED, T.RCV_NEW_SYN): S.LISTEN,
    (S.SYN_RECEIVED, T.RCV_RST): S.CLOSED,
    (S.SYN_RECEIVED, T.ABORT): S.CLOSED,
    (S.SYN_RECEIVED, T.GIVE_UP): S.CLOSED,
    (S.ESTABLISHED, T.CLOSE): S.FIN_WAIT_1,
    (S.ESTABLISHED, T.RCV_FIN): S.CLOSE_WAIT,
    (S.ESTABLISHED, T.RCV_RST): S.CLOSED,
    (S.ESTABLISHED, T.ABORT): S.CLOSED,
    (S.ESTABLISHED, T.GIVE_UP): S.CLOSED,
    (S.FIN_WAIT_1, T.RCV_ACK_OF_FIN): S.FIN_WAIT_2,
    (S.FIN_WAIT_1, T.RCV_FIN): S.CLOSING,
    (S.FIN_WAIT_1, T.RCV_RST): S.CLOSED,
    (S.FIN_WAIT_1, T.ABORT): S.CLOSED,
    (S.FIN_WAIT_1, T.GIVE_UP): S.CLOSED,
    (S.FIN_WAIT_2, T.RCV_FIN): S.TIME_WAIT,
    (S.FIN_WAIT_2, T.RCV_RST): S.CLOSED,
    (S.FIN_WAIT_2, T.ABORT): S.CLOSED,
    (S.FIN_WAIT_2, T.GIVE_UP): S.CLOSED,
    (S.CLOSE_WAIT, T.SENT_FIN): S.LAST_ACK,
    (S.CLOSE_WAIT, T.RCV_RST): S.CLOSED,
    (S.CLOSE_WAIT, T.ABORT): S.CLOSED,
    (S.CLOSE_WAIT, T.GIVE_UP): S.CLOSED,
    (S.CLOSING, T.RCV_ACK_OF_FIN): S.TIME_WAIT,
    (S.CLOSING, T.RCV_RST): S.CLOSED,
    (S.CLOSING, T.ABORT): S.CLOSED,
    (S.CLOSING, T.GIVE_UP): S.CLOSED,
    (S.LAST_ACK, T.RCV_ACK_OF_FIN): S.CLOSED,
    (S.LAST_ACK, T.RCV_RST): S.CLOSED,
    (S.LAST_ACK, T.ABORT): S.CLOSED,
    (S.LAST_ACK, T.GIVE_UP): S.CLOSED,
    (S.TIME_WAIT, T.TIMEOUT_2MSL): S.CLOSED,
    (S.TIME_WAIT, T.RCV_RST): S.CLOSED,
    (S.TIME_WAIT, T.ABORT): S.CLOSED,
    (S.TIME_WAIT, T.RCV_NEW_SYN): S.CLOSED,
}
"""Figure 5 with its notes. Figure 5 note 2 (FIN-WAIT-1 straight to TIME-WAIT) is
two moves at one instant: the ACK of our FIN first, then the peer's FIN. The
move out of TIME-WAIT by a new SYN (MAY-2) deletes the old record; its
successor starts in LISTEN. CLOSE in CLOSE-WAIT moves when the FIN is formed
(§3.10.4), in the other states at the call."""

_NEXT: Final[dict[str, dict[str, State]]] = {
    state.value: {t.value: new for (s, t), new in TRANSITIONS.items() if s is state}
    for state in State
}
"""The same by names: an Enum hashes by interpreted code, a string has its hash at hand."""

COUNTERFACTUAL: Final = frozenset({(S.LISTEN, T.TWO_WAY_SYN)})
"""Edges that only a counterfactual switch opens."""


@mypyc_attr(acyclic=True)
class StateHolder:
    """Whoever has a state: connections and TIME-WAIT records."""

    def __init__(self, state: State) -> None:
        self.state: State = state


def move(holder: StateHolder, trigger: Trigger) -> State:
    """Make the transition ``trigger``; returns the old state.

    Raises KeyError when Figure 5 has no such edge: a bug in this engine.
    """
    old = holder.state
    holder.state = _NEXT[old._value_][trigger._value_]
    return old
