"""SYN and SYN,ACK (RFC 9293 §3.10.1, §3.10.7.2; options: RFC 7323, 2018, 7413)."""

from typing import Final

from synfin.core import rules
from synfin.core.delayed_acks import ack_has_left
from synfin.core.events import Value, Values
from synfin.core.forming import form, tell
from synfin.core.rules import Rule
from synfin.core.scoreboard_range import Sent
from synfin.core.sendbuffer import Chunk
from synfin.core.sequence import wrap
from synfin.core.settings import offered_scale
from synfin.core.states import State
from synfin.core.tcb import Tcb
from synfin.core.timers import DELAYED_ACK, RETRANSMIT
from synfin.wire.tcp import ACK, ECE, NO_OPTIONS, PSH, SYN, Options, Segment

OPTION_SPACE: Final = 40
"""Octets of options that a segment may have at most (RFC 9293 §3.1): a SYN with text leaves
room for them (Linux MAX_TCP_OPTION_SPACE)."""


def send_syn(tcb: Tcb, out: list[Segment]) -> None:
    tcb.syn_due = False
    snd = tcb.snd
    rule = tcb.syn_rule
    with_ack = tcb.state is not State.SYN_SENT
    if rule is rules.LISTEN_SPLIT and snd.board.empty():
        out.append(form(tcb, ACK, snd.iss, b"", rule, (0, 1, 0)))
        with_ack = False
    text = _syn_text(tcb)
    segment = Segment(
        tcb.local_port,
        tcb.remote_port,
        wrap(snd.iss),
        wrap(tcb.rcv.rcv_nxt) if with_ack else 0,
        SYN | (ACK | (ECE if tcb.ecn.ok else 0) if with_ack else _asking(tcb)),
        _syn_window(tcb),
        _syn_options(tcb, with_ack),
        text,
    )
    if with_ack:
        ack_has_left(tcb, False)
        tcb.rcv.acknowledged()
        tcb.timers.stop(DELAYED_ACK)
    _record_syn(tcb, len(text))
    if tcb.observer is not None:
        tell(tcb, segment, rule, _syn_values(tcb, rule))
    out.append(segment)


def _asking(tcb: Tcb) -> int:
    """ECE and CWR on a SYN that asks for ECN (RFC 3168 §6.1.1). A SYN that goes again has
    met congestion, too: the first new text will say so (Linux tcp_enter_loss())."""
    retries = tcb.settings.ecn_syn_retries
    still = retries > 0 and tcb.syn_timeouts <= retries
    repeated = not tcb.snd.board.empty()
    if repeated:
        tcb.snd.cwr_due = True
    return tcb.ecn.syn_flags(tcb.settings, repeated and not still)


def _syn_values(tcb: Tcb, rule: Rule) -> Values:
    """The values that the rules which make SYNs name."""
    iss = wrap(tcb.snd.iss)
    text = tcb.snd.snd_nxt - tcb.snd.iss - 1
    if rule is rules.LISTEN_FASTOPEN:
        text = tcb.rcv.rcv_nxt - tcb.rcv.irs - 1
    known: dict[str, Value] = {
        "iss": iss,
        "seq": iss,
        "count": tcb.syn_timeouts,
        "rto_ns": tcb.snd.rtt.rto,
        "seg_seq": wrap(tcb.rcv.irs),
        "irs": wrap(tcb.rcv.irs),
        "rcv_nxt": wrap(tcb.rcv.rcv_nxt),
        "cookie_len": len(tcb.fastopen_cookie or b""),
        "data_len": text,
        "delay_ns": tcb.settings.quick_syn_retry_ns,
        "mtu": tcb.mtu,
        "mss": tcb.snd.mss,
    }
    names = rule.values
    values = [known.get(name) for name in names] + [None, None, None]
    return values[0], values[1], values[2]


def _syn_text(tcb: Tcb) -> Chunk:
    """Text on our first SYN: with a Fast Open cookie, or when the lab says so."""
    snd = tcb.snd
    cookie = tcb.fastopen_cookie
    if tcb.state is not State.SYN_SENT or not snd.board.empty():
        return b""
    if not (cookie or tcb.fastopen_bare or tcb.settings.syn_carries_data):
        return b""
    limit = (tcb.syn_text_limit or _largest(tcb) - OPTION_SPACE) - tcb.ip_option_len
    size = min(max(limit, 1), snd.buffer.end - snd.buffer.start)
    return snd.buffer.peek(snd.buffer.start, size)


