"""Where the kernel lawfully does otherwise than our profile ``linux``, in random sequences.

As in :mod:`synfin.live.differences`: a difference that no entry covers fails the
comparison; each entry says why it is there and where Linux does it.
"""

import re
from dataclasses import dataclass
from typing import Final

from synfin.live.differential.compare import Difference
from synfin.live.differential.script import Script


@dataclass(frozen=True)
class Named:
    """``line``: a pattern of :attr:`Difference.line`. ``after``: one that an earlier step,
    or the step itself, must fit. ``passing``: only a view differs, not what the stack does
    next, so that the comparison goes on behind it."""

    id: str
    line: str
    why: str
    source: str
    after: str = ""
    passing: bool = False
    begins: bool = False
    """One does what the other does, and then sends more."""
    but_for: str = ""
    """A pattern of what may differ: the rest of what both did is the same."""


NAMED: Final[tuple[Named, ...]] = (
    Named(
        "half-open-outlives-listener",
        r"^SYN-RECEIVED.*\| (close-listener|wait|.*) \| state: CLOSED -> SYN-RECEIVED",
        "A request stays in the kernel's table after its listener has gone, until its timer "
        "expires; whatever comes for it is answered as if it were not there.",
        "net/ipv4/inet_connection_sock.c, inet_csk_listen_stop(), reqsk_timer_handler()",
        after=r"^close-listener",
        passing=True,
    ),
    Named(
        "urgent-not-inline",
        r"\| recv \d+( \w+)?( \+\d+)? \| (outcome|state)|\| state: [A-Z0-9-]+ \d+ \d+ -> ",
        "The kernel takes the octet before the urgent pointer out of the stream unless "
        "SO_OOBINLINE is set, and a read stops there; synfin leaves it in (RFC 6093 §3.1).",
        "net/ipv4/tcp.c, tcp_recvmsg_locked(), tcp_recv_urg()",
        after=r"^< [A-Z.]*U",
    ),
    Named(
        "text-over-fin",
        r"\| (answers|state): .*(\[|CLOSE-WAIT|LAST-ACK)",
        "A peer that puts text where its FIN stood out of order contradicts itself; Linux "
        "keeps whichever segment it merged last, synfin the text.",
        "net/ipv4/tcp_input.c, tcp_data_queue_ofo(), tcp_ofo_queue()",
        after=r"^< [SRP.]*F\S* seq=(nxt|una)[+-]\d+",
    ),
    Named(
        "unit-deferred",
        r"\| answers: .* len=\d+",
        "Where the congestion window leaves room for part of a unit only, Linux may wait for "
        "the next ACK to send it whole; whether it does hangs on how old the flight is.",
        "net/ipv4/tcp_output.c, tcp_tso_should_defer()",
        begins=True,
    ),
    Named(
        "units-and-sack-options",
        r"\| answers: P?U?\. (seq=\d+) ack=(\d+) len=.*\[.* -> P?U?\. \1 ack=\2 len=.*\[",
        "A SACK option shortens segments, D-SACK only those of one unit; where units that were "
        "queued before end, and which are joined, is the layout of the kernel's memory.",
        "net/ipv4/tcp_output.c, tcp_mss_split_point(), tso_fragment(); tcp_current_mss()",
    ),
    Named(
        "overlap-behind-neighbour",
        r"\| answers: ",
        "Text that covers text held out of order is reported by D-SACK only if the kernel's "
        "tree did not first join it to its neighbour on the left.",
        "net/ipv4/tcp_input.c, tcp_data_queue_ofo(), tcp_ooo_try_coalesce()",
        but_for=r" \[-?\d+,-?\d+\)(?= \[)",
    ),
    Named(
        "ack-waits-for-window",
        r"\| < F\S* .*len=\d+.*\| (time: \. .* after 0 ms -> "
        r"|answers: nothing -> \. \S+ \S+( ecr=\S+)?$"
        r"|answers: \. \S+ \S+( ecr=\S+)? -> nothing$)",
        "More than a segment is acknowledged at once only while the window keeps its size; "
        "the kernel's window is half of its buffer, ours is all of it.",
        "net/ipv4/tcp_input.c, __tcp_ack_snd_check(); tcp_output.c, __tcp_select_window()",
    ),
    Named(
        "ack-waited-for-window",
        r"\| < P?\. seq=nxt ack=all len=1 .*\| answers: \. \S+ \S+( ecr=\S+)? -> nothing$",
        "As ack-waits-for-window, one segment later: an ACK that had to wait for its timer ends "
        "the conversation (pingpong mode), so the next one does not wait.",
        "net/ipv4/tcp_timer.c, tcp_delack_timer_handler(); tcp_input.c, __tcp_ack_snd_check()",
        after=r"^< P\. seq=nxt ack=all len=1460",
    ),
    Named(
        "time-wait-taken-over",
        r"^(FIN-WAIT-2|TIME-WAIT)\b.*\| connect.* \| outcome: EADDRNOTAVAIL -> EINPROGRESS",
        "The record that Linux keeps of a connection in TIME-WAIT, or closed in FIN-WAIT-2, "
        "gives way to a connect() from the same port that the program chose, if the peer used "
        "timestamps.",
        "net/ipv4/tcp_ipv4.c, tcp_twsk_unique(); inet_hashtables.c, __inet_check_established()",
    ),
    Named(
        "send-buffer-charge",
        r"\| send .*\| outcome: (\d+|EAGAIN) -> (\d+|EAGAIN)$",
        "How much a send buffer takes depends on the memory that each unit costs, which is "
        "the kernel's own affair.",
        "net/ipv4/tcp.c, sk_stream_memory_free(), tcp_stream_alloc_skb()",
    ),
    Named(
        "fin-before-held-text",
        r"^FIN-WAIT-\S+ .*\| < \S*F.*\| answers: \. seq=\S+ ack=\S+( ecr=\S+)? -> .*\[",
        "A peer that had sent text behind its FIN: the kernel's ACK of the FIN still reports "
        "that text, because it leaves before the text is thrown away.",
        "net/ipv4/tcp_input.c, tcp_fin()",
    ),
    Named(
        "predicted-old-ack",
        r"\| < P?\. seq=(nxt|iss\+1) ack=(all|una)-\d+ len=.*\| answers: ",
        "Text that fits the kernel's header prediction is taken before its ACK field is "
        "looked at, and its timestamp too, however old the ACK; but only while the memory "
        "charged to the socket has room for it, which is the kernel's own affair.",
        "net/ipv4/tcp_input.c, tcp_rcv_established(), the fast path",
    ),
    Named(
        "predicted-old-ack-stamp",
        r"\| answers: ",
        "As predicted-old-ack: the timestamp of such a segment is echoed from then on.",
        "net/ipv4/tcp_input.c, tcp_rcv_established(), the fast path",
        after=r"^< P?\. seq=(nxt|iss\+1) ack=(all|una)-\d+ len=",
        but_for=r" ecr=\S+",
    ),
    Named(
        "fin-before-reset",
        r"^SYN-RECEIVED.*\| < \S+ seq=\S+ ack=all len=\d+ .*"
        r"\| answers: R seq=1 -> F\. seq=1 ack=1( ecr=\S+)? / R seq=1$",
        "shutdown() of both directions before a crossing SYN was acknowledged: Linux sends "
        "the FIN at the ACK field, before it looks at the text that then ends the "
        "connection; synfin sends when the segment is settled.",
        "net/ipv4/tcp_input.c, tcp_rcv_state_process(), case TCP_SYN_RECV; tcp_shutdown()",
        after=r"^shutdown rdwr",
    ),
    Named(
        "crossing-syn-unacknowledged",
        r"^SYN-RECEIVED\b.*\| < P?\. seq=\S+ ack=una .*\| "
        r"(answers: R seq=0 -> |state: SYN-RECEIVED\b.* -> ESTABLISHED \d+ 1$)",
        "After a crossing SYN Linux takes an ACK of nothing (SEG.ACK = ISS) for one of its "
        "SYN and enters ESTABLISHED; RFC 9293 §3.10.7.4 asks for SND.UNA < SEG.ACK.",
        "net/ipv4/tcp_input.c, tcp_rcv_state_process(), tcp_ack()",
        after=r"^< S seq=",
    ),
    Named(
        "predicted-ack-of-syn-ack",
        r"^ESTABLISHED 0 0 \| < P?\. seq=nxt ack=(all|una) win=\d+( <[^>]*>)?( \+\d+)? \| "
        r"answers: \. seq=1 ack=1( ecr=\S+)? -> nothing$",
        "The ACK of a SYN,ACK waits; an ACK of the peer's that fits the kernel's header "
        "prediction does not make it leave, any other segment does.",
        "net/ipv4/tcp_input.c, tcp_rcv_established(), the fast path: no tcp_ack_snd_check()",
        after=r"^set quickack 0",
    ),
)

OPEN: Final[frozenset[int]] = frozenset()
"""Numbers of seed 2, of the first 10,000, that differ and are neither mended nor named yet
(docs/differential.md says what is known of them)."""


def named(script: Script, difference: Difference) -> Named | None:
    """The entry that covers this difference, if there is one."""
    steps = [str(step) for step in script.steps[: difference.step + 1]]
    for entry in NAMED:
        if not re.search(entry.line, difference.line):
            continue
        if entry.but_for and re.sub(entry.but_for, "", difference.engine) != re.sub(
            entry.but_for, "", difference.kernel
        ):
            continue
        if entry.begins and not _one_begins_as_the_other(difference):
            continue
        if not entry.after or any(re.search(entry.after, step) for step in steps):
            return entry
    return None


def _one_begins_as_the_other(difference: Difference) -> bool:
    ours, theirs = difference.engine + " / ", difference.kernel + " / "
    return ours.startswith(theirs) or theirs.startswith(ours)


def entry(id_: str) -> Named:
    """By its name."""
    return next(one for one in NAMED if one.id == id_)
