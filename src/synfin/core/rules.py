"""Every rule that may settle a segment, a state change, a timer or a silence.

A rule is declared once, here: its id, the section it comes from, and the names
of the values it compares. Code names the rule where it acts; the texts in
English and Chinese live in :mod:`synfin.show`. So this list is also the map
from the RFCs to the code.
"""

from typing import Final

_ALL: "dict[str, Rule]" = {}


class Rule:
    """A named rule: ``id`` (stable, dotted), ``source`` (document and section),
    ``values`` (names of what it compares, as used in its texts) and, where it
    implements one, the requirement ids of RFC 9293."""

    def __init__(self, id: str, source: str, values: str = "", req: str = "") -> None:
        self.id: Final = id
        self.source: Final = source
        self.values: Final = tuple(values.split())
        self.requirements: Final = tuple(req.split())
        assert id not in _ALL, id
        _ALL[id] = self

    def __repr__(self) -> str:
        return f"Rule({self.id})"


def all_rules() -> "dict[str, Rule]":
    """All declared rules by id, in the order of declaration."""
    return _ALL


# --- 3.10.1-3.10.6: the user calls -------------------------------------------
OPEN_ACTIVE: Final = Rule("open.active", "RFC 9293 §3.10.1", "iss")
OPEN_PASSIVE: Final = Rule("open.passive", "RFC 9293 §3.10.1", "port")
OPEN_FROM_LISTEN: Final = Rule("open.from-listen", "RFC 9293 §3.10.2", "iss")
OPEN_FASTOPEN: Final = Rule("open.fastopen", "RFC 7413 §4.1", "cookie_len data_len")
OPEN_NO_TIME_WAIT_REUSE: Final = Rule("open.time-wait-busy", "RFC 9293 §3.4.2", "port left_ns")
OPEN_REFUSED_ADDRESS: Final = Rule("open.invalid-remote", "RFC 9293 §3.9.1.1", "remote", "MUST-46")
SEND_DATA: Final = Rule("send.data", "RFC 9293 §3.7, §3.10.2", "seq end snd_una snd_wnd cwnd")
SEND_FIN: Final = Rule("send.fin", "RFC 9293 §3.10.4", "seq data_len")
SEND_URGENT: Final = Rule("send.urgent", "RFC 9293 §3.8.5", "snd_up", "MUST-30 MUST-62")
CLOSE_LISTEN: Final = Rule("close.listen", "RFC 9293 §3.10.4")
CLOSE_SYN_SENT: Final = Rule("close.syn-sent", "RFC 9293 §3.10.4")
CLOSE_CALL: Final = Rule("close.call", "RFC 9293 §3.10.4", "state unsent")
CLOSE_UNREAD: Final = Rule(
    "close.unread-data", "RFC 9293 §3.6.1; RFC 2525 §2.17", "unread", "SHLD-3"
)
ABORT_CALL: Final = Rule("abort.call", "RFC 9293 §3.10.5", "state snd_nxt")
ABORT_LINGER: Final = Rule("abort.linger", "socket(7) SO_LINGER; RFC 9293 §3.10.5", "snd_nxt")
FROM_LISTENER_CLOSED: Final = Rule("abort.listener-closed", "RFC 9293 §3.10.5", "port")

# --- 3.10.7.1: CLOSED ---------------------------------------------------------
CLOSED_RST_IGNORED: Final = Rule("closed.rst-ignored", "RFC 9293 §3.10.7.1", "seg_seq")
CLOSED_RESET_ACK: Final = Rule("closed.reset-no-ack", "RFC 9293 §3.10.7.1", "seg_seq seg_len")
CLOSED_BLACKHOLE: Final = Rule(
    "closed.blackhole", "RFC 9293 §3.10.7.1; FreeBSD net.inet.tcp.blackhole", "seg_seq seg_len"
)
SYN_FIN_DROPPED: Final = Rule(
    "closed.syn-fin-dropped", "RFC 9293 §3.10.7; FreeBSD net.inet.tcp.drop_synfin", "seg_seq"
)
CLOSED_RESET: Final = Rule("closed.reset", "RFC 9293 §3.10.7.1", "seg_ack")