def _largest(tcb: Tcb) -> int:
    """Octets after the headers, options among them, that a segment of ours may have."""
    return min(min(tcb.settings.mss, tcb.mtu - tcb.header_len), tcb.user_mss or 0xFFFF)


def _syn_window(tcb: Tcb) -> int:
    rcv = tcb.rcv
    mss = _largest(tcb)
    if tcb.state is State.SYN_SENT:
        tcb.syn_window = _whole(tcb, min(rcv.buffer_size, 0xFFFF), mss)
        return tcb.syn_window
    promised = rcv.rcv_adv
    field = rcv.window_field(tcb.effective_mss, True)
    whole = _whole(tcb, field, mss - tcb.option_len)
    if whole < field and rcv.rcv_nxt + whole >= promised:
        rcv.rcv_adv = rcv.rcv_nxt + whole
        return whole
    return field


def _whole(tcb: Tcb, window: int, mss: int) -> int:
    """Linux tcp_select_initial_window(): as many whole segments as fit, if any does."""
    if not tcb.settings.syn_window_in_segments or window < mss or mss < 1:
        return window
    return window // mss * mss


def _syn_options(tcb: Tcb, answering: bool) -> Options:
    """Ours to offer, or what both can use (RFC 7323 §1.3; MSS: §3.7.1, MUST-14, MUST-67,
    SHLD-5, MAY-3); other options do not lessen it (RFC 6691). Nothing else makes MSS
    options (MUST-65)."""
    settings = tcb.settings
    if tcb.no_options:
        return NO_OPTIONS
    options = Options()
    options.bsd_order = settings.option_order == "bsd"
    if settings.send_mss_option:
        mtu = tcb.mtu if settings.mss_follows_path else tcb.link_mtu
        options.mss = max(min(settings.mss, mtu - tcb.header_len), 1)
        if tcb.offered_mss == 0:
            # TCP_MAXSEG as it is at the first SYN; later ones offer the same.
            tcb.offered_mss = min(options.mss, tcb.user_mss or options.mss)
        options.mss = min(options.mss, tcb.offered_mss)
    dropped = settings.syn_options_dropped_after
    if dropped and not answering and tcb.syn_timeouts >= dropped:
        tcb.offered_scale = -1
        return options
    agreed = answering and (tcb.passive or not settings.crossing_syn_offers)
    options.window_scale = tcb.offered_scale if agreed else offered_scale(settings)
    options.sack_permitted = tcb.sack_ok if agreed else settings.sack
    if tcb.ts_ok if agreed else _may_offer_timestamps(tcb):
        options.ts_val = tcb.ts_now()
        options.ts_ecr = max(tcb.rcv.ts_recent, 0)
        if answering:
            first = tcb.stamps_sent[0]
            tcb.stamps_sent = (options.ts_val if first < 0 else first, options.ts_val)
    if answering:
        options.fastopen = tcb.fastopen_reply
    elif tcb.syn_timeouts == 0 and not tcb.syn_plain:
        # RFC 7413 §4.1.3.1: after a timeout try without the option.
        options.fastopen = tcb.fastopen_cookie
    options.fastopen_experimental = tcb.fastopen_experimental
    return options


def _may_offer_timestamps(tcb: Tcb) -> bool:
    settings = tcb.settings
    return settings.timestamps and not (tcb.signed and settings.signed_without_timestamps)


def _record_syn(tcb: Tcb, text: int) -> None:
    """On the retransmission queue; RFC 6298 §5.1."""
    snd = tcb.snd
    if snd.board.empty():
        end = snd.iss + 1 + text
        sent = Sent(snd.iss, end, tcb.now, SYN | (PSH if text else 0), snd.mss)
        snd.board.add(sent)
        snd.snd_nxt = snd.snd_max = end
        tcb.first_sent_at = tcb.now
    elif tcb.syn_rule is rules.SYN_SENT_SIMULTANEOUS and tcb.settings.crossing_syn_measures:
        snd.board.front().sent_at = tcb.now
        return  # our SYN's timer goes on
    else:
        snd.board.sent_again(snd.board.head, tcb.now)
        snd.retransmit_now = False
    if tcb.syn_rule is not rules.LISTEN_TWO_WAY:
        tcb.start_timer(RETRANSMIT, tcb.now + snd.rtt.rto, rules.RTO_ARMED, snd.rtt.rto)
    else:
        snd.board.clear()
        snd.snd_una = snd.snd_nxt
