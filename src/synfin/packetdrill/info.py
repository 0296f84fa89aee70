"""tcp_info of a connection, in the kernel's units, for ``%{ }%`` blocks.

A name that is missing here is not modelled; a block that asks for it is unsupported.
"""

from synfin.core.states import State
from synfin.host.records import HostConnection
from synfin.host.status import tcp_info

STATE_NUMBERS = {
    State.ESTABLISHED: 1,
    State.SYN_SENT: 2,
    State.SYN_RECEIVED: 3,
    State.FIN_WAIT_1: 4,
    State.FIN_WAIT_2: 5,
    State.TIME_WAIT: 6,
    State.CLOSED: 7,
    State.CLOSE_WAIT: 8,
    State.LAST_ACK: 9,
    State.LISTEN: 10,
    State.CLOSING: 11,
}
CLOSED = STATE_NUMBERS[State.CLOSED]
LISTENING = STATE_NUMBERS[State.LISTEN]
INFINITE = 0x7FFFFFFF
MICROSECOND = 1_000
MILLISECOND = 1_000_000


def kernel_info(connection: HostConnection, now: int) -> dict[str, int]:
    """Times in us or (last_*) ms, windows in segments as tcp(7)'s struct has them."""
    info = tcp_info(connection)
    snd, rcv = connection.snd, connection.rcv
    mss = max(connection.effective_mss, 1)
    times = connection.times.totals(now)
    ranges = snd.board.ranges[snd.board.head :]
    values = {
        "state": STATE_NUMBERS[connection.state],
        "ca_state": snd.ca_state,
        "retransmits": snd.timeouts,
        "backoff": snd.timeouts,
        "probes": snd.probes,
        "options": _options(connection),
        "snd_wscale": connection.snd.scale,
        "rcv_wscale": rcv.scale,
        "rto": snd.rtt.rto // MICROSECOND,
        "rtt": snd.rtt.srtt // MICROSECOND,
        "rttvar": snd.rtt.rttvar // MICROSECOND,
        "min_rtt": snd.rtt.min_rtt // MICROSECOND,
        "snd_mss": mss,
        "rcv_mss": rcv.segment_size,
        "advmss": min(connection.settings.mss, connection.user_mss or connection.settings.mss),
        "unacked": sum(-(-(r.end - r.start) // mss) for r in ranges),
        "sacked": sum(-(-(r.end - r.start) // mss) for r in ranges if r.sacked),
        "lost": sum(-(-(r.end - r.start) // mss) for r in ranges if r.lost or r.resent),
        "retrans": sum(1 for r in ranges if r.resent and not r.lost and not r.sacked),
        "total_retrans": snd.retransmitted,
        "delivered": snd.delivered // snd.cc.mss + int(snd.snd_una > snd.iss),
        "snd_cwnd": snd.cc.cwnd // snd.cc.mss,
        "snd_ssthresh": INFINITE if snd.cc.ssthresh >= 1 << 40 else snd.cc.ssthresh // mss,
        "delivered_ce": -(-connection.ecn.delivered_ce // mss),
        "reordering": snd.reordering,
        "reord_seen": snd.rack.reordering_seen,
        "dsack_dups": snd.dsack_segments,
        "pacing_rate": snd.pacing_rate,
        "max_pacing_rate": snd.max_pacing_rate or (1 << 64) - 1,
        "snd_wnd": snd.snd_wnd,
        "rcv_wnd": rcv.rcv_wnd,
        "notsent_bytes": snd.unsent,
        "segs_in": connection.segments_in,
        "segs_out": connection.segments_out,
        "pmtu": int(info["pmtu"]),
        "last_data_sent": (now - snd.last_sent_at) // MILLISECOND,
        "last_data_recv": (now - _text_heard_at(connection)) // MILLISECOND,
        "last_ack_recv": (now - connection.last_heard) // MILLISECOND,
        "busy_time": times[0] // MICROSECOND,
        "rwnd_limited": times[1] // MICROSECOND,
        "sndbuf_limited": times[2] // MICROSECOND,
    }
    return {f"tcpi_{name}": value for name, value in values.items()}


def _options(connection: HostConnection) -> int:
    bits = 1 if connection.ts_ok else 0
    bits |= 2 if connection.sack_ok else 0
    bits |= 4 if connection.rcv.scale or connection.snd.scale else 0
    bits |= 8 if connection.ecn.ok else 0
    bits |= 16 if connection.ecn.seen else 0
    bits |= 32 if _syn_data(connection) else 0
    return bits


def _syn_data(connection: HostConnection) -> bool:
    """Data on a SYN was taken: ours by the peer, or (passive) the peer's by us."""
    return connection.syn_data_acked


def _text_heard_at(connection: HostConnection) -> int:
    """When the last text came; opening counts (Linux tcp_finish_connect()). Only adaptive
    ACKs note it: elsewhere the last segment stands for it."""
    acking = connection.acking
    return acking.heard_at if acking.adaptive else connection.last_heard
