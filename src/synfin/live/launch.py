"""Starts workers, each in a namespace of its own, and sees to it that they end."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable
from typing import Any, Final

PARALLEL: Final = 12
"""Workers at once: they mostly wait."""
GRACE_S: Final = 30.0

Answer = dict[str, Any]


class WorkerError(RuntimeError):
    """A worker ended without an answer; the text is what it last said."""


class Worker:
    """One process at work."""

    def __init__(self, job: dict[str, Any], timeout_s: float) -> None:
        self.job = job
        self.timeout_s = timeout_s
        self.process = subprocess.Popen(
            [sys.executable, "-m", "synfin.live.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({**job, "parent": os.getpid()}).encode())
        self.process.stdin.flush()
        self.process.stdin.close()
        self.process.stdin = None

    def answer(self) -> Answer:
        """Waits for its end. Raises WorkerError; whatever happens the process is gone."""
        try:
            out, err = self.process.communicate(timeout=self.timeout_s)
        except subprocess.TimeoutExpired:
            raise WorkerError(f"no answer within {self.timeout_s:.0f} s") from None
        finally:
            self.stop()
        if not out:
            last = err.decode("utf-8", "replace").strip().rsplit("\n", 1)[-1]
            raise WorkerError(last or f"exit code {self.process.returncode}")
        return dict(json.loads(out))

    def stop(self) -> None:
        """Ends it, if it has not ended, and collects it."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.process.kill()
        self.process.wait()
        for stream in (self.process.stdout, self.process.stderr):
            if stream is not None:
                stream.close()


def ask(job: dict[str, Any], timeout_s: float) -> Answer:
    """One job's answer."""
    return Worker(job, timeout_s).answer()


def ask_all(
    jobs: Iterable[dict[str, Any]],
    timeout_s: float,
    done: Callable[[dict[str, Any], Answer], None],
    parallel: int = PARALLEL,
) -> None:
    """Many jobs side by side; ``done(job, answer)`` in the order of the jobs. An error of
    a worker is its answer's ``error``."""
    waiting = list(jobs)
    running: list[Worker] = []
    try:
        while waiting or running:
            while waiting and len(running) < parallel:
                running.append(Worker(waiting.pop(0), timeout_s))
            worker = running[0]
            try:
                answer = worker.answer()
            except WorkerError as error:
                answer = {"error": str(error), "errno": 0}
            running.pop(0)
            done(worker.job, answer)
    finally:
        for worker in running:
            worker.stop()
