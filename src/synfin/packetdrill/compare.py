"""Held against the script: each compared field by itself, and times with their tolerance.

The rules are the original's. TSval is compared when ``--tcp_ts_tick_usecs`` is given
(the first one is an offset); everything else must be equal.
"""

from synfin.packetdrill import options as tcp_options
from synfin.packetdrill.config import Config
from synfin.packetdrill.findings import Finding, differs, finding
from synfin.packetdrill.model import IpInfo, Option, TcpSpec, Timing, When
from synfin.packetdrill.packets import ECN_BITS, Actual, flag_letters
from synfin.wire.options import TIMESTAMPS

MICROSECOND = 1_000


def compare_segment(
    spec: TcpSpec, actual: Actual, config: Config, ts_base: tuple[int, int] | None, at: int
) -> list[Finding]:
    """Every difference between ``spec`` and what was sent; ``ts_base`` is the first TSval
    as (script, live), ``at`` the script's time of the event (ns)."""
    out: list[Finding] = []
    if spec.flags != actual.flags:
        out.append(differs("flags", flag_letters(spec.flags), flag_letters(actual.flags)))
    for field, expected, found in (
        ("seq", spec.seq & 0xFFFFFFFF, actual.seq),
        ("length", spec.length, actual.length),
        ("ack", spec.ack & 0xFFFFFFFF, actual.ack),
        ("urg", spec.urgent, actual.urgent),
    ):
        if expected != found and not (field == "seq" and spec.any_seq):
            out.append(differs(field, expected, found))
    if spec.window >= 0 and spec.window != actual.window:
        out.append(differs("win", spec.window, actual.window))
    if spec.udp != actual.udp:
        out.append(differs("udp", _ports(spec.udp), _ports(actual.udp)))
    out += compare_ip(spec.ip, actual.tos, actual.ttl)
    if spec.options is not None:
        out += _compare_options(spec.options, actual.options, config, ts_base, at)
    return out


def _ports(ports: tuple[int, int] | None) -> str:
    return "none" if ports is None else f"{ports[0]} > {ports[1]}"


def compare_ip(ip: IpInfo, tos: int, ttl: int) -> list[Finding]:
    """What the script says of the IP header, and what stands there."""
    out: list[Finding] = []
    ecn = tos & 3
    if ip.ecn == "ect01":
        if ecn not in (1, 2):
            out.append(differs("ECN", "ect0 or ect1", ecn))
    elif ip.ecn and ecn != ECN_BITS[ip.ecn]:
        found = next(name for name, bits in ECN_BITS.items() if bits == ecn)
        out.append(differs("ECN", ip.ecn, found))
    if ip.tos >= 0 and ip.tos != tos:
        out.append(differs("tos", hex(ip.tos), hex(tos)))
    if ip.ttl >= 0 and ip.ttl != ttl:
        out.append(differs("ttl", ip.ttl, ttl))
    return out


def _compare_options(
    expected: tuple[Option, ...],
    actual: tuple[Option, ...],
    config: Config,
    ts_base: tuple[int, int] | None,
    at: int,
) -> list[Finding]:
    shown = differs("options", tcp_options.shown(expected), tcp_options.shown(actual))
    if [o.kind for o in expected] != [o.kind for o in actual]:
        return [shown]
    for left, right in zip(expected, actual, strict=True):
        if left.kind != TIMESTAMPS:
            if left.data != right.data:
                return [shown]
            continue
        if left.data[4:] != right.data[4:]:
            return [shown]
        if config.ts_tick_usecs and ts_base is not None:
            value = int.from_bytes(left.data[:4], "big")
            found = int.from_bytes(right.data[:4], "big") - ts_base[1] + ts_base[0]
            off = (found - value + (1 << 31)) % (1 << 32) - (1 << 31)
            allowed = max(config.tolerance_ns, int(at * config.tolerance_percent / 100))
            if abs(off) * config.ts_tick_usecs * MICROSECOND > allowed:
                return [differs("TS val", value, found % (1 << 32))]
    return []


def compare_time(
    config: Config, when: When, expected: tuple[int, int], actual: int, last: int | None
) -> Finding | None:
    """``expected`` is (start, end) in script time, ns; ``last`` the script time of the event
    before, whose distance widens the tolerance to 12.5 %."""
    if when.timing is Timing.ANY:
        return None
    tolerance = config.tolerance_ns
    if last is not None:
        tolerance = max(tolerance, int((expected[0] - last) * config.tolerance_percent / 100))
    end = expected[1] if when.ranged else expected[0]
    if expected[0] - tolerance <= actual <= end + tolerance:
        return None
    wanted = seconds(expected[0])
    if when.ranged:
        wanted += f"~{seconds(end)}"
    return finding("time", expected=wanted, tolerance=seconds(tolerance), actual=seconds(actual))


def seconds(time: int) -> str:
    """``0.020000`` for 20 ms."""
    return f"{time / 1_000_000_000:.6f}"
