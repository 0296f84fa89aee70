"""The repository's own scripts pass, exactly; a mutation of any compared field fails."""

from pathlib import Path

import pytest

from synfin.packetdrill.config import Config
from synfin.packetdrill.language import parse
from synfin.packetdrill.model import Script
from synfin.packetdrill.runner import run_script
from tests.packetdrill.mutants import mutants

FOLDER = Path(__file__).parent / "scripts"
SCRIPTS = sorted(FOLDER.rglob("*.pkt"))


def config(path: Path) -> Config:
    """Each subfolder has the name of its profile."""
    return Config() if path.parent == FOLDER else Config(profile=path.parent.name)


def read(path: Path) -> Script:
    return parse(path.read_text(encoding="utf-8"), path.name, None, config(path).platform)


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.relative_to(FOLDER).as_posix())
@pytest.mark.parametrize("tolerance", [-1, 0])
def test_own_scripts(path: Path, tolerance: int) -> None:
    result = run_script(read(path), config(path), FOLDER, tolerance)
    assert result.status == "pass", result


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.relative_to(FOLDER).as_posix())
def test_every_mutant_is_refused(path: Path) -> None:
    changed = list(mutants(read(path)))
    survivors = [
        what
        for what, mutant in changed
        if run_script(mutant, config(path), FOLDER).status not in ("fail", "error")
    ]
    assert len(changed) >= 5
    assert survivors == []


BEHAVIOURS = {
    "limited transmit (RFC 3042)": "limited-transmit",
    "SACK recovery (RFC 6675)": "rfc/sack-recovery",
    "NewReno (RFC 6582)": "rfc/new-reno",
    "scoreboard and RACK": "sack-scoreboard",
    "RACK's reordering window (RFC 8985 §6)": "rack-reordering",
    "RACK once reordering was seen": "rack-reordering-seen",
    "RACK and lost retransmissions": "rack-lost-retransmission",
    "tail loss probe (RFC 8985 §7)": "tail-loss-probe",
    "probe with new text": "tail-loss-probe-new-data",
    "probe that repaired a loss": "tail-loss-probe-repaired",
    "probe that was needless": "tail-loss-probe-needless",
    "PRR (RFC 9937)": "prr",
    "F-RTO (RFC 5682)": "frto",
    "F-RTO, genuine loss": "frto-genuine-loss",
    "Eifel (RFC 3522, RFC 4015)": "eifel-undo",
    "undo by D-SACK (RFC 3708)": "dsack-undo",
    "D-SACK (RFC 2883)": "duplicate-sack",
    "CUBIC's growth (RFC 9438)": "cubic-growth",
    "CUBIC's reduction": "cubic-reduction",
    "Reno (RFC 5681)": "reno-halving",
    "slow start": "slow-start",
    "HyStart": "hystart",
    "window validation (RFC 7661)": "window-validation",
    "restart after idle": "idle-restart",
    "ECN, sender (RFC 3168)": "ecn-sender",
    "ECN, receiver": "ecn-receiver",
    "pacing": "pacing",
    "auto-sizing": "tso-autosizing",
    "deferring": "tso-defer",
    "quick ACKs": "quick-ack",
    "RTO minimum": "rto-minimum",
    "orphans": "orphan-retries",
    "FIN-WAIT-2": "fin-wait-2-timeout",
    "TCP_LINGER2": "linger2",
    "user timeout (RFC 5482)": "user-timeout",
    "TCP_INQ": "messages",
    "Fast Open, client (RFC 7413)": "fast-open-client",
    "Fast Open, server": "fast-open-server",
    "Fast Open, black hole": "fast-open-blackhole",
    "TCP_NOTSENT_LOWAT": "notsent-lowat",
    "MSG_EOR": "eor",
    "HyStart's ACK train": "hystart-train",
    "MD5 (RFC 2385)": "md5-unexpected",
}
"""What is held to a script of its own, one story each."""


@pytest.mark.parametrize(("behaviour", "script"), BEHAVIOURS.items())
def test_a_script_for_each_behaviour(behaviour: str, script: str) -> None:
    path = FOLDER / f"{script}.pkt"
    assert path.is_file(), behaviour
    assert path.read_text(encoding="utf-8").startswith(("//", "/*")), "its story comes first"
