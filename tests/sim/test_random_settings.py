"""Switches do not depend on one another: hosts with switches thrown at random still carry
every octet both ways over a bad network, and end in order.

Left out are the counterfactuals, a SYN that asks for no Fast Open cookie, and cookies for
everybody, since a server that has forgotten a SYN cannot know what came of it when the
third segment is lost.
"""

import hashlib
from dataclasses import fields
from functools import partial
from random import Random

import pytest

from synfin.core.settings import (
    CONGESTION_CONTROLS,
    COUNTERFACTUALS,
    PROFILES,
    SLOW_STARTS,
    Settings,
)
from synfin.sim.network import Network
from tests.sim.programs import MS, SECOND, A, B, Programs, Stream

UNTOUCHED = COUNTERFACTUALS | {"fastopen_asks_none"}
WORDS: dict[str, tuple[object, ...]] = {
    "congestion_control": CONGESTION_CONTROLS,
    "hystart": SLOW_STARTS,
    "ecn": ("off", "accept", "ask"),
    "syn_received_duplicate_syn": ("resend", "ack"),
    "syn_received_new_syn": ("listen", "reset"),
    "syn_data": ("queue", "discard"),
    "syn_data_unacked": ("wait", "resend"),
    "syn_cookies": ("off", "when-full"),
    "receive_buffer": (1460, 3000, 8000, 20_000, 65_535, 200_000),
    "send_buffer": (2000, 10_000, 50_000, 1 << 20),
    "window_scale": (-1, 0, 2, 7, 14),
    "mss": (200, 536, 1000, 1460, 8960),
    "delayed_ack_ns": (0, 40 * MS, 200 * MS, 499 * MS),
    "initial_window_segments": (1, 2, 3, 10),
}


def thrown(rng: Random) -> Settings:
    """Some profile with about one switch in eight thrown."""
    base = PROFILES[rng.choice(sorted(PROFILES))]
    changes: dict[str, object] = {}
    for field in fields(Settings):
        value = getattr(base, field.name)
        if field.name in WORDS:
            if rng.random() < 0.35:
                changes[field.name] = rng.choice(WORDS[field.name])
        elif isinstance(value, bool) and field.name not in UNTOUCHED and rng.random() < 0.12:
            changes[field.name] = not value
    return base.but(**changes)


@pytest.mark.parametrize("batch", range(8))
def test_every_octet_arrives_whatever_the_switches(batch: int) -> None:
    for seed in range(batch * 5, batch * 5 + 5):
        rng = Random(seed)
        settings = (thrown(rng), thrown(rng))
        loss = rng.choice((0.0, 0.005, 0.02, 0.05))
        net = Network(seed)
        for name, address, own in zip("AB", (A, B), settings, strict=True):
            net.add_host(name, address, settings=own)
        net.link(
            "A", "B", rng.choice((1, 20, 100)) * MS, jitter_ns=rng.choice((0, 5)) * MS,
            rate_bps=rng.choice((0, 1_000_000, 10_000_000)), queue_packets=rng.choice((5, 50)),
            mtu=rng.choice((576, 1500, 9000)), loss=loss, duplicate=loss / 2,
            reorder=rng.choice((0, loss)), corrupt=loss / 4,
        )  # fmt: skip
        there, back = rng.randbytes(rng.randrange(1, 80_000)), rng.randbytes(rng.randrange(60_000))
        server, client = Programs(net, "B"), Programs(net, "A")
        server.listen(partial(Stream, data=back))
        stream = client.connect(B, data=there)
        net.run(until_ns=900 * SECOND, max_events=400_000)
        assert len(server.accepted) == 1, seed
        for one, text in ((stream, back), (server.accepted[0], there)):
            assert one.digest.digest() == hashlib.sha256(text).digest(), (seed, settings)
            assert one.eof, (seed, settings)


@pytest.mark.parametrize("hears", [False, True])
@pytest.mark.parametrize("repeats", [False, True])
def test_two_that_close_at_once_come_to_rest(repeats: bool, hears: bool) -> None:
    """Found at random: both in CLOSING repeated their FINs for ever."""
    settings = PROFILES["freebsd"].but(acks_repeat_fin=repeats, old_segments_acknowledge=hears)
    net = Network(1)
    net.add_host("A", A, settings=settings)
    net.add_host("B", B, settings=settings)
    net.link("A", "B", 20 * MS)
    server, client = Programs(net, "B"), Programs(net, "A")
    server.listen(lambda sock: Stream(sock, b"", finish=False))
    stream = client.connect(B, finish=False)
    net.run(until_ns=SECOND)
    net.at(2 * SECOND, lambda: stream.sock.close(), "A")
    net.at(2 * SECOND, lambda: server.accepted[0].sock.close(), "B")
    assert net.run(max_events=10_000) == "quiescent"
    assert [row.state for row in client.host.connections()] == []
