"""The eleven states under the three names a learner meets: RFC, ``netstat``, ``ss``."""

from typing import Final

STYLES: Final = ("rfc", "netstat", "ss")

_ALIASES: Final[dict[str, tuple[str, str]]] = {
    # RFC 9293 §3.3.2: (netstat, ss); ss and netstat have no word for "no connection"
    # except for an unconnected socket
    "CLOSED": ("CLOSE", "UNCONN"),
    "LISTEN": ("LISTEN", "LISTEN"),
    "SYN-SENT": ("SYN_SENT", "SYN-SENT"),
    "SYN-RECEIVED": ("SYN_RECV", "SYN-RECV"),
    "ESTABLISHED": ("ESTABLISHED", "ESTAB"),
    "FIN-WAIT-1": ("FIN_WAIT1", "FIN-WAIT-1"),
    "FIN-WAIT-2": ("FIN_WAIT2", "FIN-WAIT-2"),
    "CLOSE-WAIT": ("CLOSE_WAIT", "CLOSE-WAIT"),
    "CLOSING": ("CLOSING", "CLOSING"),
    "LAST-ACK": ("LAST_ACK", "LAST-ACK"),
    "TIME-WAIT": ("TIME_WAIT", "TIME-WAIT"),
}


def state_name(state: str, style: str = "rfc") -> str:
    """``state`` (an RFC name) in ``style``; names that are no state come back unchanged."""
    if style not in STYLES:
        raise ValueError(f"unknown state names '{style}': choose {', '.join(STYLES)}")
    if style == "rfc" or state not in _ALIASES:
        return state
    return _ALIASES[state][0 if style == "netstat" else 1]


def alias_table() -> list[tuple[str, str, str]]:
    """(RFC, netstat, ss) for all eleven states, in the order of RFC 9293 Figure 5."""
    return [(rfc, *other) for rfc, other in _ALIASES.items()]
