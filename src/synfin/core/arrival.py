"""SEGMENT ARRIVES (RFC 9293 §3.10.7), step by step, in the RFC's order and words.

The rooms behind the steps: :mod:`opening` (LISTEN, SYN-SENT), :mod:`checks` (first
to fourth), :mod:`acks` (fifth), :mod:`text` (sixth to eighth), :mod:`closed` (no
connection). Each step returns True when it settled the segment.
"""

from synfin.core import prediction
from synfin.core.acks import check_ack
from synfin.core.checks import check_rst, check_sequence, check_syn
from synfin.core.fin_wait_2 import is_record, record_settles
from synfin.core.opening import listen_state, syn_sent_state
from synfin.core.sequence import unwrap
from synfin.core.states import State
from synfin.core.tcb import Tcb
from synfin.core.text import sixth_onward
from synfin.wire.tcp import SYN, Segment


def segment_arrives(tcb: Tcb, segment: Segment) -> None:
    """Dispatch on the state (§3.10.7.1 to §3.10.7.4); CLOSED is the host's."""
    tcb.segments_in += 1
    tcb.last_heard = tcb.now
    tcb.keepalive_sent = 0
    state = tcb.state
    if state is State.LISTEN:
        listen_state(tcb, segment)
    elif state is State.SYN_SENT:
        syn_sent_state(tcb, segment)
    elif state is not State.CLOSED:
        other_states(tcb, segment)


# --- 3.10.7.4. Other States ---------------------------------------------------------------
def other_states(tcb: Tcb, segment: Segment) -> None:
    """First sequence, second RST, (third security,) fourth SYN, fifth ACK, then the rest."""
    seq = unwrap(segment.seq, tcb.rcv.rcv_nxt)
    if prediction.settles(tcb, segment, seq):
        return
    if is_record(tcb) and record_settles(tcb, segment, seq):
        return
    if check_sequence(tcb, segment, seq):
        return
    if check_rst(tcb, segment, seq) or check_syn(tcb, segment, seq):
        return
    if check_ack(tcb, segment, seq):
        return
    if segment.flags & SYN:
        # App. A.2: of a repeated SYN,ACK only the ACK was still of use.
        seq += 1
    sixth_onward(tcb, segment, seq)
