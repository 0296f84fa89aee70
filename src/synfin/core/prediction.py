"""A short path for what nearly every segment of a transfer is (header prediction).

In ESTABLISHED the next text in order, or an acknowledgment of what is outstanding, passes
all questions of :func:`synfin.core.arrival.other_states` before it is of any use. Here they
are asked at once; what then happens is what the same rules do there, by the same functions.
Whoever watches is told more than that, so an observed connection takes the long path; a
property test holds both equal.
"""

from synfin.core.acceptance import note_timestamp
from synfin.core.acks import established_ack
from synfin.core.sequence import modular_less, unwrap
from synfin.core.states import State
from synfin.core.tcb import Tcb
from synfin.core.text import answer_text, in_order
from synfin.wire.tcp import ACK, PSH, Segment


def settles(tcb: Tcb, segment: Segment, seq: int) -> bool:
    """Whether ``segment`` was as predicted; then it is settled."""
    if segment.flags & ~PSH != ACK or tcb.state is not State.ESTABLISHED:
        return False
    rcv = tcb.rcv
    if seq != rcv.rcv_nxt or rcv.fin_seq >= 0 or tcb.observer is not None or tcb.detached:
        return False
    if tcb.ts_ok:
        # PAWS (RFC 7323 §5.3)
        value = segment.options.ts_val
        if value < 0 or modular_less(value, rcv.ts_recent):
            return False
    snd = tcb.snd
    ack = unwrap(segment.ack, snd.snd_una)
    if ack < snd.snd_una or snd.acks_something_unsent(ack):
        return False
    length = len(segment.payload)
    if length and (seq + length > rcv.edge or len(rcv.held.block_starts) > 0):
        return False
    note_timestamp(tcb, segment, seq)
    established_ack(tcb, segment, seq, ack)
    if length:
        in_order(tcb, segment)
    answer_text(tcb)
    return True
