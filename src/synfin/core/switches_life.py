"""The switches of a connection's life: its timers, from opening to closing, and what may
befall it; of IP, of the host; and the lab's counterfactuals.
"""

from dataclasses import dataclass

from synfin.core.switches_text import TextSwitches
from synfin.core.units import MICROSECOND, SECOND


@dataclass(frozen=True)
class LifeSwitches(TextSwitches):
    """What bears on the connection as a whole. (One class after another, because compiled
    classes have a single base.)"""

    # -- retransmission (RFC 6298, RFC 9293 §3.8.3)
    initial_rto_ns: int = SECOND
    """Before the first sample (RFC 6298 §2.1)."""
    min_rto_ns: int = SECOND
    """RFC 6298 §2.4 rounds up to 1 s; Linux TCP_RTO_MIN is 200 ms."""
    max_rto_ns: int = 60 * SECOND
    """RFC 6298 §2.5: at least 60 s; Linux TCP_RTO_MAX is 120 s."""
    rto_after_syn_timeout_ns: int = 3 * SECOND
    """RFC 6298 §5.7."""
    rto_slop_ns: int = 0
    """FreeBSD net.inet.tcp.rexmit_slop: added to every RTO (TCPT_RANGESET())."""
    rto_variance_floor: bool = False
    """Linux bounds 4*RTTVAR from below by min_rto (RTO = SRTT + max(...)); the
    RFC bounds the whole RTO."""
    r1: int = 3
    """Retransmissions before the application is told (SHLD-10)."""
    r2_ns: int = 100 * SECOND
    """Data is given up at the first timeout this long after its first
    transmission (SHLD-11); 0: use ``retries2``."""
    most_retransmissions: int = 0
    """FreeBSD net.inet.tcp.retries (TCP_MAXRXTSHIFT): text is given up when it has timed
    out once more than this, and a closed window after as many unanswered probes,
    whatever the time; 0: ``r2_ns``."""
    retries2: int = 15
    """Linux tcp_retries2: retransmissions counted at the minimum RTO's sum."""
    orphan_retries: int = 0
    """Linux tcp_orphan_retries: as ``retries2`` once the application has closed;
    0: no difference."""
    syn_r2_ns: int = 180 * SECOND
    """As ``r2_ns`` for a SYN (MUST-23); 0: use ``syn_retries``."""
    syn_retries: int = 6
    """Linux tcp_syn_retries: exponential ones, after the linear ones."""
    syn_linear_timeouts: int = 0
    """Linux (>= 6.5) tcp_syn_linear_timeouts."""
    syn_schedule_ns: tuple[int, ...] = ()
    """Explicit gaps between SYNs, the last one ending in ETIMEDOUT (4.4BSD: 6, 24, 45 s)."""
    synack_retries: int = 0
    """Linux tcp_synack_retries (5): how often a SYN,ACK is repeated; 0: it is a SYN
    segment like any other and ``syn_r2_ns`` holds (MUST-23)."""
    opening_timeout_ns: int = 0
    """FreeBSD net.inet.tcp.keepinit: a connection that is not established by then is
    given up, whatever its retransmissions; 0: none."""
    user_timeout_ns: int = 0
    """TCP_USER_TIMEOUT; 0: none (RFC 9293 §3.9.1.1 leaves the default open)."""

    # -- zero window (RFC 9293 §3.8.6.1)
    empty_window_probes: bool = False
    """Linux: probes are empty, SEG.SEQ = SND.UNA-1; the RFC sends one octet."""

    least_probe_gap_ns: int = 0
    """FreeBSD net.inet.tcp.persmin: no two probes are closer (tcp_setpersist())."""
    probe_answer_restarts: bool = False
    """Linux tcp_ack_probe(): an ACK that keeps the window closed starts the interval
    to the next probe anew; text that its fast path takes does not."""

    # -- keep-alive (RFC 9293 §3.8.4); off unless asked (MUST-25)
    keepalive: bool = False
    """For sockets that say nothing (MUST-25: off); SO_KEEPALIVE decides for one (MUST-24)."""
    keepalive_idle_ns: int = 7200 * SECOND
    """MUST-28; each socket may set its own (MUST-27)."""
    keepalive_interval_ns: int = 75 * SECOND
    """Between probes that nobody answers (Linux tcp_keepalive_intvl)."""
    keepalive_probes: int = 9
    """So many without an answer end the connection, never one alone (MUST-29; Linux
    tcp_keepalive_probes)."""
    keepalive_reset: bool = False
    """Linux sends RST,ACK when it gives up."""

    # -- closing
    msl_ns: int = 120 * SECOND
    """TIME-WAIT lasts 2 MSL (RFC 9293 §3.4.2); Linux: 30 s, constant."""
    time_wait_msl: int = 2
    """How many MSL TIME-WAIT lasts: RFC 9293's 2, or 1 or 3 to see why."""
    fin_wait_2_timeout_ns: int = 0
    """Orphans (closed by the application) in FIN-WAIT-2 (Linux tcp_fin_timeout); 0: for
    ever (RFC 9293)."""
    rfc1337: bool = True
    """TIME-WAIT ignores RST (RFC 1337 fix F1)."""
    time_wait_old_data_restarts: bool = False
    """Linux: any segment answered in TIME-WAIT restarts the timer."""
    time_wait_needs_ack: bool = False
    """FreeBSD tcp_twcheck(): without ACK nothing is answered, an old SYN as little as a
    repeated FIN."""
    time_wait_accepts_syn: bool = True
    """MAY-2 / RFC 6191."""
    time_wait_reuse: bool = False
    """Linux tcp_tw_reuse=1: connect() may take over a TIME-WAIT older than 1 s
    when timestamps are on."""
    reset_orphans_with_data: bool = True
    """close() in FIN-WAIT-x: late data is answered by RST (SHLD-3)."""
    text_after_shutdown_resets: bool = False
    """Linux tcp_rcv_state_process(): text behind a FIN that was taken, or after both
    SHUT_RD and SHUT_WR, ends the connection; what begins behind the FIN is dropped."""
    fin_wait_2_record: bool = False
    """Linux tcp_timewait_state_process(): in FIN-WAIT-2 a connection that its application
    has closed is a small record, which only waits for the FIN."""
    linger_reset_ack: bool = True
    """An ABORT's RST carries ACK, as every stack does in practice; the text of
    §3.10.5 has <SEQ=SND.NXT><CTL=RST>."""

    # -- opening
    syn_received_duplicate_syn: str = "resend"
    """'resend' the SYN,ACK (Linux) or 'ack' (RFC text: SYN out of window)."""
    syn_received_new_syn: str = "listen"
    """In-window SYN in passive SYN-RECEIVED: 'listen' (RFC 9293) or 'reset' (Linux)."""
    listen_syn_ack_silent: bool = False
    """FreeBSD tcp_input(): a SYN,ACK for a listener is dropped, not reset."""
    fin_on_syn_ignored: bool = False
    """FreeBSD: in a simultaneous open a FIN on the peer's SYN is as if it were not there;
    RFC 9293 §3.10.7.3 keeps it for later."""
    syn_data: str = "queue"
    """Text on a plain SYN: 'queue' it (RFC 9293 §3.10.7.2) or 'discard' (Linux)."""
    fin_waits_for_established: bool = False
    """Linux tcp_shutdown(): shutdown() in SYN-RECEIVED sends its FIN once ESTABLISHED is
    reached; close() does so at once."""
    window_shrinks_by_news: bool = False
    """Linux tcp_may_update_window(): a segment with nothing else new may open the window
    or close it, but not make it smaller (§3.10.7.4 fifth takes any)."""
    fin_waits_for_cwnd: bool = False
    """Linux: a lone FIN counts in the congestion window like any packet."""
    crossing_reset_is_reset: bool = False
    """Linux tcp_reset(): a RST in SYN-RECEIVED after a crossing SYN is ECONNRESET, where
    §3.10.7.4 second says "connection refused"."""
    last_ack_at_close: bool = False
    """Linux tcp_close_state(): CLOSE in CLOSE-WAIT enters LAST-ACK at once, with text still
    to be sent (§3.10.4: once the FIN is)."""
    request_sockets: bool = False
    """Linux tcp_check_req(): a child is a mere request until the last ACK comes. The ACK
    field is checked before the rest, an echoed timestamp must be one that a SYN,ACK of
    ours bore, TCP_USER_TIMEOUT does not count yet."""
    listen_drops_syn_fin: bool = False
    """Linux tcp_rcv_state_process(): SYN,FIN opens nothing."""
    answer_text_ignored: bool = False
    """Linux tcp_rcv_synsent_state_process(): text and FIN on what answers our SYN are
    dropped; they come again. Not after Fast Open (tcp_fastopen_add_skb())."""
    crossing_syn_offers: bool = False
    """Linux tcp_send_synack(): in a simultaneous open the SYN,ACK offers all options
    again, whatever the peer's SYN had."""
    crossing_syn_measures: bool = False
    """Linux: the SYN,ACK of a simultaneous open is no retransmission of our SYN, so that
    its acknowledgement is a round trip (RFC 6298 §3)."""
    crossing_window_scaled: bool = False
    """Linux tcp_rcv_state_process(): the window of a SYN,ACK that ends a simultaneous open
    is scaled, against RFC 7323 §2.2."""
    maxseg_bounds_option: bool = False
    """Linux tcp_parse_options(): TCP_MAXSEG bounds the peer's MSS option; without one 536
    octets stand."""
    urgent_defies_nagle: bool = False
    """Linux tcp_nagle_test(): no small segment waits while urgent text is unacknowledged."""
    reset_bears_urgent: bool = False
    """Linux __tcp_transmit_skb(): a RST of our own accord bears URG, too, while urgent text
    has not been sent."""
    ack_after_crossing_syn: bool = False
    """Linux acknowledges once more after a simultaneous open."""
    quick_syn_retry_ns: int = 0
    """Linux repeats a SYN this soon after answering an old SYN,ACK by RST; 0: no."""
    syn_sent_checks_echo: bool = False
    """Linux tcp_rcv_synsent_state_process(): a SYN,ACK whose TSecr is none of our TSvals
    is answered by a reset."""
    syn_carries_data: bool = False
    """Queued text goes out on the SYN even without Fast Open (legal, §3.10.7.3)."""
    syn_data_unacked: str = "wait"
    """Text on our SYN that the SYN,ACK did not cover: 'wait' for its timer, or
    'resend' it with the third segment (Linux tcp_rcv_fastopen_synack())."""
    syn_cookies: str = "off"
    """'off', 'when-full' (Linux 1) or 'always' (Linux 2)."""
    cookies_keep_options: bool = False
    """FreeBSD syncookie_generate(): MSS, window scale and SACK stand in the ISS itself,
    for 15 to 30 s; otherwise all but the MSS needs timestamps (Linux)."""
    abort_on_overflow: bool = False
    """Linux tcp_abort_on_overflow: with the accept queue full the last ACK is answered by
    RST instead of being dropped."""
    syn_backlog: int = 0
    """Half-open limit (Linux tcp_max_syn_backlog); 0: as the accept queue's (backlog + 1)."""
    isn_mode: str = "rfc6528"
    """'rfc6528', and for the lab 'fixed', 'clock-4us', 'clock-4ms', 'random'."""
    isn_tick_ns: int = 4 * MICROSECOND
    """MUST-8; Linux: 64 ns."""
    time_wait_isn_step: int = 65_537
    """A SYN that reopens TIME-WAIT: new ISS = old SND.NXT + this (Linux)."""

    # -- attacks (RFC 5961)
    rfc5961: bool = True
    """Blind resets and SYNs are answered by a challenge ACK (RFC 5961 §3, §4; RFC 9293
    §3.10.7.4)."""
    challenge_acks: int = 10
    """How many challenge ACKs a connection sends in one interval (RFC 5961 §7: 10 in
    5 s; Linux: 1 in 500 ms). Counted per connection: a count for the whole host
    tells an attacker about connections that are not his (CVE-2016-5696)."""
    challenge_ack_interval_ns: int = 5 * SECOND
    """The interval of ``challenge_acks`` (RFC 5961 §7); 0: no limit."""
    rst_below_fin: bool = False
    """Linux tcp_reset_check(): after the peer's FIN a RST numbered like that FIN
    (RCV.NXT-1) counts as exact, too."""
    ack_unsent_silent: bool = False
    """Linux before 2026, tcp_rcv_established(): in ESTABLISHED a segment that acknowledges
    what was never sent is dropped without the ACK of RFC 9293 §3.10.7.4."""
    rst_in_window_kills: bool = False
    """FreeBSD net.inet.tcp.insecure_rst: any RST in the window resets (RFC 793)."""
    syn_in_window_resets: bool = False
    """FreeBSD net.inet.tcp.insecure_syn: a SYN in the window ends the connection by
    RST,ACK (RFC 793); outside it is challenged."""
    drop_syn_fin: bool = False
    """FreeBSD net.inet.tcp.drop_synfin: a segment with SYN and FIN is dropped unseen."""
    blackhole: int = 0
    """FreeBSD net.inet.tcp.blackhole: no RST for a SYN (1) or for any segment (2, 3) that
    meets no socket."""
    reset_in_close_wait_epipe: bool = True
    """Linux tcp_reset(): a RST after the peer's FIN is EPIPE; otherwise ECONNRESET."""
    rst_at_sack_edge: bool = False
    """Linux tcp_validate_incoming(): a RST right behind the text held out of order counts as
    exact, too, if SACK has told of that text."""
    paws_spares_duplicate_acks: bool = False
    """Linux tcp_disordered_ack(): an ACK with an old timestamp but nothing else to say is
    taken for one that was overtaken."""
    paws_ignores_old_acks: bool = False
    """Linux (>= 6.14) tcp_disordered_ack_check(): an ACK without text, from below RCV.NXT and
    with an old timestamp, is late, not wrong; it is dropped without an answer."""
    predicted_acks_stamp: bool = False
    """Linux tcp_rcv_established(), the fast path: of an ACK without text that is the next
    segment, with the window that is known, the timestamp counts before the ACK field is
    looked at, however old that is."""
    syn_user_timeout: bool = False
    """Linux tcp_clamp_rto_to_user_timeout(): TCP_USER_TIMEOUT of a connection that opens
    counts from its first SYN on, but ends it after a second one at the earliest."""
    disconnect_forgets_maxseg: bool = False
    """Linux tcp_disconnect(): a connect() after one that failed knows of no TCP_MAXSEG."""
    later_segment_no_duplicate: bool = False
    """Linux tcp_may_update_window(): a segment that begins behind the last one that told
    of the window tells of it, too, and so is no duplicate ACK (FLAG_WIN_UPDATE)."""
    part_acked_waits_on: bool = False
    """Linux tcp_clean_rtx_queue(): an ACK of less than a segment restarts no timer, where
    RFC 6298 §5.3 asks for new data only."""
    numbers_within_window: bool = False
    """Linux tcp_acceptable_seq(): an ACK or RST of ours never bears a number beyond a
    window that has shrunk, since the peer would not take it."""
    ack_bit_first: bool = False
    """Linux tcp_rcv_established(): a segment without ACK, RST and SYN is dropped before its
    number is looked at, hence without the answer of §3.10.7.4 first."""
    right_edge_acks: bool = False
    """Linux tcp_sequence(): a segment without text is taken at RCV.NXT+RCV.WND, too,
    where Table 6 (§3.4) refuses it."""
    left_edge_acks: bool = False
    """Linux tcp_sequence(): what ends where our last ACK stands or later is looked at, new
    or not: its ACK and its timestamp count, where Table 6 (§3.4) refuses it."""
    ack_too_old_check: bool = True
    """RFC 5961 §5 (MAY-12)."""
    ack_floor_by_acked: bool = False
    """Linux tcp_ack(): too old is also what is below the first octet ever acknowledged."""

    # -- errors
    icmp_at_snd_nxt: bool = False
    """Linux tcp_v4_err(): an error about SND.NXT itself counts, too; RFC 5927 §4.1 asks for
    SEG.SEQ < SND.NXT."""
    icmp_drops_half_open: bool = False
    """Linux tcp_req_err(): net or host unreachable ends a half-open child."""
    icmp_fails_connect: bool = False
    """Linux: any unreachable fails connect() at once (RFC 5461 §4.1)."""
    soft_error_is_so_error: bool = True
    """SO_ERROR tells of a soft error, too (Linux sk_err_soft, SHLD-25); FreeBSD keeps it to
    itself until the connection times out."""
    icmp_hard_codes_refuse: bool = False
    """FreeBSD tcp_ctlinput(): in SYN-SENT protocol and port unreachable, those for
    administrative reasons (ECONNREFUSED) and an expired TTL (EHOSTUNREACH) end the
    attempt, no other."""
    icmp_may_reset: bool = True
    """FreeBSD net.inet.tcp.icmp_may_rst: off, those only count as soft errors."""
    hard_icmp_aborts: bool = False
    """SHLD-26 taken literally in synchronized states; RFC 5927 advises no."""

    # -- IP
    ttl: int = 64
    """TTL and hop limit of what is sent (MUST-49); IP_TTL sets another for a socket."""
    replies_like_socket: bool = False
    """FreeBSD tcp_respond(): what is answered without a connection, or in TIME-WAIT, leaves
    with the TTL and TOS of the socket that holds the port."""
    path_mtu_discovery: bool = True
    """DF is set and what ICMP says of the MTU is heeded (RFC 1191, RFC 8201)."""
    accept_source_route: bool = True
    """IPv4 packets with a source route are taken and, by routers, sent along it (RFC 9293
    §3.9.2.1; RFC 1812 §5.3.13.4); Linux accept_source_route=0 and RFC 7126 §4.3: dropped."""
    reassembly_ns: int = 60 * SECOND
    """How long IPv4 fragments wait for the rest (RFC 1122 §3.3.2: 60 to 120 s; Linux
    ipfrag_time: 30 s)."""

    old_acks_keep_timestamp: bool = False
    """Linux tcp_ack(): a segment with an ACK below SND.UNA moves TS.Recent no more, where RFC
    7323 §4.3 (2) asks for its sequence number alone."""
    missing_timestamp_drops: bool = True
    """RFC 7323 §3.2: a segment without the option, on a connection that uses it, is
    dropped; Linux takes it (tcp_validate_incoming())."""

    udp_tunneling_port: int = 0
    """FreeBSD net.inet.tcp.udp_tunneling_port: TCP also comes in UDP datagrams to this
    port, and leaves so where a socket (TCP_REMOTE_UDP_ENCAPS_PORT) or the peer wants it;
    0: not."""
    udp_tunneling_overhead: int = 8
    """FreeBSD net.inet.tcp.udp_tunneling_overhead: by how much an MSS is smaller then."""
    maxseg_at_once: bool = False
    """FreeBSD tcp_ctloutput(): TCP_MAXSEG lowers the MSS of an open connection, too."""

    # -- host limits (POSIX: EADDRNOTAVAIL, EMFILE, ENOBUFS)
    ephemeral_low: int = 32_768
    """First port that connect() picks by itself (Linux ip_local_port_range; RFC 6335 §6: 49152)."""
    ephemeral_high: int = 60_999
    """Last such port (Linux ip_local_port_range)."""
    max_descriptors: int = 1024
    """Open sockets; then EMFILE (POSIX, RLIMIT_NOFILE)."""
    max_time_waits: int = 262_144
    """TIME-WAIT records (Linux tcp_max_tw_buckets); beyond it there is none, and a
    counter says so."""
    max_connections: int = 1 << 20
    """Transmission control blocks (the memory cap, as Linux tcp_mem); then ENOBUFS."""
    somaxconn: int = 4096
    """Largest backlog that listen(2) gives (Linux net.core.somaxconn)."""

    # -- counterfactuals: refused outside the lab
    two_way: bool = False
    """LISTEN + SYN -> ESTABLISHED at once (scenario 14)."""
    split_synack: bool = False
    """ACK and SYN are sent apart (scenario 15)."""
    no_time_wait: bool = False
    """TIME-WAIT lasts 0 s (scenario 27)."""
    isn_fixed: int = 0
    """The ISN of isn_mode 'fixed' (the lab's)."""
