"""A snapshot of a transmission control block, in the trace's words."""

from synfin.core.sequence import wrap
from synfin.core.tcb import Tcb
from synfin.lab.trace import Record


def tcb_fields(conn: Tcb) -> Record:
    """The fields of docs/trace.md: sequence numbers relative to ISS and IRS (which are
    absolute, as on the wire), times in ns, sizes in octets."""
    snd, rcv = conn.snd, conn.rcv
    state = conn.state.value if conn.time_wait is None else conn.time_wait.state.value
    synchronized = state not in ("CLOSED", "LISTEN", "SYN-SENT")
    una, nxt = snd.snd_una - snd.iss, snd.snd_nxt - snd.iss
    fields: Record = {
        "state": state,
        "iss": wrap(snd.iss),
        "irs": wrap(rcv.irs) if synchronized else None,
        "snd_una": una,
        "snd_nxt": nxt,
        "snd_wnd": snd.snd_wnd,
        "snd_wl1": snd.snd_wl1 - rcv.irs if snd.snd_wl1 else None,
        "snd_wl2": snd.snd_wl2 - snd.iss if snd.snd_wl2 else None,
        "rcv_nxt": rcv.rcv_nxt - rcv.irs if synchronized else None,
        "rcv_wnd": rcv.rcv_wnd,
        "rto": snd.rtt.rto,
        "srtt": snd.rtt.srtt,
        "rttvar": snd.rtt.rttvar,
        "cwnd": snd.cc.cwnd,
        "ssthresh": snd.cc.ssthresh,
        "flight": snd.in_flight,
        "unsent": snd.unsent,
        "unread": rcv.unread,
        "out_of_order": rcv.held.octets,
        "mss": snd.mss,
        "error": conn.error,
    }
    if conn.ecn.ok:
        fields["ecn"] = "ecn ecnseen" if conn.ecn.seen else "ecn"
    return fields
