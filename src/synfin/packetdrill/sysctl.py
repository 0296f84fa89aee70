"""Backtick lines without a shell: sysctls become switches, the rest is named or refused.

Nothing is executed. What is understood: ``sysctl``, ``set_sysctls.py`` and its restoring
script, other scripts beside the test whose lines are such commands, ``ip tcp_metrics``
and the queueing discipline (our wire has none).
"""

import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Final

from synfin.core.controllers import ENGINE_NAMES
from synfin.core.settings import MILLISECOND, Settings
from synfin.host.host import Host
from synfin.packetdrill import freebsd
from synfin.packetdrill.findings import Failure
from synfin.packetdrill.model import Unsupported
from synfin.packetdrill.programs import Programs
from synfin.packetdrill.signatures import read_setkey

_ARITHMETIC: Final = re.compile(r"\$\(\((\s*\d+(?:\s*\*\s*\d+)*\s*)\)\)")
_RESTORE: Final = re.compile(r"/tmp/sysctl_restore_\S+\.sh")
_PIPE_END: Final = re.compile(r"\s+[&12]?>+\s*&?\S+")
_HYSTART: Final = re.compile(r"echo 3 *> */sys/module/tcp_cubic/parameters/hystart_detect")
"""Both ways of detection: what HyStart has anyway."""
MAX_DEPTH: Final = 4

NEUTRAL: Final = frozenset({
    "tcp_fack",
    "tcp_tso_win_divisor", "tcp_ecn_option",
    "tcp_min_rtt_wlen", "tcp_no_metrics_save",
    "tcp_moderate_rcvbuf", "tcp_autocorking",
    "tcp_limit_output_bytes", "tcp_invalid_ratelimit", "tcp_thin_linear_timeouts",
    "tcp_mtu_probing", "tcp_base_mss", "tcp_retries1", "tcp_mtu_probe_floor",
    "tcp_app_win", "tcp_adv_win_scale", "tcp_backlog_ack_defer",
})  # fmt: skip
"""Accepted without effect: the engine has no such mechanism (yet). They are listed with
the result of a script, so that nobody takes them for modelled."""

KEY: Final = "tcp_fastopen_key"

UNLIMITED: Final = 0xFFFFFFFF
"""tcp_notsent_lowat by default."""

WINDOW_SHARE: Final = 2
"""Linux counts half of a buffer as window (tcp_adv_win_scale 1)."""


def _integer(value: str) -> int:
    return int(value.split()[0], 0)


