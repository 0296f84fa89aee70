"""The switches of carrying text: options, buffers, sending, loss recovery, ECN.

Each says what it changes and where that comes from; :mod:`synfin.core.settings` is what the
rest of the engine imports.
"""

from dataclasses import dataclass

from synfin.core.units import MILLISECOND


@dataclass(frozen=True)
class TextSwitches:
    """What bears on segments with text and on their acknowledgments."""

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
    stays_in_recovery: bool = False
    """Linux tcp_is_non_sack_preventing_reopen(): without SACK recovery ends only beyond what
    was outstanding, where RFC 6582 §3.2 step 2 looks at the number instead."""
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
    resends_within_window: bool = False
    """Linux __tcp_retransmit_skb(): where the peer has taken its window back, what goes again
    stays within it, but for the front; RFC 9293 §3.8.6 lets it go beyond (MAY-7)."""
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
