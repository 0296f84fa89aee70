"""The process in which live runs happen: it enters a namespace and ends with it.

``python -m synfin.live.worker`` reads one JSON object from standard input and
writes JSON lines to standard output: one, or for ``many`` one for each job as it
ends. Nothing else may be printed there.
"""

import gc
import json
import os
import select
import signal
import sys
import time
from typing import Any

from synfin.core.problems import Problem
from synfin.core.settings import LINUX
from synfin.live.differential import campaign
from synfin.live.replay import replay
from synfin.live.transfer import TransferError, Wish, transfer
from synfin.tun import namespace
from synfin.tun.memory import keep_memory

Answer = dict[str, Any]


def main() -> None:
    """Reads the job, does it, says how it went."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _stop)
    namespace.die_with_parent(signal.SIGTERM)  # not SIGKILL: there are files to remove
    keep_memory()
    job = json.load(sys.stdin)
    if os.getppid() != job["parent"]:
        return
    try:
        if job["do"] == "many":
            _many(job["jobs"], job["parallel"], job["timeout_s"])
        else:
            _print(attempt(job))
    except KeyboardInterrupt:
        sys.exit(130)


def _stop(*_: object) -> None:
    """Once: what follows is cleaning up, which nobody shall interrupt."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


def _print(answer: Answer) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


def attempt(job: dict[str, Any]) -> Answer:
    """The job's answer; with ``error`` where the system or a program failed."""
    try:
        return do(job)
    except OSError as error:
        return {"error": error.strerror or str(error), "errno": error.errno or 0,
                "what": str(error.filename or "")}  # fmt: skip
    except TransferError as error:
        return failed(error.problem)


def failed(problem: Problem) -> Answer:
    """An answer that says what went wrong, for whoever speaks which language."""
    return {"error": str(problem), "problem": problem.id, "values": problem.values,
            "errno": 0, "what": ""}  # fmt: skip


def do(job: dict[str, Any]) -> Answer:
    """One job: ``scenario``, ``transfer``, ``fuzz`` or ``trial``."""
    if job["do"] == "scenario":
        answer = replay(
            job["scenario"], job["case"], job["kernel"], job["most"], job.get("offers", False)
        )
        if not job.get("trace"):
            del answer["trace"], answer["expected"]
        return answer
    if job["do"] == "fuzz":
        return fuzz(job)
    if job["do"] == "transfer":
        return transfer(Wish(**job["wish"]))
    namespace.enter()
    device = namespace.make_device("10.77.0.1/24")
    device.close()
    return {"offloads": list(device.granted)}


def fuzz(job: dict[str, Any]) -> Answer:
    """Random sequences, or one of them; ``set`` has switches that lie over ``linux``."""
    settings = LINUX.but(**job.get("set", {}))
    if job.get("one"):
        return campaign.replay(job.get("script", ""), job["seed"], job["first"], settings)
    return campaign.run(job["seed"], job["first"], job["count"], settings, job.get("shrink", True))


# -- many, side by side ----------------------------------------------------------------


class _Child:
    """A fork of this process, with everything imported already."""

    def __init__(self, index: int, job: dict[str, Any]) -> None:
        self.index = index
        self.began = time.monotonic()
        self.parts: list[bytes] = []
        self.fd, write = os.pipe()
        parent = os.getpid()
        self.pid = os.fork()
        if self.pid == 0:
            _child(job, parent, write)
        os.close(write)

    def read(self) -> bool:
        """Takes what it says; True at its end."""
        part = os.read(self.fd, 1 << 16)
        self.parts.append(part)
        return not part

    def end(self, complaint: Problem | None = None) -> Answer:
        """Collects it; its answer."""
        if complaint:
            os.kill(self.pid, signal.SIGKILL)
        os.close(self.fd)
        _, status = os.waitpid(self.pid, 0)
        data = b"".join(self.parts)
        if complaint is None and not data:
            complaint = Problem("live.status", "no answer (status {status})", status=status)
        if complaint is not None:
            return failed(complaint)
        return dict(json.loads(data))


def _child(job: dict[str, Any], parent: int, write: int) -> None:
    code = 1
    try:
        namespace.die_with_parent()
        if os.getppid() == parent:
            answer = attempt(job)
            with os.fdopen(write, "wb") as out:
                out.write(json.dumps(answer).encode())
            code = 0
    except KeyboardInterrupt:
        code = 130
    except BaseException as error:  # told to the parent, whatever it is
        os.write(write, json.dumps({"error": repr(error), "errno": 0, "what": ""}).encode())
    finally:
        os._exit(code)


def _many(jobs: list[dict[str, Any]], parallel: int, timeout_s: float) -> None:
    gc.freeze()
    waiting = list(enumerate(jobs))
    running: dict[int, _Child] = {}
    try:
        while waiting or running:
            while waiting and len(running) < parallel:
                child = _Child(*waiting.pop(0))
                running[child.fd] = child
            for fd in select.select(list(running), [], [], 1.0)[0]:
                if running[fd].read():
                    child = running.pop(fd)
                    _print({"index": child.index, **child.end()})
            for child in [c for c in running.values() if time.monotonic() - c.began > timeout_s]:
                del running[child.fd]
                late = Problem(
                    "live.late", "no answer within {seconds} s", seconds=round(timeout_s)
                )
                _print({"index": child.index, **child.end(late)})
    finally:
        for child in running.values():
            child.end(Problem("live.stopped", "stopped"))


if __name__ == "__main__":
    main()
