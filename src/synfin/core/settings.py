"""Settings: one named switch for each place where stacks lawfully differ.

Three layers (profile -> host configuration -> socket options): a profile is a
frozen :class:`Settings`; a host replaces it whole when a ``sysctl`` changes; a
connection copies what it needs. Nothing in the engine asks "am I Linux?", it
asks the switch. All times are integer nanoseconds.
"""

from dataclasses import dataclass, fields, replace
from typing import Any, Final

from synfin.core.problems import Problem

MICROSECOND: Final = 1_000
MILLISECOND: Final = 1_000_000
SECOND: Final = 1_000_000_000

CONGESTION_CONTROLS: Final = ("newreno", "cubic", "fixed")
"""What ``congestion_control`` accepts."""
ECN_MODES: Final = ("off", "accept", "ask")
"""What ``ecn`` accepts."""
SLOW_STARTS: Final = ("off", "classic", "plus")
"""What ``hystart`` accepts."""


@dataclass(frozen=True)
class Settings:
    """The switches, with the values of RFC 9293 and the RFCs it cites as defaults."""

    # -- options offered in a SYN (RFC 9293 §3.2, RFC 7323, RFC 2018, RFC 7413)
    mss: int = 1460
    """Largest MSS announced, octets; the interface MTU may lower it (MUST-67)."""
    send_mss_option: bool = True
    """Whether SYNs carry the MSS option (SHLD-5, MAY-3); without it the peer assumes 536."""
    mss_follows_path: bool = False
    """Linux ipv4_default_advmss(): what ICMP said of the path to the peer lowers the MSS
    announced, too; RFC 9293 §3.7.1 has it follow what can be received (MMS_R)."""
    window_scale: int = 7
    """Shift offered in our SYN; -1 offers none (RFC 7323 §2.2)."""
    timestamps: bool = True
    """Offered in SYNs and agreed to (RFC 7323 §3.2)."""
    sack: bool = True
    """Offered in SYNs and agreed to (RFC 2018 §2)."""
    signed_without_timestamps: bool = False
    """Linux tcp_syn_options(), tcp_synack_options(): a signed SYN (RFC 2385) offers no
    timestamps, and a signed SYN,ACK grants them only without SACK."""
    option_order: str = "linux"
    """How options stand on a SYN: 'linux' (MSS, SACK and timestamps, window scale; NOPs
    before) or 'bsd' (FreeBSD tcp_addoptions(): MSS, window scale, SACK, timestamps, Fast
    Open; zeros behind)."""
    syn_options_dropped_after: int = 0
    """FreeBSD net.inet.tcp.rexmit_drop_options: from this retransmission on a SYN asks
    for neither window scale nor timestamps nor SACK (tcp_timer_rexmt()); 0: never."""
    sack_counts_fin: bool = True
    """A FIN held out of order has its number in SACK blocks (Linux); FreeBSD's
    tcp_update_sack_list() knows text only."""
    ts_clock_ns: int = MILLISECOND
    """One tick of TSval (RFC 7323 §5.4: 1 ms to 1 s)."""
    fastopen_client: bool = False
    """Linux tcp_fastopen bit 0x1 (RFC 7413 §4.2): cookies are asked for and used."""
    fastopen_server: bool = False
    """Linux tcp_fastopen bit 0x2 (RFC 7413 §4.2): cookies are given out and taken."""
    fastopen_gives_up: bool = False
    """FreeBSD tcp_fastopen_disable_path(): a server that answers without a good cookie, and
    has not taken text on the SYN either, is asked no more."""
    fastopen_blackhole_ns: int = 0
    """Linux tcp_fastopen_blackhole_timeout_sec: how long Fast Open rests after a path has
    swallowed it, doubled each time in a row (RFC 7413 §4.1.3.1); 0: it does not."""
    implied_connect: bool = False
    """FreeBSD tcp_usr_send(): sendto() on a socket without a connection opens one."""
    fastopen_any_listener: bool = False
    """Linux tcp_fastopen bit 0x400: no listener needs TCP_FASTOPEN, its backlog counts."""
    fastopen_without_cookie: bool = False
    """Linux tcp_fastopen bit 0x200: text on any SYN is taken, with or without a cookie."""
    fastopen_asks_none: bool = False
    """Linux tcp_fastopen bit 0x4: our SYN carries text without a cookie (RFC 7413 §4.1.3
    wants one; for networks where nobody spoofs)."""

    # -- buffers and windows
    receive_buffer: int = 65_535
    """SO_RCVBUF (socket(7)), octets: the largest window offered."""
    send_buffer: int = 1 << 20
    """SO_SNDBUF (socket(7)), octets."""
    send_buffer_limit: int = 0
    """Up to where the send buffer grows with the congestion window (Linux tcp_wmem's third
    number), octets; 0: it does not grow."""
    send_by_units: bool = False
    """Linux tcp_sendmsg(): SO_SNDBUF is looked at only before each unit (up to 64 KB, or
    half the peer's window) and counts some overhead for each, so that a send() may take a
    little more than fits; otherwise it takes exactly the octets that are free."""
    notsent_lowat: int = 0
    """Linux tcp_notsent_lowat, octets: a socket with so much text queued but not sent takes
    no more; 0: no limit. TCP_NOTSENT_LOWAT sets it for one socket."""
    whole_segment_buffers: bool = False
    """FreeBSD tcp_mss(): once the MSS is known, buffers that hold more than one segment
    are rounded up to whole ones (65,536 becomes 45 * 1460 = 65,700)."""
    window_is_free_space: bool = False
    """FreeBSD tcp_output(): each segment offers what is free just then; otherwise the
    edge moves by worthwhile steps only (RFC 9293 §3.8.6.2.2). Less than a segment and a
    quarter of the buffer is no window there, either."""
    window_update_quarter: bool = False
    """FreeBSD tcp_output(): reading alone is told when it freed two segments and a
    quarter of the buffer, or half of it."""

    # -- sending (RFC 9293 §3.7.4, §3.8.6)
    nagle: bool = True
    """The Nagle algorithm (SHLD-7); TCP_NODELAY takes it off a connection (MUST-17)."""
    nagle_idle_write: bool = False
    """FreeBSD tcp_output(): idle is what it was before the first segment, so that a write
    on an idle connection leaves whole, its small tail, too."""
    nagle_minshall: bool = False
    """Linux tcp_minshall_check(): a small segment waits only for an earlier small one, so
    that the tail of a large write leaves at once (RFC 9293 §3.7.4 waits for any text)."""
    second_segment_acks: bool = False
    """FreeBSD DELAY_ACK(): the second segment in order is acknowledged at once, however
    short; otherwise the second full-sized one (SHLD-19)."""
    old_segments_acknowledge: bool = False
    """FreeBSD tcp_do_segment() and 4.4BSD: a segment from below the window is answered and
    cut to nothing, but its ACK counts; RFC 9293 §3.10.7.4 drops it whole."""
    old_text_acks: bool = False
    """FreeBSD tcp_do_segment(): text that begins below RCV.NXT is acknowledged at once,
    though the rest of it is new."""
    acks_repeat_fin: bool = False
    """FreeBSD tcp_output(): an ACK that leaves while our FIN is unacknowledged carries
    the FIN again (only with ``old_segments_acknowledge``: two that close at once would
    otherwise never hear each other's ACK, and repeat their FINs for ever)."""
    ack_ends_more: bool = False
    """Linux tcp_data_snd_check(): the next ACK lets the tail of a MSG_MORE write go, as far
    as Nagle's algorithm allows."""
    delayed_ack_ns: int = 200 * MILLISECOND
    """0 acknowledges at once; must stay below 0.5 s (MUST-40)."""
    window_update_doubles: bool = False
    """Reading alone is told only when the window has at least doubled (Linux
    tcp_cleanup_rbuf()); otherwise when it grew by two segments (RFC 9293 §3.8.6.2.2)."""
    psh_on_large: bool = False
    """Linux: PSH on every segment that a device will cut, to speed up the receiver."""
    text_carries_duplicate_acks: bool = False
    """Linux tcp_data_snd_check(): the ACK for text out of order rides on text of ours that
    may leave now; alone it would count at the peer (RFC 5681 §2)."""
    quick_acks: int = 0
    """How many ACKs of a new connection leave at once before delaying begins; with
    ``adaptive_acks`` at most so many in a row (Linux TCP_MAX_QUICKACKS: 16)."""
    adaptive_acks: bool = False
    """Linux tcp_event_data_recv(), tcp_fin(): quick ACKs for a burst, delayed ones in a
    conversation, by a time that follows the gaps between segments, from
    ``delayed_ack_ns`` to 200 ms; otherwise a fixed ``delayed_ack_ns`` (RFC 9293 §3.8.6.3)."""
    sack_compression_ns: int = 0
    """Linux tcp_comp_sack_delay_ns: from the fourth duplicate ACK on several wait so long,
    at most, and go as one; also no longer than a twentieth of the RTT. 0: each by itself
    (RFC 5681 §4.2)."""
    dsack: bool = True
    """What came twice is reported in the first SACK block (RFC 2883)."""
    initial_window_segments: int = 10
    """RFC 6928 §2; 3 gives RFC 5681 §3.1's for an MSS of 1460."""
    slow_start_limit: int = 1
    """How many MSS one ACK may add to the window in slow start (RFC 5681 §3.1: 1; RFC 9406
    §4.3: 8); 0: all that it acknowledged, as Linux tcp_slow_start()."""
    congestion_control: str = "newreno"
    """'newreno', the standard one of RFC 5681 with RFC 6582, or another that conforms
    (MAY-18): 'cubic' (RFC 9438); 'fixed' for the lab. TCP_CONGESTION chooses for a socket."""
    cubic_rfc9438: bool = True
    """CUBIC grows as fast as Reno once the lost window is regained (§4.3), and a reduction
    taken back restores its curve (§4.9); Linux tcp_cubic.c does neither."""
    hystart: str = "plus"
    """Leaving slow start before loss: 'off', 'classic' (CUBIC's HyStart in Linux; Reno has
    none) or 'plus' (HyStart++, RFC 9406)."""
    syn_window_in_segments: bool = False
    """Linux tcp_select_initial_window(): a SYN offers whole segments (64,240 for an MSS of
    1,460), not all of the buffer."""
    count_segments: bool = False
    """Linux counts its windows in packets: a small segment takes as much of the congestion
    window as a full one. RFC 5681 counts octets."""
    limited_transmit: bool = True
    """RFC 3042: each of the first two duplicate ACKs lets one new segment out."""
    ssthresh_from_window: bool = False
    """Linux tcp_reno_ssthresh(): half of the congestion window, not of what is in flight
    (RFC 5681 §3.1 equation 4)."""
    one_reduction_per_window: bool = False
    """Linux tcp_enter_loss(): a timeout during fast recovery leaves ssthresh where that has
    put it; RFC 5681 §3.1 and §4.3 lower it again, once for each segment that times out."""
    window_validation: bool = False
    """Linux tcp_cwnd_validate(): what was not used of the window for an RTO is given up by
    half, and a window grows only after it was full once in the flight (compare RFC 7661)."""
    restart_after_idle: bool = True
    """An idle time makes the window smaller (RFC 5681 §4.1; Linux tcp_slow_start_after_idle)."""
    idle_halves: bool = False
    """Linux tcp_cwnd_restart(): an idle time halves the window once per RTO; RFC 5681 §4.1
    goes back to the initial window at once."""

    pacing: bool = False
    """The window is spread over the round trip (Linux sk_pacing_status; RFC 9438 leaves it
    open); else only where SO_MAX_PACING_RATE is set."""
    pacing_ss_percent: int = 200
    """Linux tcp_pacing_ss_ratio: rate in slow start, percent of a window per round trip."""
    pacing_ca_percent: int = 120
    """Linux tcp_pacing_ca_ratio: the same later."""
    tso_autosize: bool = False
    """Linux tcp_tso_autosize(): a segment for the device to cut takes a millisecond of the
    pacing rate; else it is as large as the windows and the device allow."""
    tso_defers: bool = False
    """Linux tcp_tso_should_defer(): a segment for the device to cut waits up to a
    millisecond for the ACK that lets it be larger."""
    min_tso_segments: int = 2
    """Linux tcp_min_tso_segs."""

    # -- loss recovery
    collapses: bool = False
    """Linux tcp_retrans_try_collapse(): a small segment that goes again takes the small ones
    after it along (RFC 9293 §3.8 leaves the cuts to the sender)."""
    reordering_threshold: int = 3
    """DupThresh (RFC 5681 §3.2, RFC 6675 §2; Linux tcp_reordering)."""
    rack: bool = False
    """RFC 8985 §6: losses are told by time; otherwise by three duplicate ACKs or what
    SACK says (RFC 5681 §3.2, RFC 6675)."""
    tail_loss_probe: bool = False
    """RFC 8985 §7; needs SACK."""
    prr: bool = False
    """RFC 9937: the window falls in proportion to what is delivered; otherwise at once."""
    frto: bool = False
    """RFC 5682: after a timeout look whether it was spurious before sending all again."""
    undo: bool = False
    """A reduction is taken back when timestamps (RFC 3522, RFC 4015) or D-SACK (RFC 3708)
    show that nothing was lost."""
    sws_override_ns: int = 200 * MILLISECOND
    """RFC 9293 §3.8.6.2.1: override timeout, 0.1 to 1.0 s."""
    override_by_probe: bool = False
    """Linux tcp_check_probe_timer(): what a cork or a small window holds back waits for the
    probe timer, one RTO, counted anew from each ACK; beside text under way it does not run."""
    user_timeout_from_retransmission: bool = False
    """Linux retransmits_timed_out(): the user timeout counts from the first
    retransmission, not from the first transmission."""

    # -- explicit congestion notification (RFC 3168; SHLD-8)
    ecn: str = "accept"
    """'off', 'accept' when the peer's SYN asks, or 'ask' in our SYNs, too (Linux tcp_ecn:
    0, 2, 1)."""
    ecn_fallback: bool = True
    """RFC 3168 §6.1.1.1: a SYN that goes again asks no more (Linux tcp_ecn_fallback)."""
    ecn_syn_retries: int = 0
    """FreeBSD net.inet.tcp.ecn.maxretries: so many repeated SYNs still ask."""
    ecn_crossing_accepts: bool = False
    """FreeBSD tcp_ecn_input_parallel_syn(): in a simultaneous open the peer's request is
    agreed to, though our own SYN has not asked."""
    ecn_strict_setup: bool = True
    """RFC 3168 §6.1.1: whoever sent or received a SYN that did not ask sets no ECT, even
    if another SYN did; Linux looks at the first SYN and the SYN,ACK alone."""
    ecn_plain_syn_only: bool = False
    """Linux tcp_ecn_create_request(): a SYN that asks but is marked ECT itself is refused."""
    ecn_quick_acks: int = 0
    """Linux __tcp_ecn_check_ce(): so many ACKs leave at once after the first CE, and after
    text without ECT where others had it, which has probably been sent again
    (with ``adaptive_acks``)."""
    ecn_cwr_at_once: bool = False
    """Linux tcp_ecn_accept_cwr(): text with CWR is acknowledged at once, since a sender
    with a small window may be waiting for it."""

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
    to the next probe anew."""

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
    maxseg_bounds_option: bool = False
    """Linux tcp_parse_options(): TCP_MAXSEG bounds the peer's MSS option; without one 536
    octets stand."""
    urgent_defies_nagle: bool = False
    """Linux tcp_nagle_test(): no small segment waits while urgent text is unacknowledged."""
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

    def __post_init__(self) -> None:
        """Refuse what no stack may be set to. Raises ValueError with what to do."""
        if not 0 <= self.delayed_ack_ns < SECOND // 2:
            raise Problem(
                "settings.delayed-ack", "delayed_ack_ns must be from 0 to below 0.5 s (MUST-40)"
            )
        if self.initial_rto_ns <= 0 or self.min_rto_ns <= 0 or self.max_rto_ns < self.min_rto_ns:
            raise Problem(
                "settings.rto", "RTOs must be positive and max_rto_ns at least min_rto_ns"
            )
        if not 1 <= self.mss <= 65_495:
            raise Problem("settings.mss", "mss must be from 1 to 65495 octets")
        if not -1 <= self.window_scale <= 14:
            raise Problem(
                "settings.window-scale",
                "window_scale must be from 0 to 14, or -1 for none (RFC 7323 §2.3)",
            )
        if self.ts_clock_ns <= 0 or self.isn_tick_ns <= 0:
            raise Problem("settings.clocks", "ts_clock_ns and isn_tick_ns must be positive")
        if self.receive_buffer < 1 or self.send_buffer < 1:
            raise Problem(
                "settings.buffers", "receive_buffer and send_buffer must be at least 1 octet"
            )
        if self.ecn not in ECN_MODES:
            names = ", ".join(ECN_MODES)
            raise Problem("settings.ecn", "ecn must be one of {names}", names=names)
        if self.option_order not in ("linux", "bsd"):
            raise Problem("settings.option-order", "option_order must be 'linux' or 'bsd'")
        if self.initial_window_segments < 1 or self.congestion_control not in CONGESTION_CONTROLS:
            raise Problem(
                "settings.congestion",
                "initial_window_segments must be at least 1 and congestion_control one of {names}",
                names=", ".join(CONGESTION_CONTROLS),
            )
        if self.hystart not in SLOW_STARTS:
            raise Problem(
                "settings.hystart", "hystart must be one of {names}", names=", ".join(SLOW_STARTS)
            )

    def but(self, **changes: Any) -> "Settings":
        """A copy with ``changes``; raises TypeError for an unknown switch."""
        return replace(self, **changes)


def offered_scale(settings: Settings) -> int:
    """The shift to offer: one by which the whole buffer would vanish is no use."""
    return min(settings.window_scale, settings.receive_buffer.bit_length() - 1)


COUNTERFACTUALS: Final = frozenset({"two_way", "split_synack", "no_time_wait"})
"""Switches that break TCP on purpose; with the ISN modes 'fixed' and 'clock-4ms' and
a ``time_wait_msl`` other than 2 they are allowed in the lab only."""


def counterfactuals_in(settings: Settings) -> tuple[str, ...]:
    """The switches that are set so that TCP breaks on purpose."""
    found = [name for name in sorted(COUNTERFACTUALS) if getattr(settings, name)]
    if settings.isn_mode == "fixed" or settings.isn_mode == "clock-4ms":
        found.append("isn_mode")
    if settings.time_wait_msl != 2:
        found.append("time_wait_msl")
    return tuple(found)


RFC: Final = Settings()

LINUX: Final = Settings(
    mss=1460,
    receive_buffer=131_072,
    min_rto_ns=200 * MILLISECOND,
    max_rto_ns=120 * SECOND,
    rto_variance_floor=True,
    delayed_ack_ns=40 * MILLISECOND,
    quick_acks=16,
    adaptive_acks=True,
    sack_compression_ns=MILLISECOND,
    signed_without_timestamps=True,
    send_by_units=True,
    slow_start_limit=0,
    congestion_control="cubic",
    cubic_rfc9438=False,
    hystart="classic",
    ecn_strict_setup=False,
    ecn_plain_syn_only=True,
    ecn_quick_acks=2,
    ecn_cwr_at_once=True,
    syn_window_in_segments=True,
    count_segments=True,
    ack_ends_more=True,
    ssthresh_from_window=True,
    one_reduction_per_window=True,
    tso_autosize=True,
    tso_defers=True,
    collapses=True,
    window_validation=True,
    idle_halves=True,
    rack=True,
    tail_loss_probe=True,
    prr=True,
    frto=True,
    undo=True,
    r2_ns=0,
    retries2=15,
    orphan_retries=8,
    syn_r2_ns=0,
    syn_retries=6,
    syn_linear_timeouts=4,
    synack_retries=5,
    empty_window_probes=True,
    probe_answer_restarts=True,
    reassembly_ns=30 * SECOND,
    keepalive_reset=True,
    msl_ns=30 * SECOND,
    fin_wait_2_timeout_ns=60 * SECOND,
    rfc1337=False,
    time_wait_old_data_restarts=True,
    syn_received_new_syn="reset",
    syn_data="discard",
    syn_data_unacked="resend",
    ack_after_crossing_syn=True,
    answer_text_ignored=True,
    crossing_syn_offers=True,
    crossing_syn_measures=True,
    maxseg_bounds_option=True,
    urgent_defies_nagle=True,
    fin_waits_for_established=True,
    window_shrinks_by_news=True,
    fin_waits_for_cwnd=True,
    crossing_reset_is_reset=True,
    last_ack_at_close=True,
    request_sockets=True,
    listen_drops_syn_fin=True,
    text_after_shutdown_resets=True,
    fin_wait_2_record=True,
    left_edge_acks=True,
    ack_floor_by_acked=True,
    quick_syn_retry_ns=10 * MILLISECOND,
    syn_sent_checks_echo=True,
    old_acks_keep_timestamp=True,
    missing_timestamp_drops=False,
    rst_below_fin=True,
    rst_at_sack_edge=True,
    text_carries_duplicate_acks=True,
    override_by_probe=True,
    user_timeout_from_retransmission=True,
    part_acked_waits_on=True,
    numbers_within_window=True,
    ack_bit_first=True,
    paws_spares_duplicate_acks=True,
    window_update_doubles=True,
    nagle_minshall=True,
    psh_on_large=True,
    right_edge_acks=True,
    challenge_acks=1,
    challenge_ack_interval_ns=500 * MILLISECOND,
    icmp_at_snd_nxt=True,
    icmp_fails_connect=True,
    icmp_drops_half_open=True,
    accept_source_route=False,
    mss_follows_path=True,
    isn_tick_ns=64,
    syn_cookies="when-full",
)

LINUX_OLD: Final = LINUX.but(syn_linear_timeouts=0, ack_unsent_silent=True)

BSD44: Final = Settings(
    mss=1460,
    window_scale=-1,
    timestamps=False,
    sack=False,
    ecn="off",
    hystart="off",
    limited_transmit=False,
    initial_window_segments=1,
    initial_rto_ns=6 * SECOND,
    max_rto_ns=64 * SECOND,
    syn_schedule_ns=(6 * SECOND, 24 * SECOND, 45 * SECOND),
    msl_ns=30 * SECOND,
    rfc1337=False,
    rfc5961=False,
    ack_too_old_check=False,
    isn_mode="clock-4us",
    ephemeral_low=1024,
    ephemeral_high=5000,
)


def rexmit_schedule(first: int, slop: int, most: int) -> tuple[int, ...]:
    """FreeBSD tcp_timer_rexmt(): the gaps between SYNs and up to the end, ns: ``first``,
    then twice as long each time and ``slop`` more, ``most`` at the longest; 12 retries."""
    doubled = [min((first << shift) + slop, most) for shift in range(1, 13)]
    return (first, *doubled)


FREEBSD: Final = Settings(
    mss=65_495,
    option_order="bsd",
    window_scale=6,
    receive_buffer=65_536,
    send_buffer=32_768,
    whole_segment_buffers=True,
    window_is_free_space=True,
    window_update_quarter=True,
    second_segment_acks=True,
    old_text_acks=True,
    acks_repeat_fin=True,
    time_wait_needs_ack=True,
    listen_syn_ack_silent=True,
    ecn_syn_retries=1,
    ecn_crossing_accepts=True,
    ecn_strict_setup=False,
    old_segments_acknowledge=True,
    fin_on_syn_ignored=True,
    delayed_ack_ns=40 * MILLISECOND,
    min_rto_ns=30 * MILLISECOND,
    max_rto_ns=64 * SECOND,
    rto_slop_ns=200 * MILLISECOND,
    syn_schedule_ns=rexmit_schedule(SECOND, 200 * MILLISECOND, 64 * SECOND),
    most_retransmissions=12,
    least_probe_gap_ns=5 * SECOND,
    prr=True,
    maxseg_at_once=True,
    nagle_idle_write=True,
    sack_counts_fin=False,
    replies_like_socket=True,
    cookies_keep_options=True,
    congestion_control="cubic",
    slow_start_limit=2,
    hystart="off",
    synack_retries=3,
    opening_timeout_ns=75 * SECOND,
    keepalive=True,
    keepalive_probes=8,
    keepalive_reset=True,
    msl_ns=30 * SECOND,
    fin_wait_2_timeout_ns=600 * SECOND,
    syn_data="discard",
    fastopen_gives_up=True,
    implied_connect=True,
    syn_cookies="when-full",
    missing_timestamp_drops=False,
    challenge_acks=5,
    challenge_ack_interval_ns=SECOND,
    reset_in_close_wait_epipe=False,
    icmp_hard_codes_refuse=True,
    soft_error_is_so_error=False,
    reassembly_ns=30 * SECOND,
    ephemeral_low=10_000,
    ephemeral_high=65_535,
    somaxconn=128,
)

PROFILES: Final = {
    "rfc": RFC,
    "linux": LINUX,
    "linux-old": LINUX_OLD,
    "freebsd": FREEBSD,
    "bsd44": BSD44,
}


def switch_names() -> tuple[str, ...]:
    """All switch names, in the order of declaration."""
    return tuple(f.name for f in fields(Settings))
