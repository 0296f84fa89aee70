"""Programs that scripts call to look at the host or to make small files, without a shell.

Nothing is executed and no real file is touched: counters and files are the virtual host's
own (for its table of sockets see :mod:`proc_net`). A pipe may lead into ``grep``, whose
empty answer fails the script, as the original does with any program's exit code.
"""

import re
from collections.abc import Sequence
from typing import Final

from synfin.host.host import Host
from synfin.packetdrill.findings import Failure, finding
from synfin.packetdrill.model import Unsupported

_TCP_GROUP: Final = frozenset({"OutRsts", "InCsumErrors", "InErrs", "InSegs", "OutSegs"})
"""Counters of nstat's group Tcp; the others are TcpExt."""
MAX_FILE: Final = 1 << 24
"""The largest file that ``dd`` may make here, octets."""


class Programs:
    """What a script's commands see and leave behind."""

    def __init__(self) -> None:
        self.host: Host | None = None
        self.files: dict[str, int] = {}
        """Name -> octets, all of them zero."""
        self.offload: bool = True
        """``ethtool``: the device cuts large segments itself."""
        self._told: dict[str, int] = {}

    def run(self, words: Sequence[str], text: str) -> bool:
        """Runs a command; False if it is none of these.

        Raises Failure when it ends with an error, Unsupported for flags without a meaning.
        """
        stages = _stages(words)
        lines = self._source(stages[0], text)
        if lines is None:
            return False
        for stage in stages[1:]:
            if stage[0] != "grep" or len(stage) != 2:
                raise Unsupported(f"`{text}`")
            lines = _grep(stage[1], lines, text)
        return True

    def _source(self, words: Sequence[str], text: str) -> list[str] | None:
        program = words[0].rsplit("/", 1)[-1]
        if program == "nstat" and len(words) == 1:
            return self._nstat()
        if program == "ethtool" and len(words) > 2 and words[1] == "-K":
            self._ethtool(words[3:], text)
            return []
        if program == "rm" and words[1:2] == ["-f"]:
            for name in words[2:]:
                self.files.pop(name, None)
            return []
        if program == "dd":
            self._dd(words[1:], text)
            return []
        return None

    # -- what they do ---------------------------------------------------------------
    def _nstat(self) -> list[str]:
        """Counters that went up since the last call."""
        values = self.host.tcp.counters.values if self.host is not None else {}
        lines = []
        for name, value in values.items():
            more = value - self._told.get(name, 0)
            if more:
                group = "Tcp" if name in _TCP_GROUP else "TcpExt"
                lines.append(f"{group}{name} {more} 0.0")
        self._told = dict(values)
        return lines

    def _ethtool(self, words: Sequence[str], text: str) -> None:
        """Segmentation offload; what a receiving card does has no counterpart."""
        if len(words) % 2:
            raise Unsupported(f"`{text}`")
        for name, value in zip(words[::2], words[1::2], strict=True):
            if name not in ("tso", "gso", "gro", "lro") or value not in ("on", "off"):
                raise Unsupported(f"`{text}`")
            if name in ("tso", "gso"):
                self.offload = value == "on"

    def _dd(self, words: Sequence[str], text: str) -> None:
        given = dict(word.partition("=")[::2] for word in words)
        try:
            size = int(given.get("bs", "512")) * int(given["count"])
        except (KeyError, ValueError):
            raise Unsupported(f"`{text}`") from None
        if given.get("if") != "/dev/zero" or not given.get("of") or not 0 <= size <= MAX_FILE:
            raise Unsupported(f"`{text}`")
        self.files[given["of"]] = size


def _stages(words: Sequence[str]) -> list[list[str]]:
    stages: list[list[str]] = [[]]
    for word in words:
        if word == "|":
            stages.append([])
        else:
            stages[-1].append(word)
    return [stage or [""] for stage in stages]


def _grep(pattern: str, lines: Sequence[str], text: str) -> list[str]:
    """The lines with ``pattern`` in them. Raises Failure for none: exit code 1."""
    found = [line for line in lines if re.search(pattern, line)]
    if not found:
        raise Failure(finding("tool", text=text), actual="; ".join(lines))
    return found
