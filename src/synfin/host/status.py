"""What ss(8) and STATUS (RFC 9293 §3.9.1.5) show of a host's TCP."""

from synfin.core.timers import NAMES, NEVER
from synfin.host.keys import local_of, local_port_of, remote_of, remote_port_of
from synfin.host.records import HostConnection
from synfin.host.tcp import TcpLayer


class ConnectionInfo:
    """One line of ``ss -tano``: addresses as octets, times in ns.

    For a listener ``recv_q`` is the accept queue's length and ``send_q`` the
    backlog; otherwise octets unread and octets not acknowledged, as sequence numbers
    count them: a SYN of ours, a FIN of either side is one.
    """

    def __init__(
        self,
        conn: int,
        state: str,
        local: bytes,
        local_port: int,
        remote: bytes,
        remote_port: int,
        recv_q: int,
        send_q: int,
    ) -> None:
        self.conn: int = conn
        self.state: str = state
        self.local: bytes = local
        self.local_port: int = local_port
        self.remote: bytes = remote
        self.remote_port: int = remote_port
        self.recv_q: int = recv_q
        self.send_q: int = send_q
        self.timer: str = ""
        self.timer_due: int = NEVER
        self.retransmits: int = 0
        self.half_open: int = 0


def list_connections(tcp: TcpLayer) -> list[ConnectionInfo]:
    """Listeners, then connections, then TIME-WAIT records, each in order of making."""
    out: list[ConnectionInfo] = []
    for listeners in tcp.demux.listeners.values():
        for listener in listeners:
            info = ConnectionInfo(
                0,
                "LISTEN",
                listener.address,
                listener.port,
                b"",
                0,
                len(listener.accept_queue),
                listener.backlog,
            )
            info.half_open = len(listener.half_open)
            out.append(info)
    for connection in tcp.demux.connections.values():
        out.append(_connection(connection))
    for record in tcp.demux.time_waits.values():
        key = record.key
        info = ConnectionInfo(
            record.id,
            "TIME-WAIT",
            local_of(key),
            local_port_of(key),
            remote_of(key),
            remote_port_of(key),
            0,
            0,
        )
        info.timer = "time-wait"
        info.timer_due = record.until
        out.append(info)
    return out


def _connection(connection: HostConnection) -> ConnectionInfo:
    snd = connection.snd
    info = ConnectionInfo(
        connection.id,
        connection.state.value,
        connection.local,
        connection.local_port,
        connection.remote,
        connection.remote_port,
        connection.rcv.unread + int(connection.rcv.fin_received and not connection.eof_read),
        max(0, snd.buffer.end + int(snd.fin_queued) - snd.snd_una),
    )
    info.retransmits = snd.timeouts or connection.syn_timeouts
    timers = connection.timers
    if timers.deadline < NEVER:
        slot = timers.first()
        info.timer = NAMES[slot]
        info.timer_due = timers.deadline
    return info


def tcp_info(connection: HostConnection) -> dict[str, int | str]:
    """TCP_INFO by the kernel's field names; times in ns where the kernel has us."""
    snd = connection.snd
    rtt = snd.rtt
    return {
        "state": connection.state.value,
        "retransmits": snd.timeouts,
        "rto": rtt.rto,
        "rtt": rtt.srtt,
        "rttvar": rtt.rttvar,
        "min_rtt": rtt.min_rtt,
        "snd_mss": connection.effective_mss,
        "rcv_mss": connection.rcv.segment_size,
        "snd_cwnd": snd.cc.cwnd,
        "snd_ssthresh": snd.cc.ssthresh,
        "snd_wnd": snd.snd_wnd,
        "rcv_wnd": connection.rcv.rcv_wnd,
        "unacked": snd.snd_nxt - snd.snd_una,
        "sacked": snd.board.sacked_octets,
        "lost": snd.board.lost_octets,
        "total_retrans": snd.retransmitted,
        "segs_in": connection.segments_in,
        "segs_out": connection.segments_out,
        "pmtu": connection.mtu,
        "notsent_bytes": snd.unsent,
        "delivered_ce": connection.ecn.delivered_ce,
    }
