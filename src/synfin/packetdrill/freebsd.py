"""FreeBSD's sysctls as switches (tcp(4)); times are in milliseconds there."""

from collections.abc import Callable
from typing import Final

from synfin.core.settings import MILLISECOND, Settings, rexmit_schedule

FASTOPEN_CLIENT: Final = "net.inet.tcp.fastopen.client_enable"
"""Switched off it also forgets every cookie (tcp_fastopen.c)."""
FLUSH: Final = "net.inet.tcp.hostcache.purgenow"
"""Whatever its value: what is known of paths is forgotten."""


def _flag(value: str) -> bool:
    return bool(int(value, 0))


def _ms(value: str) -> int:
    return int(value, 0) * MILLISECOND


def _rfc1323(settings: Settings, value: str) -> Settings:
    if not _flag(value):
        return settings.but(timestamps=False, window_scale=-1)
    scale = settings.window_scale if settings.window_scale >= 0 else 6
    return settings.but(timestamps=True, window_scale=scale)


def _maxsockbuf(settings: Settings, value: str) -> Settings:
    """syncache_respond(), tcp_connect(): the least shift that lets the largest buffer be
    offered; none when RFC 1323 is off."""
    if settings.window_scale < 0:
        return settings
    scale = 0
    while scale < 14 and 0xFFFF << scale < int(value, 0):
        scale += 1
    return settings.but(window_scale=scale)


def _rexmit_initial(settings: Settings, value: str) -> Settings:
    first = _ms(value)
    return settings.but(
        initial_rto_ns=first,
        syn_schedule_ns=rexmit_schedule(first, settings.rto_slop_ns, settings.max_rto_ns),
    )


def _rexmit_slop(settings: Settings, value: str) -> Settings:
    slop = _ms(value)
    return settings.but(
        rto_slop_ns=slop,
        syn_schedule_ns=rexmit_schedule(settings.initial_rto_ns, slop, settings.max_rto_ns),
    )


def _cookies(settings: Settings, value: str) -> Settings:
    """Off does not undo syncookies_only."""
    if settings.syn_cookies == "always":
        return settings
    return settings.but(syn_cookies="when-full" if _flag(value) else "off")


def _cookies_only(settings: Settings, value: str) -> Settings:
    return settings.but(syn_cookies="always") if _flag(value) else settings


MAPPED: Final[dict[str, Callable[[Settings, str], Settings]]] = {
    "net.inet.tcp.rfc1323": _rfc1323,
    "kern.ipc.maxsockbuf": _maxsockbuf,
    "net.inet.tcp.sack.enable": lambda s, v: s.but(sack=_flag(v)),
    "net.inet.tcp.recvspace": lambda s, v: s.but(receive_buffer=int(v, 0)),
    "net.inet.tcp.sendspace": lambda s, v: s.but(send_buffer=int(v, 0)),
    "net.inet.tcp.ecn.enable": lambda s, v: s.but(ecn=("off", "ask", "accept")[int(v, 0)]),
    "net.inet.tcp.ecn.maxretries": lambda s, v: s.but(ecn_syn_retries=int(v, 0)),
    "net.inet.tcp.blackhole": lambda s, v: s.but(blackhole=int(v, 0)),
    "net.inet.tcp.insecure_rst": lambda s, v: s.but(rst_in_window_kills=_flag(v)),
    "net.inet.tcp.insecure_syn": lambda s, v: s.but(syn_in_window_resets=_flag(v)),
    "net.inet.tcp.drop_synfin": lambda s, v: s.but(drop_syn_fin=_flag(v)),
    "net.inet.tcp.rexmit_slop": _rexmit_slop,
    "net.inet.tcp.rexmit_initial": _rexmit_initial,
    "net.inet.tcp.rexmit_drop_options": lambda s, v: s.but(
        syn_options_dropped_after=3 if _flag(v) else 0
    ),
    "net.inet.tcp.keepinit": lambda s, v: s.but(opening_timeout_ns=_ms(v)),
    "net.inet.tcp.keepidle": lambda s, v: s.but(keepalive_idle_ns=_ms(v)),
    "net.inet.tcp.keepintvl": lambda s, v: s.but(keepalive_interval_ns=_ms(v)),
    "net.inet.tcp.keepcnt": lambda s, v: s.but(keepalive_probes=int(v, 0)),
    "net.inet.tcp.delacktime": lambda s, v: s.but(delayed_ack_ns=_ms(v)),
    "net.inet.tcp.icmp_may_rst": lambda s, v: s.but(icmp_may_reset=_flag(v)),
    "net.inet.tcp.syncookies_only": _cookies_only,
    "net.inet.tcp.syncookies": _cookies,
    "net.inet.tcp.msl": lambda s, v: s.but(msl_ns=_ms(v)),
    "net.inet.tcp.path_mtu_discovery": lambda s, v: s.but(path_mtu_discovery=_flag(v)),
    "net.inet.tcp.tolerate_missing_ts": lambda s, v: s.but(missing_timestamp_drops=not _flag(v)),
    "net.inet.tcp.initcwnd_segments": lambda s, v: s.but(initial_window_segments=int(v, 0)),
    "net.inet.tcp.udp_tunneling_port": lambda s, v: s.but(udp_tunneling_port=int(v, 0)),
    "net.inet.tcp.udp_tunneling_overhead": lambda s, v: s.but(udp_tunneling_overhead=int(v, 0)),
    FASTOPEN_CLIENT: lambda s, v: s.but(fastopen_client=_flag(v)),
    "net.inet.tcp.fastopen.server_enable": lambda s, v: s.but(fastopen_server=_flag(v)),
}
"""In the order in which they are put into force: those that read another's switch last."""
