"""What the commands refuse, in one line and with exit code 2; needs no kernel."""

import sys

import pytest

from tests.cli.calling import bad

LINUX = sys.platform.startswith("linux")


@pytest.mark.skipif(not LINUX, reason="elsewhere the first line is that Linux is needed")
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("live", "--case", "main"), "--case goes with --scenario"),
        (("live", "--scenario", "no-such"), "no-such"),
        (("live", "--scenario", "1", "--case", "no-such"), "no-such"),
        (("live", "--scenario", "1", "--case", "real-numbers"), "cannot run against the kernel"),
        (("live", "--scenario", "12", "--kernel", "A", "--case", "main"), "ISN"),
        (("live", "--kernel", "C"), "--kernel"),
        (("live", "--size", "0"), "--size"),
        (("live", "--pcap", "-"), "--pcap"),
        (("live", "--pcap", "/no/such/folder/x.pcapng"), "/no/such/folder"),
        (("listen", "70000"), "70000"),
        (("listen", "--address", "nobody", "80"), "nobody"),
        (("connect", "example", "80"), "example"),
        (("connect", "10.77.0.1"), "PORT"),
        (("listen", "--tun", "a-name-that-is-too-long", "80"), "1 to 15 octets"),
    ],
)
def test_bad_input_is_one_line(words: tuple[str, ...], said: str) -> None:
    assert said in bad(*words)
