"""The symbols of scripts, with Linux's numbers; a name that is not here is unsupported."""

from typing import Final

from synfin.core.errno import EAGAIN
from synfin.core.errno import NUMBERS as ERRNOS
from synfin.host import constants as c
from synfin.packetdrill.model import Either, Expression, Unsupported, Word

O_NONBLOCK: Final = 0o4000
O_RDWR: Final = 2
F_GETFL: Final = 3
F_SETFL: Final = 4
POLLIN: Final = 0x1
POLLOUT: Final = 0x4
POLLERR: Final = 0x8
POLLHUP: Final = 0x10
POLLRDHUP: Final = 0x2000
EPOLLONESHOT: Final = 1 << 30
EPOLLET: Final = 1 << 31
EPOLL_CTL_ADD: Final = 1
EPOLL_CTL_DEL: Final = 2
EPOLL_CTL_MOD: Final = 3

_STATES: Final = (
    "ESTABLISHED", "SYN_SENT", "SYN_RECV", "FIN_WAIT1", "FIN_WAIT2", "TIME_WAIT", "CLOSE",
    "CLOSE_WAIT", "LAST_ACK", "LISTEN", "CLOSING",
)  # fmt: skip

_ERROR_QUEUE: Final = {
    "SO_EE_ORIGIN_LOCAL": 1,
    "SO_EE_ORIGIN_ICMP": 2,
    "SO_EE_ORIGIN_ICMP6": 3,
    "SO_EE_ORIGIN_TIMESTAMPING": 4,
    "SO_EE_ORIGIN_ZEROCOPY": 5,
    "SO_EE_CODE_ZEROCOPY_COPIED": 1,
    "CMSG_LEVEL_IP": c.IPPROTO_IP,
    "CMSG_TYPE_RECVERR": c.IP_RECVERR,
    "IPV6_RECVERR": 25,
    "SCM_TIMESTAMPING": c.SO_TIMESTAMPING,
    "SCM_TSTAMP_SND": 0,
    "SCM_TSTAMP_SCHED": 1,
    "SCM_TSTAMP_ACK": 2,
}
_TIMESTAMPING: Final = {
    f"SOF_TIMESTAMPING_{name}": 1 << bit
    for bit, name in enumerate(
        (
            "TX_HARDWARE", "TX_SOFTWARE", "RX_HARDWARE", "RX_SOFTWARE", "SOFTWARE",
            "SYS_HARDWARE", "RAW_HARDWARE", "OPT_ID", "TX_SCHED", "TX_ACK", "OPT_CMSG",
            "OPT_TSONLY", "OPT_STATS", "OPT_PKTINFO", "OPT_TX_SWHW", "BIND_PHC", "OPT_ID_TCP",
        )
    )
}  # fmt: skip
_FREEBSD_STATES: Final = {
    "ESTABLISHED": 1, "SYN_SENT": 2, "SYN_RECEIVED": 3, "FIN_WAIT_1": 4, "FIN_WAIT_2": 5,
    "TIME_WAIT": 6, "CLOSED": 7, "CLOSE_WAIT": 8, "LAST_ACK": 9, "LISTEN": 10, "CLOSING": 11,
}  # fmt: skip
"""As FreeBSD's scripts call them; the numbers are ours, since only names are compared."""

SYMBOLS: Final[dict[str, int]] = {
    **{name: value for name, value in vars(c).items() if name.isupper()},
    **ERRNOS,
    "EWOULDBLOCK": EAGAIN,
    **{f"TCP_{name}": number for number, name in enumerate(_STATES, 1)},
    **{f"IPTOS_DSCP_CS{number}": number << 5 for number in range(8)},
    "TCP_RACK_PACE_MAX_SEG": 0x2004,
    "TCP_RACK_PACE_RATE_SS": 0x2005,
    "TCP_RACK_PACE_ALWAYS": 0x2006,
    "SOL_TCP": c.IPPROTO_TCP,
    "SOL_IP": c.IPPROTO_IP,
    "SOL_IPV6": c.IPPROTO_IPV6,
    "O_RDWR": O_RDWR,
    "O_RDONLY": 0,
    "O_WRONLY": 1,
    "O_NONBLOCK": O_NONBLOCK,
    "F_GETFL": F_GETFL,
    "F_SETFL": F_SETFL,
    "POLLIN": POLLIN,
    "POLLPRI": 0x2,
    "POLLOUT": POLLOUT,
    "POLLERR": POLLERR,
    "POLLHUP": POLLHUP,
    "POLLNVAL": 0x20,
    "POLLRDHUP": POLLRDHUP,
    "EPOLLIN": POLLIN,
    "EPOLLPRI": 0x2,
    "EPOLLOUT": POLLOUT,
    "EPOLLERR": POLLERR,
    "EPOLLHUP": POLLHUP,
    "EPOLLRDHUP": POLLRDHUP,
    "EPOLLET": EPOLLET,
    "EPOLLONESHOT": EPOLLONESHOT,
    "EPOLLEXCLUSIVE": 1 << 28,
    "EPOLL_CTL_ADD": EPOLL_CTL_ADD,
    "EPOLL_CTL_DEL": EPOLL_CTL_DEL,
    "EPOLL_CTL_MOD": EPOLL_CTL_MOD,
    "FIONREAD": c.SIOCINQ,
    **_ERROR_QUEUE,
    **_TIMESTAMPING,
    "TCP_CM_INQ": c.TCP_INQ,
    "TCP_TIMESTAMP": 24,
}

INFO_SYMBOLS: Final[dict[str, int]] = {
    "TCP_CA_Open": 0,
    "TCP_CA_Disorder": 1,
    "TCP_CA_CWR": 2,
    "TCP_CA_Recovery": 3,
    "TCP_CA_Loss": 4,
    "TCPI_OPT_TIMESTAMPS": 1,
    "TCPI_OPT_SACK": 2,
    "TCPI_OPT_WSCALE": 4,
    "TCPI_OPT_ECN": 8,
    "TCPI_OPT_ECN_SEEN": 16,
    "TCPI_OPT_SYN_DATA": 32,
    "TCP_INFINITE_SSTHRESH": 0x7FFFFFFF,
    **{f"TCPI_{name}": number for name, number in _FREEBSD_STATES.items()},
    **{f"TCP_{name}": number for number, name in enumerate(_STATES, 1)},
}
"""What ``%{ }%`` blocks know beside tcp_info."""


_FORMS: Final = {"Text": '"..."', "Array": "[...]", "Structure": "{...}"}


def number(expression: Expression) -> int:
    """The value of a number, a symbol, or several joined by ``|``.

    Raises Unsupported for an unknown symbol or another kind of expression.
    """
    if isinstance(expression, int):
        return expression
    if isinstance(expression, Word):
        if expression.name not in SYMBOLS:
            raise Unsupported(expression.name)
        return SYMBOLS[expression.name]
    if isinstance(expression, Either):
        return number(expression.left) | number(expression.right)
    raise Unsupported(_FORMS.get(type(expression).__name__, "..."))


def names(value: int, prefix: str) -> str:
    """``POLLIN|POLLOUT`` for bits, for messages."""
    found = [
        name
        for name, bit in SYMBOLS.items()
        if name.startswith(prefix) and bit and bit & (bit - 1) == 0 and value & bit
    ]
    return "|".join(found) or str(value)
