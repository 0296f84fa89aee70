"""One range of what is outstanding; :mod:`scoreboard` keeps them, :mod:`delivery` reads them."""

from synfin.core.interpreted import mypyc_attr


@mypyc_attr(acyclic=True, free_list_len=1)
class Sent:
    """Sequence space [start, end), last sent at ``sent_at`` (ns)."""

    def __init__(self, start: int, end: int, sent_at: int, flags: int, mss: int) -> None:
        self.start: int = start
        self.end: int = end
        self.sent_at: int = sent_at
        self.first_sent: int = sent_at
        self.flags: int = flags
        """SYN or FIN when the range includes that control (RFC 9293 §3.4); PSH when it bore that,
        because it stands where it stood when text goes again."""
        self.mss: int = mss
        self.transmissions: int = 1
        self.sacked: bool = False
        self.lost: bool = False
        """Deemed lost and not yet sent again: due for retransmission."""
        self.resent: bool = False
        """Sent again and, as far as we know, in flight."""
        self.cost: int = end - start
        """Octets it takes of the congestion window; see :meth:`Scoreboard.cost_of`."""
