"""Expectations of what passed the wire, and what is said when they are not met."""

from typing import Final

from synfin.show.texts import Texts, default_language, texts
from synfin.testing.capture import Capture, Packet

SHOWN: Final = 8
"""Packets that a failed expectation lists."""


def said(key: str, **values: int | str) -> str:
    """A text in the language of the locale."""
    return own_texts().ui(f"testing-{key}", **values)


def own_texts() -> Texts:
    """The texts of the locale's language."""
    return texts(default_language())


def unmet(
    capture: Capture, way: str, flags: str, found: list[Packet], wanted: str, since: float | None
) -> str:
    """The message: what was expected, what there was, the last packets of that direction."""
    what = way if flags == "*" else f"{way} {flags}"
    head = said("expected", what=what, wanted=wanted)
    if since is not None:
        head = said("since", head=head, time=f"{since:.6f}".rstrip("0").rstrip("."))
    shown = found or capture.newest(way, SHOWN)
    if found:
        lines = [said("found", head=head, count=len(found))]
    elif shown:
        lines = [said("found-none", head=head)]
    else:
        lines = [said("found-nothing", head=head)]
    lines += [f"  {packet!r}" for packet in shown[:SHOWN]]
    if len(shown) > SHOWN:
        lines.append("  " + said("more", count=len(shown) - SHOWN))
    return "\n".join(lines)
