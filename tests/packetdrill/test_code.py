"""``%{ }%``: asserts over numbers, and nothing that could do anything."""

import pytest

from synfin.packetdrill.code import AssertionFailed, run_code
from synfin.packetdrill.model import ScriptError, Unsupported

NAMES = {"tcpi_snd_cwnd": 10, "tcpi_options": 7, "TCPI_OPT_SACK": 2}


@pytest.mark.parametrize(
    "text",
    [
        "assert tcpi_snd_cwnd == 10, tcpi_snd_cwnd",
        "assert 9 < tcpi_snd_cwnd <= 10 and not tcpi_snd_cwnd == 3",
        "assert (tcpi_options & TCPI_OPT_SACK) != 0, 'no: %d' % tcpi_options",
        "print(tcpi_snd_cwnd); assert abs(tcpi_snd_cwnd - 12) == 2",
        "\n    x = tcpi_snd_cwnd * 2\n    assert x == 20  # comment\n",
        "assert -tcpi_snd_cwnd // 3 == -4 or ~0 == -1",
        "pass",
    ],
)
def test_what_holds(text: str) -> None:
    run_code(text, NAMES, 1)


def test_what_does_not_hold_says_what_was_found() -> None:
    with pytest.raises(AssertionFailed, match="tcpi_snd_cwnd == 11; tcpi_snd_cwnd = 10"):
        run_code("assert tcpi_snd_cwnd == 11, tcpi_snd_cwnd", NAMES, 1)
    with pytest.raises(AssertionFailed):
        run_code("assert tcpi_snd_cwnd % 0 == 1", NAMES, 1)


@pytest.mark.parametrize(
    "text",
    [
        "import os",
        "assert __import__('os').getcwd()",
        "assert open('/etc/passwd')",
        "print(tcpi_new)",
        "assert (lambda: 1)()",
        "assert [1 for x in (1,)]",
        "while 1: pass",
        "assert 9 ** 9",
        "assert tcpi_snd_cwnd.real",
        "exec('1')",
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(Unsupported):
        run_code(text, NAMES, 1)


def test_what_is_no_python() -> None:
    with pytest.raises(ScriptError) as found:
        run_code("assert ==", NAMES, 7)
    assert found.value.line == 7
