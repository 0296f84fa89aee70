"""The symbols of scripts, with Linux's numbers; a name that is not here is unsupported."""

from typing import Final

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
SIOCINQ: Final = 0x541B
SIOCOUTQ: Final = 0x5411
MSG_TRUNC: Final = 0x20
MSG_EOR: Final = 0x80
MSG_ERRQUEUE: Final = 0x2000
MSG_ZEROCOPY: Final = 0x4000000
TCP_NOTSENT_LOWAT: Final = 25

_STATES: Final = (
    "ESTABLISHED", "SYN_SENT", "SYN_RECV", "FIN_WAIT1", "FIN_WAIT2", "TIME_WAIT", "CLOSE",
    "CLOSE_WAIT", "LAST_ACK", "LISTEN", "CLOSING",
)  # fmt: skip

SYMBOLS: Final[dict[str, int]] = {
    **{name: value for name, value in vars(c).items() if name.isupper()},
    **ERRNOS,
    **{f"TCP_{name}": number for number, name in enumerate(_STATES, 1)},
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
    "SIOCINQ": SIOCINQ,
    "FIONREAD": SIOCINQ,
    "SIOCOUTQ": SIOCOUTQ,
    "MSG_TRUNC": MSG_TRUNC,
    "MSG_EOR": MSG_EOR,
    "MSG_ERRQUEUE": MSG_ERRQUEUE,
    "MSG_ZEROCOPY": MSG_ZEROCOPY,
    "TCP_NOTSENT_LOWAT": TCP_NOTSENT_LOWAT,
    "SO_ZEROCOPY": 60,
    "SO_TIMESTAMPING": 37,
    "SO_PRIORITY": 12,
    "SO_MARK": 36,
    "TCP_INQ": 36,
    "TCP_CM_INQ": 36,
    "TCP_FASTOPEN_KEY": 33,
    "TCP_TIMESTAMP": 24,
    "IP_MTU_DISCOVER": 10,
    "IP_PMTUDISC_DONT": 0,
    "IP_PMTUDISC_WANT": 1,
    "IP_PMTUDISC_DO": 2,
    "IP_RECVERR": 11,
    "IP_FREEBIND": 15,
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
    **{f"TCP_{name}": number for number, name in enumerate(_STATES, 1)},
}
"""What ``%{ }%`` blocks know beside tcp_info."""


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
    raise Unsupported(f"an argument of the form {type(expression).__name__.lower()}")


def names(value: int, prefix: str) -> str:
    """``POLLIN|POLLOUT`` for bits, for messages."""
    found = [
        name
        for name, bit in SYMBOLS.items()
        if name.startswith(prefix) and bit and bit & (bit - 1) == 0 and value & bit
    ]
    return "|".join(found) or str(value)
