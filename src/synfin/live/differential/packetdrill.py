"""A script and what the kernel answered, in packetdrill's language.

So it can be run again by whoever has packetdrill, and by ``synfin packetdrill``, where it
fails at the answer that the kernel gives and the engine does not.
"""

from collections.abc import Iterator
from typing import Final

from synfin.core.settings import MILLISECOND
from synfin.live.differential.record import Done
from synfin.live.differential.script import Call, Script
from synfin.wire.tcp import ACK, URG, Segment

HEAD: Final = "--tolerance_usecs=45000\n"
TS_BASE: Final = 1000
"""What stands for the first timestamp of either side."""
_MASK: Final = 0xFFFF_FFFF
_LETTERS: Final = (
    ("F", 1), ("S", 2), ("R", 4), ("P", 8), (".", 16), ("U", 32), ("E", 64), ("W", 128)
)  # fmt: skip
_NAMES: Final = {
    "nodelay": "IPPROTO_TCP, TCP_NODELAY",
    "cork": "IPPROTO_TCP, TCP_CORK",
    "quickack": "IPPROTO_TCP, TCP_QUICKACK",
    "maxseg": "IPPROTO_TCP, TCP_MAXSEG",
    "user-timeout": "IPPROTO_TCP, TCP_USER_TIMEOUT",
    "linger2": "IPPROTO_TCP, TCP_LINGER2",
    "keepalive": "SOL_SOCKET, SO_KEEPALIVE",
}
_HOW: Final = {"rd": "SHUT_RD", "wr": "SHUT_WR", "rdwr": "SHUT_RDWR"}


class _Writer:
    """The descriptors as the program would get them."""

    def __init__(self) -> None:
        self.next = 3
        self.listener = -1
        self.sock = -1

    def lines(self, call: Call, outcome: str) -> Iterator[str]:
        """One call of ours is one or more of packetdrill's."""
        name, words = call.name, call.words
        if name == "listen":
            if self.listener < 0:
                self.listener = self._new()
                yield from self._socket(self.listener)
                yield f"bind({self.listener}, ..., ...) = 0"
            yield f"listen({self.listener}, {words[0] if words else 5}) = 0"
        elif name == "accept" and self.listener >= 0:
            if outcome == "True":
                self.sock = self._new()
                yield f"accept({self.listener}, ..., ...) = {self.sock}"
                yield f"fcntl({self.sock}, F_SETFL, O_RDWR|O_NONBLOCK) = 0"
            else:
                yield f"accept({self.listener}, ..., ...) = {_result(outcome)}"
        elif name == "connect":
            if self.sock < 0:
                self.sock = self._new()
                yield from self._socket(self.sock)
            yield f"connect({self.sock}, ..., ...) = {_result(outcome)}"
        elif name == "close-listener" and self.listener >= 0:
            yield f"close({self.listener}) = 0"
            self.listener = -1
        elif outcome != "-":
            yield from self._on_socket(name, words, outcome)

    def _new(self) -> int:
        self.next += 1
        return self.next - 1

    @staticmethod
    def _socket(fd: int) -> Iterator[str]:
        yield f"socket(..., SOCK_STREAM, IPPROTO_TCP) = {fd}"
        yield f"fcntl({fd}, F_SETFL, O_RDWR|O_NONBLOCK) = 0"
        yield f"setsockopt({fd}, SOL_SOCKET, SO_REUSEADDR, [1], 4) = 0"

    def _on_socket(self, name: str, words: tuple[str, ...], outcome: str) -> Iterator[str]:
        fd = self.sock
        result = _result(outcome)
        if name == "send":
            flags = "MSG_OOB" if "oob" in words else "MSG_MORE" if "more" in words else "0"
            yield f"send({fd}, ..., {words[0]}, {flags}) = {result}"
        elif name == "recv":
            size = result.partition(":")[0]
            yield f"recv({fd}, ..., {words[0]}, {'MSG_PEEK' if 'peek' in words else '0'}) = {size}"
        elif name == "shutdown":
            yield f"shutdown({fd}, {_HOW[words[0]]}) = {result}"
        elif name == "set":
            fd = fd if fd >= 0 else self.listener
            yield f"setsockopt({fd}, {_NAMES[words[0]]}, [{words[1]}], 4) = {result}"
        elif name == "get" and words[0] == "error":
            yield f"getsockopt({fd}, SOL_SOCKET, SO_ERROR, [{outcome}], [4]) = 0"
        elif name in ("close", "abort"):
            if name == "abort":
                yield f"setsockopt({fd}, SOL_SOCKET, SO_LINGER, {{onoff=1, linger=0}}, 8) = 0"
            yield f"close({fd}) = 0"
            self.sock = -1


def _result(outcome: str) -> str:
    return f"-1 {outcome}" if outcome.startswith("E") else outcome


def as_packetdrill(script: Script, kernel: list[Done]) -> str:
    """The script with the kernel's answers as what is expected."""
    writer = _Writer()
    out = [HEAD]
    waited = 0
    for step, done in zip(script.steps, kernel, strict=False):
        action = step.action
        lines = [f"< {done.wire}"]
        if isinstance(action, Call):
            lines = list(writer.lines(action, done.outcome))
        for line in lines:
            out.append(_at(waited, line))
            waited = 0
        spent = done.at
        for (at, _), heard in zip(done.answers, done.heard, strict=True):
            out.append(_at(waited + (at - spent) // MILLISECOND, f"> {heard}"))
            spent, waited = at, 0
        waited += max((done.end - spent) // MILLISECOND, 0)
    return "".join(out)


def _at(milliseconds: int, line: str) -> str:
    return f"+{milliseconds / 1000:g} {line}\n"


def segment_text(segment: Segment, zero: int, acked_zero: int, ts: int, echo: int) -> str:
    """A segment with numbers from the ISNs ``zero`` and ``acked_zero``; timestamps count
    from ``ts`` (its own) and ``echo``, below which lies 1000."""
    bits = segment.flags
    letters = "".join(letter for letter, bit in _LETTERS if bits & bit)
    start = (segment.seq - zero) & _MASK
    size = len(segment.payload)
    words = [letters or "-", f"{start}:{(start + size) & _MASK}({size})"]
    if bits & ACK:
        words.append(f"ack {(segment.ack - acked_zero) & _MASK}")
    words.append(f"win {segment.window}")
    if bits & URG:
        words.append(f"urg {segment.urgent}")
    options = ",".join(_options(segment, acked_zero, ts, echo))
    return " ".join(words) + (f" <{options}>" if options else "")


def _options(segment: Segment, acked_zero: int, ts: int, echo: int) -> Iterator[str]:
    """In the order in which they are written to the wire."""
    options = segment.options
    if options.mss >= 0:
        yield f"mss {options.mss}"
    if options.ts_val >= 0:
        value = (options.ts_val - ts + TS_BASE) & _MASK
        back = (options.ts_ecr - echo + TS_BASE) & _MASK if options.ts_ecr else 0
        yield "sackOK" if options.sack_permitted else "nop,nop"
        yield f"TS val {value} ecr {back}"
    elif options.sack_permitted:
        yield "nop,nop,sackOK"
    if options.window_scale >= 0:
        yield f"nop,wscale {options.window_scale}"
    if options.sack:
        edges = [tuple((edge - acked_zero) & _MASK for edge in block) for block in options.sack]
        yield "nop,nop,sack " + " ".join(f"{low}:{high}" for low, high in edges)
