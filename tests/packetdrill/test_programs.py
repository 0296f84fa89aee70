"""Programs of backtick lines: what they show, what they leave behind, what is refused."""

import pytest

from synfin.packetdrill.findings import Failure
from synfin.packetdrill.model import Unsupported
from synfin.packetdrill.programs import Programs
from tests.host.two import Lone


def run(programs: Programs, text: str) -> bool:
    """A line whose words have no quotes."""
    return programs.run(text.split(), text)


def test_nstat_tells_what_went_up_since_it_last_did() -> None:
    programs = Programs()
    programs.host = Lone().host
    programs.host.tcp.count("OutOfWindowIcmps")
    assert run(programs, "nstat | grep TcpExtOutOfWindowIcmps")
    with pytest.raises(Failure):
        run(programs, "nstat | grep TcpExtOutOfWindowIcmps")
    programs.host.tcp.count("OutRsts")
    assert run(programs, "nstat | grep TcpOutRsts")


def test_files_come_and_go() -> None:
    programs = Programs()
    assert run(programs, "/bin/dd bs=10 count=5 if=/dev/zero of=/tmp/f status=none")
    assert programs.files == {"/tmp/f": 50}
    assert run(programs, "/bin/rm -f /tmp/f /tmp/g")
    assert programs.files == {}


def test_offload_is_switched() -> None:
    programs = Programs()
    assert run(programs, "ethtool -K tun0 tso off gso off")
    assert not programs.offload
    assert run(programs, "ethtool -K tun0 tso on gro off")
    assert programs.offload


@pytest.mark.parametrize(
    "text",
    [
        "nstat | wc",
        "dd bs=1 count=5 if=/etc/passwd of=/tmp/f",
        "dd bs=9999999 count=9999999 if=/dev/zero of=/tmp/f",
        "dd count=x of=/tmp/f",
        "ethtool -K tun0 tso",
        "ethtool -K tun0 rx off",
    ],
)
def test_what_has_no_meaning_here_is_refused(text: str) -> None:
    with pytest.raises(Unsupported):
        run(Programs(), text)


@pytest.mark.parametrize("text", ["reboot", "rm -rf /", "nstat -z", "ethtool tun0"])
def test_other_programs_are_for_somebody_else(text: str) -> None:
    assert not run(Programs(), text)
