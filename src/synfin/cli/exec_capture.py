"""The capture of ``synfin exec``: written as packets go, with the machine's time.

Each packet is there once, at the interface of the side that sent it, when it left; the
comment says what the link did to it, so that the file also has what was lost; what synfin's
own TCP sent (without --peer) has the rule that made it send.
"""

import time
from typing import BinaryIO

from synfin.cli.app import App
from synfin.core.events import Reason
from synfin.show.pcapng import Writer
from synfin.show.words import word
from synfin.sim.tap import DELIVERED, IN_FLIGHT, Tap, Transmission

SIDES = {"client": "10.77.0.1", "server": "10.77.0.2"}


class LiveCapture(Tap):
    """A tap that writes pcapng to ``out``. A write that fails ends the capture:
    :attr:`failed` says why then."""

    def __init__(self, app: App, out: BinaryIO) -> None:
        super().__init__()
        self._texts = app.texts
        self._out = out
        self._zero = time.time_ns()
        self.failed = ""
        self._writer = Writer(out, "synfin exec")
        for name, address in SIDES.items():
            self._writer.interface(name, address)

    def transmitted(self, sent: Transmission) -> None:
        """See :class:`synfin.sim.tap.Tap`."""
        if self.failed:
            return
        at = self._zero + sent.time
        try:
            self._writer.packet(sent.origin, at, sent.data(), self._comment(sent), inbound=False)
        except OSError as error:
            self.failed = error.strerror or str(error)

    def _comment(self, sent: Transmission) -> str:
        words = [f"#{sent.n}"]
        if sent.copy_of:
            words.append(self._texts.ui("exec-copy-of", n=sent.copy_of))
        if sent.fate not in (DELIVERED, IN_FLIGHT):
            fate = sent.fate if sent.damaged else sent.cause or sent.fate
            words.append(word(self._texts, "exec-fate", fate))
        if sent.fault:
            words.append(f"({sent.fault})")
        body = sent.packet.body
        reason = None if isinstance(body, bytes) else body.reason
        if isinstance(reason, Reason):
            words.append(self._texts.rule(reason.rule.id, reason.values))
        return " ".join(words) if len(words) > 1 else ""

    def close(self) -> None:
        """The file is whole."""
        try:
            self._out.close()
        except OSError as error:
            self.failed = self.failed or error.strerror or str(error)