# --- 3.10.7.2: LISTEN ---------------------------------------------------------
LISTEN_RST: Final = Rule("listen.rst-ignored", "RFC 9293 §3.10.7.2 first", "seg_seq")
LISTEN_ACK: Final = Rule("listen.ack-reset", "RFC 9293 §3.10.7.2 second", "seg_ack")
LISTEN_SYN: Final = Rule("listen.syn", "RFC 9293 §3.10.7.2 third", "seg_seq rcv_nxt iss")
LISTEN_OTHER: Final = Rule("listen.other-dropped", "RFC 9293 §3.10.7.2 fourth", "flags")
LISTEN_SYN_DATA_DISCARDED: Final = Rule(
    "listen.syn-data-discarded", "RFC 9293 §3.10.7.2 third; Linux tcp_conn_request()", "data_len"
)
LISTEN_SYN_DATA_QUEUED: Final = Rule(
    "listen.syn-data-queued", "RFC 9293 §3.10.7.2 third", "data_len"
)
LISTEN_FASTOPEN: Final = Rule("listen.fastopen-data", "RFC 7413 §4.2", "data_len")
LISTEN_TWO_WAY: Final = Rule("cf.two-way", "counterfactual; RFC 9293 §3.5", "seg_seq iss")
LISTEN_SPLIT: Final = Rule("cf.split-syn-ack", "counterfactual; RFC 9293 §3.4.1", "seg_seq iss")

# --- 3.10.7.3: SYN-SENT -------------------------------------------------------
SYN_SENT_BAD_ACK: Final = Rule(
    "syn-sent.bad-ack-reset", "RFC 9293 §3.10.7.3 first", "seg_ack iss snd_nxt"
)
SYN_SENT_BAD_ECHO: Final = Rule(
    "syn-sent.bad-echo-reset", "RFC 7323 §3.2; Linux LINUX_MIB_PAWSACTIVEREJECTED", "ts_ecr"
)
SYN_SENT_BAD_ACK_RST: Final = Rule(
    "syn-sent.bad-ack-rst-dropped", "RFC 9293 §3.10.7.3 first", "seg_ack iss snd_nxt"
)
SYN_SENT_REFUSED: Final = Rule("syn-sent.refused", "RFC 9293 §3.10.7.3 second", "seg_ack snd_nxt")
SYN_SENT_RST_DROPPED: Final = Rule("syn-sent.rst-dropped", "RFC 9293 §3.10.7.3 second", "seg_seq")
SYN_SENT_ESTABLISHED: Final = Rule(
    "syn-sent.established", "RFC 9293 §3.10.7.3 fourth", "seg_ack iss seg_seq rcv_nxt"
)
SYN_SENT_SIMULTANEOUS: Final = Rule(
    "syn-sent.simultaneous",
    "RFC 9293 §3.10.7.3 fourth, §3.5 Fig. 7",
    "seg_seq rcv_nxt iss",
    "MUST-10",
)
SYN_SENT_NO_SYN: Final = Rule("syn-sent.no-syn-dropped", "RFC 9293 §3.10.7.3 fifth", "flags")
SYN_SENT_RETRY: Final = Rule(
    "syn-sent.quick-retry", "Linux tcp_rcv_synsent_state_process()", "delay_ns"
)

# --- 3.10.7.4 first: sequence number ------------------------------------------
SEQ_UNACCEPTABLE: Final = Rule(
    "seq.unacceptable", "RFC 9293 §3.10.7.4 first, Table 6", "seg_seq seg_len rcv_nxt rcv_wnd"
)
SEQ_UNACCEPTABLE_RST: Final = Rule(
    "seq.unacceptable-rst", "RFC 9293 §3.10.7.4 first", "seg_seq rcv_nxt rcv_wnd"
)
SEQ_REPEATED_SYN_ACK: Final = Rule(
    "seq.syn-ack-again", "RFC 9293 §3.10.7.4 first, App. A.2", "seg_seq rcv_nxt", "MUST-10"
)
PAWS_DROP: Final = Rule("paws.dropped", "RFC 7323 §5.3 R1", "ts_val ts_recent")
TS_MISSING: Final = Rule("timestamps.missing", "RFC 7323 §3.2", "seg_seq")
MD5_NOT_SIGNED: Final = Rule("md5.not-signed", "RFC 2385 §2.0", "seg_seq")
MD5_UNEXPECTED: Final = Rule("md5.unexpected", "RFC 2385 §2.0; tcp(7) TCP_MD5SIG", "seg_seq")
MD5_WRONG: Final = Rule("md5.wrong", "RFC 2385 §2.0", "seg_seq")
MD5_NO_RESET: Final = Rule("md5.no-reset", "RFC 2385 §4.1; Linux tcp_v4_send_reset()", "seg_seq")
WINDOW_FULL: Final = Rule(
    "seq.window-closed", "RFC 9293 §3.10.7.4 first", "seg_seq rcv_nxt rcv_wnd"
)

