"""What both SYNs agree on, and the move to ESTABLISHED (RFC 9293 §3.5, RFC 7323)."""

from typing import Final

from synfin.core import pacing, rules
from synfin.core.delayed_acks import connected
from synfin.core.events import Values
from synfin.core.rules import Rule
from synfin.core.send_space import grow
from synfin.core.sequence import modular_less
from synfin.core.settings import SECOND
from synfin.core.states import State, Trigger
from synfin.core.tcb import CONNECTED, WRITABLE, Tcb
from synfin.core.timers import KEEPALIVE, PERSIST, USER_TIMEOUT
from synfin.wire.tcp import ACK, NO_OPTIONS, PSH, SYN, Segment

MAX_SHIFT: Final = 14
"""RFC 7323 §2.3."""
PAWS_VALID_NS: Final = 24 * 24 * 3600 * SECOND
"""RFC 7323 §5.5: TS.Recent older than 24 days is not trusted."""


def adopt_syn_options(tcb: Tcb, segment: Segment) -> None:
    """The peer's SYN: each option counts only if both sides send it (RFC 7323 §1.3)."""
    options = NO_OPTIONS if tcb.no_options else segment.options
    settings = tcb.settings
    tcb.peer_mss = options.mss
    tcb.ecn.take_syn(segment, settings, tcb.state is State.LISTEN)
    if options.window_scale >= 0 and tcb.offered_scale >= 0:
        tcb.snd.scale = min(options.window_scale, MAX_SHIFT)
        tcb.rcv.scale = tcb.offered_scale
    else:
        tcb.offered_scale = -1
    tcb.sack_ok = tcb.snd.sack_ok = options.sack_permitted and settings.sack
    tcb.ts_ok = options.ts_val >= 0 and settings.timestamps
    if tcb.signed and tcb.sack_ok and settings.signed_without_timestamps:
        tcb.ts_ok = False  # no SACK block would fit beside both (Linux tcp_synack_options())
    if tcb.ts_ok:
        tcb.rcv.ts_recent = options.ts_val
        tcb.rcv.ts_recent_at = tcb.now
    if options.fastopen is not None:
        tcb.fastopen_learnt = options.fastopen
        tcb.fastopen_learnt_experimental = options.fastopen_experimental
    mss = send_mss(tcb)
    tcb.snd.set_mss(mss, max(1, mss - tcb.option_len), fresh=True)
    if settings.whole_segment_buffers:
        tcb.rcv.buffer_size = whole_segments(tcb.rcv.buffer_size, mss)
        tcb.snd.buffer_size = whole_segments(tcb.snd.buffer_size, mss)


