"""POSIX errors as Python raises them."""

from synfin.core.errno import EAGAIN, EALREADY, EINPROGRESS, EPIPE, message_of

_PYTHON_NUMBERS = {
    EAGAIN: BlockingIOError,
    EALREADY: BlockingIOError,
    EINPROGRESS: BlockingIOError,
    EPIPE: BrokenPipeError,
    103: ConnectionAbortedError,
    104: ConnectionResetError,
    111: ConnectionRefusedError,
    110: TimeoutError,
    13: PermissionError,
    1: PermissionError,
}


def socket_error(number: int) -> OSError:
    """The exception for a POSIX error; of the class that Linux's Python would raise."""
    kind = _PYTHON_NUMBERS.get(number, OSError)
    return kind(number, message_of(number))