# --- second: RST --------------------------------------------------------------
RST_EXACT: Final = Rule("rst.exact", "RFC 9293 §3.10.7.4 second; RFC 5961 §3.2", "seg_seq rcv_nxt")
RST_CHALLENGE: Final = Rule(
    "rst.challenge-ack", "RFC 9293 §3.10.7.4 second; RFC 5961 §3.2", "seg_seq rcv_nxt rcv_wnd"
)
RST_OUTSIDE: Final = Rule(
    "rst.outside-window", "RFC 9293 §3.10.7.4 second; RFC 5961 §3.2", "seg_seq rcv_nxt rcv_wnd"
)
RST_793: Final = Rule(
    "rst.in-window-793", "RFC 793 §3.4 (before RFC 5961)", "seg_seq rcv_nxt rcv_wnd"
)
RST_SYN_RECEIVED_PASSIVE: Final = Rule(
    "rst.back-to-listen", "RFC 9293 §3.10.7.4 second", "seg_seq rcv_nxt", "MUST-11"
)
RST_SYN_RECEIVED_ACTIVE: Final = Rule(
    "rst.refused", "RFC 9293 §3.10.7.4 second", "seg_seq rcv_nxt", "MUST-11"
)
RST_CLOSING: Final = Rule("rst.after-close", "RFC 9293 §3.10.7.4 second", "seg_seq rcv_nxt")

# --- fourth: SYN --------------------------------------------------------------
SYN_CHALLENGE: Final = Rule(
    "syn.challenge-ack", "RFC 9293 §3.10.7.4 fourth; RFC 5961 §4.2", "seg_seq rcv_nxt"
)
SYN_RECEIVED_AGAIN: Final = Rule(
    "syn-received.syn-again", "RFC 9293 §3.8.1; Linux tcp_check_req()", "seg_seq irs"
)
SYN_RECEIVED_NEW_SYN_LISTEN: Final = Rule(
    "syn-received.new-syn-listen", "RFC 9293 §3.10.7.4 fourth, §3.5", "seg_seq rcv_nxt rcv_wnd"
)
SYN_RECEIVED_NEW_SYN_RESET: Final = Rule(
    "syn-received.new-syn-reset", "Linux tcp_check_req(); RFC 793 §3.9", "seg_seq rcv_nxt rcv_wnd"
)
SYN_793: Final = Rule("syn.in-window-793", "RFC 793 §3.9 (before RFC 5961)", "seg_seq rcv_nxt")
CHALLENGE_LIMITED: Final = Rule(
    "challenge-ack.limited", "RFC 5961 §7", "last_ns now_ns interval_ns"
)

# --- fifth: ACK ---------------------------------------------------------------
ACK_MISSING: Final = Rule("ack.missing", "RFC 9293 §3.10.7.4 fifth", "flags")
ACK_ESTABLISHES: Final = Rule(
    "ack.establishes", "RFC 9293 §3.10.7.4 fifth", "seg_ack snd_una snd_nxt"
)
ACK_SYN_RECEIVED_BAD: Final = Rule(
    "ack.bad-in-syn-received", "RFC 9293 §3.10.7.4 fifth", "seg_ack snd_una snd_nxt"
)
ACK_NEW: Final = Rule("ack.new", "RFC 9293 §3.10.7.4 fifth", "seg_ack snd_una snd_nxt")
ACK_DUPLICATE: Final = Rule(
    "ack.duplicate", "RFC 5681 §2; RFC 9293 §3.10.7.4 fifth", "seg_ack snd_una count"
)
ACK_OLD: Final = Rule("ack.old", "RFC 9293 §3.10.7.4 fifth", "seg_ack snd_una")
ACK_TOO_OLD: Final = Rule("ack.too-old", "RFC 5961 §5.2", "seg_ack snd_una max_window", "MAY-12")
ACK_UNSENT: Final = Rule("ack.unsent", "RFC 9293 §3.10.7.4 fifth", "seg_ack snd_nxt")
ACK_WINDOW: Final = Rule("ack.window-update", "RFC 9293 §3.10.7.4 fifth", "snd_wnd snd_wl1 snd_wl2")
ACK_FIN_WAIT_2: Final = Rule(
    "ack.of-fin", "RFC 9293 §3.10.7.4 fifth, FIN-WAIT-1", "seg_ack snd_nxt"
)
ACK_CLOSING: Final = Rule(
    "ack.closing-time-wait", "RFC 9293 §3.10.7.4 fifth, CLOSING", "seg_ack snd_nxt"
)
ACK_LAST: Final = Rule("ack.last", "RFC 9293 §3.10.7.4 fifth, LAST-ACK", "seg_ack snd_nxt")

