"""POSIX errors as Python raises them."""

from synfin.core.errno import (
    EACCES,
    EAGAIN,
    EALREADY,
    ECONNABORTED,
    ECONNREFUSED,
    ECONNRESET,
    EINPROGRESS,
    EPERM,
    EPIPE,
    ETIMEDOUT,
    message_of,
)

_PYTHON_NUMBERS = {
    EAGAIN: BlockingIOError,
    EALREADY: BlockingIOError,
    EINPROGRESS: BlockingIOError,
    EPIPE: BrokenPipeError,
    ECONNABORTED: ConnectionAbortedError,
    ECONNRESET: ConnectionResetError,
    ECONNREFUSED: ConnectionRefusedError,
    ETIMEDOUT: TimeoutError,
    EACCES: PermissionError,
    EPERM: PermissionError,
}


def socket_error(number: int) -> OSError:
    """The exception for a POSIX error; of the class that Linux's Python would raise."""
    kind = _PYTHON_NUMBERS.get(number, OSError)
    return kind(number, message_of(number))