def _rmem(settings: Settings, value: str) -> Settings:
    """tcp_select_initial_window(): the scale that lets the largest buffer be offered."""
    _low, default, high = (int(word) for word in value.split())
    space, scale = max(high, 212_992), 0
    while space > 65_535 and scale < 14:
        space >>= 1
        scale += 1
    return settings.but(receive_buffer=default // WINDOW_SHARE, window_scale=scale)


def _wmem(settings: Settings, value: str) -> Settings:
    _low, default, high = (int(word) for word in value.split())
    return settings.but(send_buffer=default, send_buffer_limit=high)


def _lowat(settings: Settings, value: str) -> Settings:
    limit = _integer(value)
    return settings.but(notsent_lowat=0 if limit == UNLIMITED else limit)


def _ports(settings: Settings, value: str) -> Settings:
    low, high = (int(word) for word in value.split())
    return settings.but(ephemeral_low=low, ephemeral_high=high)


def _fastopen(settings: Settings, value: str) -> Settings:
    bits = _integer(value)
    return settings.but(
        fastopen_client=bool(bits & 1),
        fastopen_asks_none=bool(bits & 4),
        fastopen_server=bool(bits & 2),
        fastopen_without_cookie=bool(bits & 0x200),
        fastopen_any_listener=bool(bits & 0x400),
    )


def fastopen_keys(value: str) -> tuple[bytes, ...]:
    """``tcp_fastopen_key``: one or two keys of four words, each little-endian.

    Raises ValueError for anything else.
    """
    keys: list[bytes] = []
    for text in value.split(","):
        words = [int(word, 16) for word in text.strip().split("-")]
        if len(words) != 4:
            raise ValueError(text)
        keys.append(b"".join(word.to_bytes(4, "little") for word in words))
    return tuple(keys)


def _cookies(settings: Settings, value: str) -> Settings:
    return settings.but(syn_cookies=("off", "when-full", "always")[_integer(value)])


def _ecn(settings: Settings, value: str) -> Settings:
    """0, 1, 2 as tcp(7) has them; from 3 on Linux means AccECN."""
    return settings.but(ecn={0: "off", 1: "ask", 2: "accept"}[_integer(value)])


def _congestion(settings: Settings, value: str) -> Settings:
    """Linux's CUBIC brings its own HyStart, its Reno has none."""
    name = ENGINE_NAMES.get(value.strip())
    if name is None:
        raise ValueError(value)
    return settings.but(congestion_control=name)


def _scale(settings: Settings, value: str) -> Settings:
    return settings if _integer(value) else settings.but(window_scale=-1)


MAPPED: Final[dict[str, Callable[[Settings, str], Settings]]] = {
    "tcp_rmem": _rmem,
    "tcp_wmem": _wmem,
    "tcp_notsent_lowat": _lowat,
    "ip_local_port_range": _ports,
    "tcp_timestamps": lambda s, v: s.but(timestamps=bool(_integer(v))),
    "tcp_sack": lambda s, v: s.but(sack=bool(_integer(v))),
    "tcp_window_scaling": _scale,
    "tcp_syn_retries": lambda s, v: s.but(syn_retries=_integer(v)),
    "tcp_syn_linear_timeouts": lambda s, v: s.but(syn_linear_timeouts=_integer(v)),
    "tcp_synack_retries": lambda s, v: s.but(synack_retries=_integer(v)),
    "tcp_retries2": lambda s, v: s.but(retries2=_integer(v)),
    "tcp_orphan_retries": lambda s, v: s.but(orphan_retries=_integer(v) or 8),
    "tcp_syncookies": _cookies,
    "tcp_abort_on_overflow": lambda s, v: s.but(abort_on_overflow=bool(_integer(v))),
    "tcp_rfc1337": lambda s, v: s.but(rfc1337=bool(_integer(v))),
    "tcp_tw_reuse": lambda s, v: s.but(time_wait_reuse=_integer(v) == 1),
    "tcp_fin_timeout": lambda s, v: s.but(fin_wait_2_timeout_ns=_integer(v) * 1000 * MILLISECOND),
    "tcp_keepalive_time": lambda s, v: s.but(keepalive_idle_ns=_integer(v) * 1000 * MILLISECOND),
    "tcp_keepalive_intvl": lambda s, v: s.but(
        keepalive_interval_ns=_integer(v) * 1000 * MILLISECOND
    ),
    "tcp_keepalive_probes": lambda s, v: s.but(keepalive_probes=_integer(v)),
    "tcp_fastopen": _fastopen,
    "tcp_fastopen_blackhole_timeout_sec": lambda s, v: s.but(
        fastopen_blackhole_ns=_integer(v) * 1000 * MILLISECOND
    ),
    "tcp_congestion_control": _congestion,
    "tcp_ecn": _ecn,
    "tcp_early_retrans": lambda s, v: s.but(tail_loss_probe=_integer(v) in (3, 4)),
    "tcp_recovery": lambda s, v: s.but(rack=bool(_integer(v) & 1)),
    "tcp_frto": lambda s, v: s.but(frto=bool(_integer(v))),
    "tcp_dsack": lambda s, v: s.but(dsack=bool(_integer(v))),
    "tcp_comp_sack_delay_ns": lambda s, v: s.but(sack_compression_ns=_integer(v)),
    "tcp_reordering": lambda s, v: s.but(reordering_threshold=_integer(v)),
    "tcp_slow_start_after_idle": lambda s, v: s.but(restart_after_idle=bool(_integer(v))),
    "tcp_min_tso_segs": lambda s, v: s.but(min_tso_segments=_integer(v)),
    "tcp_pacing_ss_ratio": lambda s, v: s.but(pacing_ss_percent=_integer(v)),
    "tcp_pacing_ca_ratio": lambda s, v: s.but(pacing_ca_percent=_integer(v)),
    "tcp_ecn_fallback": lambda s, v: s.but(ecn_fallback=bool(_integer(v))),
    "tcp_max_syn_backlog": lambda s, v: s.but(syn_backlog=_integer(v)),
}


_ALL: Final = {**MAPPED, **freebsd.MAPPED}


class Sysctls:
    """The values set, and the settings that follow from them."""

    def __init__(self, base: Settings, folder: Path) -> None:
        self.base: Settings = base
        self.folder: Path = folder
        self.programs: Programs = Programs()
        self.values: dict[str, str] = {}
        self.saved: dict[str, str | None] = {}
        """What ``set_sysctls.py`` found, for its restoring script."""
        self.md5_keys: dict[bytes, bytes] = {}
        """Peer's address -> key, from ``setkey``."""
        self.flushed: bool = False
        """What is remembered of servers shall be forgotten."""
        self.purged: bool = False
        """What is known of paths shall be forgotten (FreeBSD's host cache)."""

    def settings(self) -> Settings:
        """The profile with the sysctls over it. Raises Unsupported for a bad value."""
        settings = self.base
        for name in _ALL:
            if name not in self.values:
                continue
            try:
                settings = _ALL[name](settings, self.values[name])
            except (ValueError, LookupError):
                raise Unsupported(f"sysctl {name}={self.values[name]}") from None
        return settings

    def apply(self, host: Host) -> None:
        """Put everything into force. Raises Unsupported for a bad value."""
        host.settings = self.settings()
        self.programs.host = host
        if self.flushed:
            self.flushed = False
            host.tcp.fastopen.forget()
        if self.purged:
            self.purged = False
            host.path_mtu.forget()
        key = self.values.get(KEY)
        if key is not None:
            try:
                host.tcp.fastopen.set_keys(*fastopen_keys(key))
            except (ValueError, OverflowError):
                raise Unsupported(f"sysctl {KEY}={key}") from None

    def without_effect(self) -> tuple[str, ...]:
        """The sysctls set that change nothing here."""
        return tuple(sorted(name for name in self.values if name not in _ALL and name != KEY))

    def run(self, text: str, depth: int = 0) -> None:
        """Every command in ``text``. Raises Unsupported for the first that has no meaning."""
        keys = read_setkey(text)
        if keys is not None:
            self.md5_keys = keys
            return
        joined = text.replace("\\\n", " ").replace("\\`", "`")
        joined = _ARITHMETIC.sub(_multiplied, joined)
        for line in joined.splitlines():
            for command in line.partition("#")[0].split(";"):
                self._command(command.strip(), depth)

    def _command(self, text: str, depth: int) -> None:
        """One command; after ``||`` stands what is done where it has no meaning."""
        first, _, other = text.partition("||")
        try:
            self._simple(first.strip(), depth)
        except (Unsupported, Failure):
            if not other:
                raise
            self._command(other.strip(), depth)

    def _simple(self, text: str, depth: int) -> None:
        if _HYSTART.fullmatch(text):
            return
        end = _PIPE_END.search(text)
        if end is not None:
            text = text[: end.start()]
        try:
            words = shlex.split(text)
        except ValueError:
            raise Unsupported(f"`{text}`") from None
        if not words:
            return
        program = words[0].rsplit("/", 1)[-1]
        if program == "sysctl":
            self._sysctl([w for w in words[1:] if not w.startswith("-")], text)
        elif program == "set_sysctls.py":
            self._set_sysctls(words[1:], text)
        elif _RESTORE.fullmatch(words[0]):
            self._restore()
        elif words[:2] == ["ip", "tcp_metrics"]:
            self.flushed = True
        elif words[0] == "tc" and "limit" not in words:
            return  # our wire queues nothing
        elif words[0].endswith(".sh") and depth < MAX_DEPTH:
            self._script(words[0], depth)
        elif not self.programs.run(words, text):
            raise Unsupported(f"`{text}`")

    def _sysctl(self, words: list[str], text: str) -> None:
        for word in words:
            name, equals, value = word.partition("=")
            if not equals:
                raise Unsupported(f"`{text}`")
            self._set(name.replace("/", "."), value)

    def _set_sysctls(self, words: list[str], text: str) -> None:
        self.saved = {}
        for word in words:
            path, equals, value = word.partition("=")
            if not equals or not path.startswith("/proc/sys/"):
                raise Unsupported(f"`{text}`")
            name = path.removeprefix("/proc/sys/").replace("/", ".")
            self.saved[name] = self.values.get(name.rsplit(".", 1)[-1])
            self._set(name, value)

    def _restore(self) -> None:
        for name, value in self.saved.items():
            short = name.rsplit(".", 1)[-1]
            if value is None:
                self.values.pop(short, None)
            else:
                self.values[short] = value

    def _set(self, name: str, value: str) -> None:
        if name in freebsd.MAPPED:
            self.values[name] = value
            if name == freebsd.FASTOPEN_CLIENT and value.strip() == "0":
                self.flushed = True
            return
        if name == freebsd.FLUSH:
            self.purged = True
            return
        short = name.rsplit(".", 1)[-1]
        if not name.startswith("net.") or (
            short not in MAPPED and short not in NEUTRAL and short != KEY
        ):
            raise Unsupported(f"sysctl {name}")
        self.values[short] = value

    def _script(self, name: str, depth: int) -> None:
        path = self.folder / name
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            raise Unsupported(f"`{name}`") from None
        self.run(text, depth + 1)


def _multiplied(found: re.Match[str]) -> str:
    product = 1
    for factor in found[1].split("*"):
        product *= int(factor)
    return str(product)