# --- sixth to eighth: URG, text, FIN ------------------------------------------
URG_SIGNAL: Final = Rule(
    "urg.signalled", "RFC 9293 §3.10.7.4 sixth", "rcv_up rcv_nxt", "MUST-32 MUST-33"
)
TEXT_IN_ORDER: Final = Rule("text.in-order", "RFC 9293 §3.10.7.4 seventh", "seg_seq length rcv_nxt")
TEXT_OUT_OF_ORDER: Final = Rule(
    "text.out-of-order", "RFC 9293 §3.10.7.4 seventh", "seg_seq rcv_nxt held", "SHLD-31"
)
TEXT_FILLS_GAP: Final = Rule(
    "text.fills-gap", "RFC 9293 §3.10.7.4 seventh; RFC 5681 §4.2", "seg_seq rcv_nxt"
)
TEXT_OLD: Final = Rule("text.duplicate", "RFC 9293 §3.10.7.4 seventh", "seg_seq seg_len rcv_nxt")
TEXT_AFTER_CLOSE: Final = Rule("text.after-close", "RFC 9293 §3.6.1", "seg_seq length", "SHLD-3")
TEXT_AFTER_FIN: Final = Rule("text.after-fin", "RFC 9293 §3.10.7.4 seventh", "seg_seq length")
TEXT_NO_ROOM: Final = Rule(
    "text.no-room", "RFC 9293 §3.10.7.4 seventh, §3.4", "seg_seq length room"
)
FIN_RECEIVED: Final = Rule("fin.received", "RFC 9293 §3.10.7.4 eighth", "seg_seq rcv_nxt")
FIN_BOTH: Final = Rule("fin.simultaneous", "RFC 9293 §3.10.7.4 eighth, Fig. 13", "seg_seq rcv_nxt")
FIN_TIME_WAIT: Final = Rule(
    "fin.time-wait", "RFC 9293 §3.10.7.4 eighth, Fig. 5 note 2", "seg_seq rcv_nxt"
)
FIN_AGAIN: Final = Rule("fin.again", "RFC 9293 §3.10.7.4 eighth", "seg_seq rcv_nxt")

# --- what an ACK answers (3.8.6.3 and friends) --------------------------------
ACK_IMMEDIATE: Final = Rule("send.ack-at-once", "RFC 9293 §3.8.6.3", "rcv_nxt", "MUST-58")
ACK_DELAYED: Final = Rule(
    "send.ack-delayed",
    "RFC 9293 §3.8.6.3; RFC 1122 §4.2.3.2",
    "rcv_nxt delay_ns",
    "MUST-40 SHLD-18",
)
ACK_SECOND_SEGMENT: Final = Rule(
    "send.ack-second-segment", "RFC 9293 §3.8.6.3", "rcv_nxt unacked mss", "SHLD-19"
)
ACK_QUICK: Final = Rule("send.ack-quick", "Linux tcp_in_quickack_mode()", "rcv_nxt quick")
ACK_AFTER_READ: Final = Rule("send.ack-after-read", "Linux tcp_cleanup_rbuf()", "rcv_nxt unread")
ACK_OUT_OF_ORDER: Final = Rule(
    "send.ack-duplicate", "RFC 5681 §4.2; RFC 9293 §3.10.7.4", "rcv_nxt seg_seq", "MAY-13"
)
ACK_COMPRESSED: Final = Rule(
    "send.ack-compressed", "Linux tcp_comp_sack_delay_ns; RFC 5681 §4.2", "rcv_nxt count"
)
ACK_GAP_FILLED: Final = Rule("send.ack-gap-filled", "RFC 5681 §4.2", "rcv_nxt")
ACK_OF_FIN: Final = Rule("send.ack-of-fin", "RFC 9293 §3.10.7.4 eighth", "rcv_nxt")
WINDOW_UPDATE: Final = Rule(
    "send.window-update", "RFC 9293 §3.8.6.2.2", "rcv_nxt rcv_wnd", "MUST-39"
)
SYN_ACK_CROSSED: Final = Rule(
    "send.ack-after-crossing-syn", "Linux tcp_rcv_state_process()", "rcv_nxt"
)

