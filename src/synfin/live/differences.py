"""Where the kernel lawfully does otherwise than our profile ``linux``: the named list.

A difference that no entry here covers fails the comparison. Each entry says
where it may occur, what differs, why, and where that can be read.
"""

import re
from dataclasses import dataclass
from typing import Final

from synfin.live.compare import Difference


@dataclass(frozen=True)
class Known:
    """One named difference. ``where``: patterns of ``scenario/case/kernel's host``;
    ``lines``: patterns of :attr:`~synfin.live.compare.Difference.line`. ``id`` is its
    text's name, too: ``live-known-<id>``."""

    id: str
    where: str
    lines: tuple[str, ...]
    why: str
    source: str


KNOWN: Final[tuple[Known, ...]] = ()


def sort(
    found: list[Difference], scenario: str, case: str, kernel: str
) -> tuple[list[Difference], list[str]]:
    """(differences that nobody has named, ids of the named ones that occurred)."""
    place = f"{scenario}/{case}/{kernel}"
    here = [known for known in KNOWN if re.fullmatch(known.where, place)]
    wrong: list[Difference] = []
    met: dict[str, None] = {}
    for one in found:
        for known in here:
            if any(re.fullmatch(pattern, one.line) for pattern in known.lines):
                met[known.id] = None
                break
        else:
            wrong.append(one)
    return wrong, list(met)
