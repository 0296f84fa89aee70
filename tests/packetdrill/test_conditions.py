"""``#ifdef`` lines: what stays, what goes, and that line numbers hold."""

import pytest

from synfin.packetdrill.conditions import for_platform
from synfin.packetdrill.model import ScriptError

TEXT = """a
#ifdef FreeBSD
b
#else
c
#endif
#ifndef FreeBSD
d
#endif
e
"""


@pytest.mark.parametrize(("platform", "left"), [("FreeBSD", "abe"), ("Linux", "acde")])
def test_what_holds_on_a_platform(platform: str, left: str) -> None:
    text = for_platform(TEXT, platform)
    assert text.split() == list(left)
    assert text.split("\n")[9] == "e"


def test_without_directives_nothing_changes() -> None:
    assert for_platform("0 `sysctl x=1 # why`\n", "FreeBSD") == "0 `sysctl x=1 # why`\n"


@pytest.mark.parametrize("text", ["#ifdef A\n", "#endif\n", "x\n#else\n", "#ifdef\n#endif\n"])
def test_what_has_no_partner(text: str) -> None:
    with pytest.raises(ScriptError):
        for_platform(text, "A")