# --- ECN (RFC 3168) -----------------------------------------------------------
ECN_CE: Final = Rule("ecn.congestion-experienced", "RFC 3168 §6.1.3", "rcv_nxt count", "SHLD-8")
ECN_CWR: Final = Rule("ecn.window-reduced-told", "RFC 3168 §6.1.3", "rcv_nxt", "SHLD-8")
ECN_REDUCED: Final = Rule(
    "ecn.window-reduced", "RFC 3168 §6.1.2", "cwnd_before cwnd ssthresh recover", "SHLD-8"
)
ECN_ECHO_AGAIN: Final = Rule("ecn.reduced-already", "RFC 3168 §6.1.2", "cwnd", "SHLD-8")
ACK_CWR: Final = Rule("send.ack-of-cwr", "Linux tcp_ecn_accept_cwr()", "rcv_nxt")

# --- 3.8.1-3.8.3, 3.10.8: timers ----------------------------------------------
RTO_ARMED: Final = Rule("rto.armed", "RFC 6298 §5.1, §5.3", "rto_ns", "MUST-18")
RTO_STOPPED: Final = Rule("rto.stopped", "RFC 6298 §5.2", "snd_una")
RTO_SYN: Final = Rule(
    "rto.syn", "RFC 9293 §3.8.1; RFC 6298 §5.4-5.5", "seq count rto_ns", "MUST-18 MUST-22"
)
RTO_SYN_ACK: Final = Rule("rto.syn-ack", "RFC 9293 §3.8.1; RFC 6298 §5.4-5.5", "seq count rto_ns")
RTO_DATA: Final = Rule(
    "rto.data", "RFC 9293 §3.10.8; RFC 6298 §5.4-5.5", "seq count rto_ns", "MUST-18 MUST-20"
)
RTO_FIN: Final = Rule("rto.fin", "RFC 9293 §3.10.8; RFC 6298 §5.4-5.5", "seq count rto_ns")
RTO_SAMPLE: Final = Rule("rto.sample", "RFC 6298 §2", "rtt_ns srtt_ns rttvar_ns rto_ns")
RTO_KARN: Final = Rule("rto.karn", "RFC 6298 §3", "seq", "MUST-18")
RTO_AFTER_SYN: Final = Rule("rto.after-syn-timeout", "RFC 6298 §5.7", "rto_ns")
RETRANSMIT_REST: Final = Rule(
    "retransmit.go-back", "RFC 5681 §3.1; RFC 6298 §5.4", "seq snd_nxt cwnd"
)
RETRANSMIT_FAST: Final = Rule("retransmit.fast", "RFC 5681 §3.2", "seq dupacks ssthresh", "MUST-19")
RETRANSMIT_RACK: Final = Rule("retransmit.rack", "RFC 8985 §6.2", "seq rtt_ns ssthresh", "MUST-19")
RETRANSMIT_PROBE: Final = Rule("retransmit.tail-probe", "RFC 8985 §7.3", "seq srtt_ns")
SEND_PROBE: Final = Rule("send.tail-probe", "RFC 8985 §7.3", "seq srtt_ns")
PROBE_ARMED: Final = Rule("tail-probe.armed", "RFC 8985 §7.2", "wait_ns")
REORDER_ARMED: Final = Rule("reorder.armed", "RFC 8985 §6.2 step 5", "wait_ns")
UNDONE: Final = Rule("recovery.undone", "RFC 3522 §3.2; RFC 4015 §3.2; RFC 3708", "cwnd ssthresh")
RETRANSMIT_SACK: Final = Rule("retransmit.sack", "RFC 6675 §4, §5", "seq cwnd", "MUST-19")
RETRANSMIT_PARTIAL: Final = Rule("retransmit.partial-ack", "RFC 6582 §3.2", "seq recover")
RETRANSMIT_SYN_TEXT: Final = Rule("retransmit.syn-text", "RFC 7413 §4.2.2", "seq")
RETRANSMIT_MTU: Final = Rule("retransmit.path-mtu", "RFC 1191 §6.5; RFC 9293 §3.7.2", "seq mss mtu")
LIMITED_R1: Final = Rule("rto.r1-notice", "RFC 9293 §3.8.3", "count r1", "SHLD-9 SHLD-10")
GIVE_UP: Final = Rule("rto.give-up", "RFC 9293 §3.8.3 R2", "count elapsed_ns", "MUST-20 SHLD-11")
GIVE_UP_SYN: Final = Rule(
    "rto.give-up-syn", "RFC 9293 §3.8.3 R2 for SYN", "count elapsed_ns", "MUST-22 MUST-23"
)
GIVE_UP_SYN_ACK: Final = Rule(
    "rto.give-up-syn-ack", "RFC 9293 §3.8.3; Linux tcp_synack_retries", "count elapsed_ns"
)
USER_TIMEOUT: Final = Rule(
    "user-timeout.expired", "RFC 9293 §3.10.8; RFC 5482", "elapsed_ns limit_ns", "MUST-21"
)
PERSIST_ARMED: Final = Rule(
    "persist.armed", "RFC 9293 §3.8.6.1", "snd_wnd rto_ns", "MUST-36 SHLD-29"
)
PERSIST_PROBE: Final = Rule(
    "persist.probe", "RFC 9293 §3.8.6.1", "seq count next_ns", "MUST-35 MUST-36 SHLD-30"
)
PERSIST_PROBE_EMPTY: Final = Rule(
    "persist.probe-empty", "Linux tcp_write_wakeup()", "seq count next_ns"
)
KEEPALIVE_PROBE: Final = Rule(
    "keepalive.probe", "RFC 9293 §3.8.4", "idle_ns count", "MUST-26 SHLD-12"
)
KEEPALIVE_GIVE_UP: Final = Rule("keepalive.give-up", "RFC 9293 §3.8.4", "count limit", "MUST-29")
FIN_WAIT_2_TIMEOUT: Final = Rule(
    "fin-wait-2.orphan-timeout", "Linux tcp_fin_timeout; RFC 1122 §4.2.2.20", "timeout_ns"
)

