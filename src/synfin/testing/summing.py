"""The end of a run: what is checked, and what is kept of it."""

import asyncio
from pathlib import Path
from typing import Final

from synfin.aio.errors import Hang, OutOfTime, ProgramFailed, TooManyEvents
from synfin.aio.waiting import Wait
from synfin.testing.audit import audit
from synfin.testing.expecting import said
from synfin.testing.investigating import LADDER_PACKETS, Plan, Summary, items_of
from synfin.testing.leaks import SETTLE_NS, LeakedSockets, find_leaks
from synfin.testing.net import Net

_NOT_PLACES: Final = ("/synfin/", "/asyncio/", "/_pytest/", "/pluggy/")
"""Frames of ours, of the event loop and of pytest say nothing about a failure."""
_HANGS: Final = (Hang, OutOfTime, TooManyEvents)


def finish(net: Net, leaks: bool = True) -> None:
    """After a test's own code: lets a second pass, then looks for leaked sockets.

    Raises :class:`LeakedSockets`, and ValueError for a fault of a host that never was. Does
    nothing where no program ever ran.
    """
    __tracebackhide__ = True
    for fault in net.network.faults:  # they may be told before their hosts are made
        net.way(f"{fault.selector.source} > {fault.selector.target}")
    if not leaks or not net.ran:
        return
    net.run(asyncio.sleep(SETTLE_NS / 1e9))
    found = find_leaks(net.world)
    if found:
        head = said("leaks", count=len(found))
        raise LeakedSockets("\n".join([head, *(f"  {line}" for line in found)]))


def summarize(net: Net, plan: Plan, error: BaseException | None = None) -> Summary:
    """What is kept of a run; writes its files if the plan says so."""
    summary = Summary(net.seed, net.now, net.capture.total)
    summary.items = items_of(net)
    summary.audit = net.audited()
    if isinstance(error, _HANGS):
        summary.waits = [finding.line for finding in audit(waits_of(net, error), net.network.now)]
    if plan.trace and summary.packets:
        summary.ladder = net.ladder(last=LADDER_PACKETS)
        if plan.folder is not None:
            summary.files = list[Path](net.save(plan.folder))
    if net.journal is not None:
        summary.journal = net.journal.lines
    return summary


def place_of(error: BaseException) -> str:
    """The innermost line of the test or program that an error came from, and the error's
    type: two failures with the same are alike. Values do not count."""
    if isinstance(error, ProgramFailed) and error.__cause__ is not None:
        error = error.__cause__
    place = ""
    frame = error.__traceback__
    while frame is not None:
        file = frame.tb_frame.f_code.co_filename.replace("\\", "/")
        if not any(folder in file for folder in _NOT_PLACES):
            place = f"{Path(file).name}:{frame.tb_lineno} "
        frame = frame.tb_next
    return place + type(error).__name__


def waits_of(net: Net, error: BaseException) -> list[Wait]:
    """Who was waiting when a run hung."""
    return error.waits if isinstance(error, Hang) else net.world.waiting()