def whole_segments(size: int, mss: int) -> int:
    """``size`` octets of buffer rounded up to whole segments (FreeBSD tcp_mss())."""
    return -(-size // mss) * mss if size > mss else size


def send_mss(tcb: Tcb) -> int:
    """Eff.snd.MSS before TCP's options: min(SendMSS + 20, MMS_S) - 20 - IPoptionsize
    (§3.7.1, MUST-15, MUST-16)."""
    default = 536 if len(tcb.local) == 4 else 1220
    mss = tcb.peer_mss if tcb.peer_mss > 0 else default
    mss = min(mss, tcb.mtu - tcb.header_len)
    if tcb.user_mss and (tcb.peer_mss > 0 or not tcb.settings.maxseg_bounds_option):
        mss = min(mss, tcb.user_mss)
    mss -= tcb.ip_option_len
    # Never so small that options leave no room for text (Linux tcp_min_snd_mss: 48).
    return max(mss, 48)


def establish(tcb: Tcb, trigger: Trigger, rule: Rule, values: Values) -> None:
    """Enter ESTABLISHED and what follows from a lossy handshake."""
    snd = tcb.snd
    tcb.rcv.half_open = False
    tcb.enter(trigger, rule, values)
    snd.recover = snd.snd_una
    if tcb.syn_timeouts:
        _after_lost_syn(tcb)
    snd.timeouts = 0
    if tcb.passive and tcb.settings.request_sockets:
        tcb.unlimited()  # the request had a limit of its own
    pacing.update_rate(snd)
    if tcb.opening_timeout:
        tcb.opening_timeout = False
        tcb.user_timeout = tcb.settings.user_timeout_ns
        tcb.stop_timer(USER_TIMEOUT)
    grow(tcb)
    connected(tcb)
    tcb.last_heard = tcb.now
    tcb.acking.heard_at = tcb.now
    tcb.progress_at = tcb.now
    tcb.signal(CONNECTED | WRITABLE, "connected", rule)
    if tcb.keepalive:
        tcb.timers.start(KEEPALIVE, tcb.now + tcb.keepalive_idle)


def _after_lost_syn(tcb: Tcb) -> None:
    """RFC 6298 §5.7: data starts with 3 s unless an RTT is known; RFC 5681 §3.1: IW."""
    snd = tcb.snd
    rto = tcb.settings.rto_after_syn_timeout_ns
    if snd.rtt.srtt == 0:
        snd.rtt.rto = max(rto, tcb.settings.initial_rto_ns)
        tcb.emit_rto(rules.RTO_AFTER_SYN)
    if tcb.syn_timeouts > 1:
        snd.cc.cwnd = snd.cc.mss


def unscaled_window(tcb: Tcb, segment: Segment) -> int:
    """SEG.WND in octets; a SYN's own window is never scaled (RFC 7323 §2.2)."""
    if segment.flags & SYN:
        return segment.window
    return segment.window << tcb.snd.scale


def shrinks_without_news(tcb: Tcb, seq: int, ack: int, window: int) -> bool:
    """It says nothing new but a smaller window, which does not count (the switch
    ``window_shrinks_by_news``)."""
    snd = tcb.snd
    if not tcb.settings.window_shrinks_by_news or snd.snd_wl1 != seq or snd.snd_wl2 != ack:
        return False
    return 0 < window < snd.snd_wnd


def take_window(tcb: Tcb, segment: Segment, seq: int, ack: int) -> None:
    """Update SND.WND unless an older segment says so; a window that opens ends probing."""
    snd = tcb.snd
    if not snd.window_is_news(seq, ack):
        _restart_probing(tcb)
        return
    before = snd.snd_wnd
    window = unscaled_window(tcb, segment)
    if shrinks_without_news(tcb, seq, ack, window):
        return
    snd.set_window(window, seq, ack)
    if not tcb.timers.running(PERSIST):
        return
    if snd.snd_wnd > before and snd.usable > 0:
        tcb.stop_timer(PERSIST)
        snd.probes = 0
    elif snd.snd_wnd != before or not _predicted(tcb, segment, seq):
        _restart_probing(tcb)


def _predicted(tcb: Tcb, segment: Segment, seq: int) -> bool:
    """Text in order, and nothing else: Linux tcp_rcv_established() takes it on its fast
    path and does not look at an ACK field that says nothing new."""
    plain = not segment.flags & ~(ACK | PSH) and tcb.rcv.held.empty()
    return plain and len(segment.payload) > 0 and seq == tcb.rcv.rcv_nxt


def _restart_probing(tcb: Tcb) -> None:
    """The switch ``probe_answer_restarts``: the next probe is an interval away from here."""
    if not tcb.settings.probe_answer_restarts or not tcb.timers.running(PERSIST):
        return
    snd = tcb.snd
    interval = min(snd.rtt.rto << min(snd.probes, 20), tcb.settings.max_rto_ns)
    tcb.start_timer(PERSIST, tcb.now + interval, rules.PERSIST_ARMED, snd.snd_wnd, interval)


def note_timestamp(tcb: Tcb, segment: Segment, seq: int) -> None:
    """RFC 7323 §4.3 (2): keep TSval of the segment that holds Last.ACK.sent."""
    value = segment.options.ts_val
    if not tcb.ts_ok or value < 0:
        return
    rcv = tcb.rcv
    if seq <= rcv.last_ack_sent and (
        rcv.ts_recent < 0
        or not modular_less(value, rcv.ts_recent)
        or tcb.now - rcv.ts_recent_at > PAWS_VALID_NS
    ):
        rcv.ts_recent = value
        rcv.ts_recent_at = tcb.now