# --- TIME-WAIT ----------------------------------------------------------------
TIME_WAIT_STARTED: Final = Rule("time-wait.started", "RFC 9293 §3.6.1", "length_ns", "MUST-13")
TIME_WAIT_EXPIRED: Final = Rule("time-wait.expired", "RFC 9293 §3.10.8", "length_ns", "MUST-13")
TIME_WAIT_NONE: Final = Rule("cf.no-time-wait", "counterfactual; RFC 9293 §3.6.1", "length_ns")
TIME_WAIT_FIN: Final = Rule(
    "time-wait.fin-again", "RFC 9293 §3.10.7.4 eighth, TIME-WAIT", "seg_seq rcv_nxt"
)
TIME_WAIT_OLD: Final = Rule(
    "time-wait.old-segment", "RFC 9293 §3.10.7.4 first", "seg_seq seg_len rcv_nxt"
)
TIME_WAIT_OLD_RESTART: Final = Rule(
    "time-wait.old-segment-restart", "Linux tcp_timewait_state_process()", "seg_seq rcv_nxt"
)
TIME_WAIT_SILENT: Final = Rule(
    "time-wait.nothing-to-answer", "RFC 9293 §3.10.7.4 fifth, TIME-WAIT", "seg_seq seg_ack"
)
TIME_WAIT_RST_IGNORED: Final = Rule("time-wait.rst-ignored", "RFC 1337 §3 (fix F1)", "seg_seq")
TIME_WAIT_RST_KILLS: Final = Rule(
    "time-wait.rst-kills", "RFC 1337 §2; RFC 9293 §3.10.7.4 second", "seg_seq rcv_nxt"
)
TIME_WAIT_NEW_SYN: Final = Rule(
    "time-wait.new-syn", "RFC 9293 §3.6.1; RFC 6191 §2", "seg_seq rcv_nxt iss", "MAY-2 SHLD-4"
)
TIME_WAIT_OLD_SYN: Final = Rule(
    "time-wait.old-syn", "RFC 9293 §3.6.1; RFC 6191 §2", "seg_seq rcv_nxt"
)
TIME_WAIT_REUSED: Final = Rule("time-wait.reused", "RFC 6191; Linux tcp_tw_reuse", "iss age_ns")

