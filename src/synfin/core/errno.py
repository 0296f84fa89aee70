"""POSIX error numbers, with the values Linux gives them.

Python's ``errno`` module has the numbers of the platform it runs on (EAGAIN is
11 on Linux, 35 on macOS), and a run must give the same result everywhere. So
the engine, the sockets and the traces use these.
"""

from typing import Final

EPERM: Final = 1
ENOENT: Final = 2
EINTR: Final = 4
EIO: Final = 5
EBADF: Final = 9
EAGAIN: Final = 11
EWOULDBLOCK: Final = EAGAIN
ENOMEM: Final = 12
EACCES: Final = 13
EFAULT: Final = 14
EEXIST: Final = 17
ENODEV: Final = 19
EINVAL: Final = 22
ENFILE: Final = 23
EMFILE: Final = 24
EPIPE: Final = 32
EDOM: Final = 33
ENOMSG: Final = 42
ENONET: Final = 64
EPROTO: Final = 71
ENOTSOCK: Final = 88
EDESTADDRREQ: Final = 89
EMSGSIZE: Final = 90
EPROTOTYPE: Final = 91
ENOPROTOOPT: Final = 92
EPROTONOSUPPORT: Final = 93
ESOCKTNOSUPPORT: Final = 94
EOPNOTSUPP: Final = 95
EAFNOSUPPORT: Final = 97
EADDRINUSE: Final = 98
EADDRNOTAVAIL: Final = 99
ENETDOWN: Final = 100
ENETUNREACH: Final = 101
ENETRESET: Final = 102
ECONNABORTED: Final = 103
ECONNRESET: Final = 104
ENOBUFS: Final = 105
EISCONN: Final = 106
ENOTCONN: Final = 107
ETIMEDOUT: Final = 110
ECONNREFUSED: Final = 111
EHOSTDOWN: Final = 112
EHOSTUNREACH: Final = 113
EALREADY: Final = 114
EINPROGRESS: Final = 115

_MEANINGS: Final[dict[int, tuple[str, str]]] = {
    EPERM: ("EPERM", "Operation not permitted"),
    ENOENT: ("ENOENT", "No such file or directory"),
    EINTR: ("EINTR", "Interrupted system call"),
    EIO: ("EIO", "Input/output error"),
    EBADF: ("EBADF", "Bad file descriptor"),
    EAGAIN: ("EAGAIN", "Resource temporarily unavailable"),
    ENOMEM: ("ENOMEM", "Cannot allocate memory"),
    EACCES: ("EACCES", "Permission denied"),
    EFAULT: ("EFAULT", "Bad address"),
    EEXIST: ("EEXIST", "File exists"),
    ENODEV: ("ENODEV", "No such device"),
    EINVAL: ("EINVAL", "Invalid argument"),
    ENFILE: ("ENFILE", "Too many open files in system"),
    EMFILE: ("EMFILE", "Too many open files"),
    EPIPE: ("EPIPE", "Broken pipe"),
    EDOM: ("EDOM", "Numerical argument out of domain"),
    ENOMSG: ("ENOMSG", "No message of desired type"),
    ENONET: ("ENONET", "Machine is not on the network"),
    EPROTO: ("EPROTO", "Protocol error"),
    ENOTSOCK: ("ENOTSOCK", "Socket operation on non-socket"),
    EDESTADDRREQ: ("EDESTADDRREQ", "Destination address required"),
    EMSGSIZE: ("EMSGSIZE", "Message too long"),
    EPROTOTYPE: ("EPROTOTYPE", "Protocol wrong type for socket"),
    ENOPROTOOPT: ("ENOPROTOOPT", "Protocol not available"),
    EPROTONOSUPPORT: ("EPROTONOSUPPORT", "Protocol not supported"),
    ESOCKTNOSUPPORT: ("ESOCKTNOSUPPORT", "Socket type not supported"),
    EOPNOTSUPP: ("EOPNOTSUPP", "Operation not supported"),
    EAFNOSUPPORT: ("EAFNOSUPPORT", "Address family not supported by protocol"),
    EADDRINUSE: ("EADDRINUSE", "Address already in use"),
    EADDRNOTAVAIL: ("EADDRNOTAVAIL", "Cannot assign requested address"),
    ENETDOWN: ("ENETDOWN", "Network is down"),
    ENETUNREACH: ("ENETUNREACH", "Network is unreachable"),
    ENETRESET: ("ENETRESET", "Network dropped connection on reset"),
    ECONNABORTED: ("ECONNABORTED", "Software caused connection abort"),
    ECONNRESET: ("ECONNRESET", "Connection reset by peer"),
    ENOBUFS: ("ENOBUFS", "No buffer space available"),
    EISCONN: ("EISCONN", "Transport endpoint is already connected"),
    ENOTCONN: ("ENOTCONN", "Transport endpoint is not connected"),
    ETIMEDOUT: ("ETIMEDOUT", "Connection timed out"),
    ECONNREFUSED: ("ECONNREFUSED", "Connection refused"),
    EHOSTDOWN: ("EHOSTDOWN", "Host is down"),
    EHOSTUNREACH: ("EHOSTUNREACH", "No route to host"),
    EALREADY: ("EALREADY", "Operation already in progress"),
    EINPROGRESS: ("EINPROGRESS", "Operation now in progress"),
}

NUMBERS: Final[dict[str, int]] = {pair[0]: number for number, pair in _MEANINGS.items()}
"""Number by name: ``NUMBERS["ECONNRESET"] == 104``."""


def name_of(number: int) -> str:
    """``"ECONNRESET"`` for 104; ``"errno 7"`` for a number not listed; ``""`` for 0."""
    if number == 0:
        return ""
    found = _MEANINGS.get(number)
    return found[0] if found is not None else f"errno {number}"


def message_of(number: int) -> str:
    """What strerror(3) says on Linux: ``"Connection refused"`` for 111."""
    found = _MEANINGS.get(number)
    return found[1] if found is not None else f"Unknown error {number}"