# --- silences: why nothing was sent -------------------------------------------
WAIT_NAGLE: Final = Rule("wait.nagle", "RFC 9293 §3.7.4", "length mss in_flight", "SHLD-7")
WAIT_CORK: Final = Rule("wait.cork", "tcp(7) TCP_CORK", "length mss")
WAIT_SWS: Final = Rule(
    "wait.silly-window", "RFC 9293 §3.8.6.2.1", "usable mss max_window", "MUST-38"
)
WAIT_WINDOW: Final = Rule("wait.window-closed", "RFC 9293 §3.8.6", "snd_wnd in_flight")
WAIT_PACING: Final = Rule("wait.pacing", "Linux tcp_pacing_check()", "rate until_ns")
WAIT_LARGER: Final = Rule(
    "wait.larger-segment", "Linux tcp_tso_should_defer()", "length cwnd in_flight"
)
WAIT_CWND: Final = Rule("wait.congestion-window", "RFC 5681 §3.1", "cwnd in_flight", "MUST-19")
WAIT_ACK: Final = Rule("wait.delayed-ack", "RFC 9293 §3.8.6.3", "delay_ns", "MUST-40")
WAIT_ESTABLISHED: Final = Rule("wait.not-established", "RFC 9293 §3.10.2", "queued")
WAIT_NOTHING: Final = Rule("wait.nothing-to-send", "RFC 9293 §3.8", "snd_nxt")

# --- listener (host) ----------------------------------------------------------
LISTENER_ACCEPTED: Final = Rule(
    "listener.queued", "listen(2); RFC 9293 §3.10.7.4 fifth", "queue backlog"
)
LISTENER_SYN_QUEUE_FULL: Final = Rule(
    "listener.syn-queue-full", "RFC 4987 §2; listen(2)", "queue backlog"
)
LISTENER_FULL_SYN: Final = Rule(
    "listener.full-syn-dropped", "listen(2); Linux tcp_conn_request()", "queue backlog"
)
LISTENER_FULL_ACK: Final = Rule(
    "listener.full-ack-dropped", "listen(2); Linux tcp_v4_syn_recv_sock()", "queue backlog"
)
LISTENER_FULL_RESET: Final = Rule(
    "listener.full-reset", "Linux tcp_abort_on_overflow", "queue backlog"
)
LISTENER_DEFERRED: Final = Rule("listener.deferred", "tcp(7) TCP_DEFER_ACCEPT", "seconds")
LISTENER_MEMORY: Final = Rule(
    "listener.out-of-memory", "host limit on connections", "connections limit"
)
COOKIE_SENT: Final = Rule("cookie.sent", "RFC 4987 §3.6", "queue backlog")
COOKIE_ACCEPTED: Final = Rule("cookie.accepted", "RFC 4987 §3.6", "seg_ack mss")
FASTOPEN_COOKIE_GIVEN: Final = Rule("fastopen.cookie-given", "RFC 7413 §4.1.2", "cookie_len")
FASTOPEN_COOKIE_BAD: Final = Rule("fastopen.cookie-wrong", "RFC 7413 §4.2", "cookie_len")

# --- host, IP and ICMP --------------------------------------------------------
CHECKSUM_BAD: Final = Rule("wire.bad-checksum", "RFC 9293 §3.1", "protocol", "MUST-3")
WIRE_MALFORMED: Final = Rule("wire.malformed", "RFC 9293 §3.1; RFC 791 §3.1", "what", "MUST-7")
IP_TTL: Final = Rule("ip.ttl-expired", "RFC 1812 §5.3.1; RFC 792", "ttl")
IP_NO_ROUTE: Final = Rule("ip.no-route", "RFC 1812 §5.2.7.1", "dst")
IP_TOO_BIG: Final = Rule("ip.too-big", "RFC 1191 §4; RFC 8200 §5", "length mtu")
IP_FRAGMENTED: Final = Rule("ip.fragmented", "RFC 791 §3.2", "length mtu pieces")
IP_REASSEMBLY_TIMEOUT: Final = Rule("ip.reassembly-timeout", "RFC 1122 §3.3.2; RFC 792", "ident")
IP_NOT_OURS: Final = Rule("ip.not-ours", "RFC 1122 §3.2.1.3", "dst")
IP_ROUTE_REFUSED: Final = Rule(
    "ip.source-route-refused", "RFC 7126 §4.3; Linux accept_source_route", "src dst"
)
IP_ROUTE_FAILED: Final = Rule("ip.source-route-failed", "RFC 1122 §3.3.5; RFC 792", "dst next")
IP_ROUTE_SAVED: Final = Rule(
    "ip.source-route-saved", "RFC 9293 §3.9.2.1; RFC 1122 §3.2.1.8", "first hops", "MUST-53 SHLD-24"
)
TCP_BAD_ADDRESS: Final = Rule("tcp.bad-address", "RFC 9293 §3.9.2.3", "src dst", "MUST-57 MUST-63")
ICMP_SOFT: Final = Rule(
    "icmp.soft-error", "RFC 9293 §3.9.2.2", "type code errno", "MUST-47 MUST-56 SHLD-25"
)
ICMP_HARD: Final = Rule(
    "icmp.hard-error", "RFC 9293 §3.9.2.2; RFC 5461 §4", "type code errno", "SHLD-26"
)
ICMP_SYN_ABORTS: Final = Rule(
    "icmp.connect-fails", "RFC 5461 §4.1; Linux tcp_v4_err()", "type code errno"
)
ICMP_HALF_OPEN: Final = Rule(
    "icmp.half-open-ends", "RFC 5461 §4.1; Linux tcp_req_err()", "type code errno"
)
ICMP_OUT_OF_WINDOW: Final = Rule("icmp.bad-sequence", "RFC 5927 §4.1", "seq snd_una snd_nxt")
ICMP_PATH_MTU: Final = Rule("icmp.path-mtu", "RFC 1191 §6.3; RFC 9293 §3.7.2", "mtu mss")
ICMP_QUENCH: Final = Rule("icmp.source-quench", "RFC 9293 §3.9.2.2", "", "MUST-55")
ICMP_PORT: Final = Rule("icmp.port-unreachable", "RFC 1122 §4.1.3.1", "port")
ICMP_ECHO: Final = Rule("icmp.echo-reply", "RFC 1122 §3.2.2.6", "ident seq")
ICMP_RECEIVED: Final = Rule("icmp.received", "RFC 1122 §3.2.2", "type code")
UDP_SENT: Final = Rule("udp.sent", "RFC 768", "length")
UDP_DELIVERED: Final = Rule("udp.delivered", "RFC 768", "length port")
UDP_NO_ROOM: Final = Rule("udp.no-room", "RFC 768 (no flow control)", "length room")
IP_FRAGMENT_KEPT: Final = Rule(
    "ip.fragment-kept", "RFC 791 §3.2; RFC 8200 §4.5", "ident offset length"
)
IP_FRAGMENT_REFUSED: Final = Rule(
    "ip.fragment-refused", "RFC 791 §3.2; RFC 5722 §4; RFC 3168 §5.3", "ident offset why"
)
IP_REASSEMBLED: Final = Rule("ip.reassembled", "RFC 791 §3.2; RFC 8200 §4.5", "ident length pieces")
IP_REASSEMBLY_FULL: Final = Rule(
    "ip.reassembly-full", "host limit on fragments held", "ident held limit"
)
ICMP_NOT_SENT: Final = Rule("icmp.not-sent", "RFC 1122 §3.2.2; RFC 4443 §2.4", "type code why")
UDP_ERROR: Final = Rule("udp.error-passed", "RFC 1122 §4.1.3.3", "type code errno")
SPOOFED: Final = Rule("attack.spoofed", "RFC 5961 §1", "src dst")
