"""Many seeds without pytest: :func:`check`."""

import inspect
from collections.abc import Callable, Coroutine, Iterable
from pathlib import Path
from typing import Any

from synfin.testing.expecting import said
from synfin.testing.investigating import SHRINK_RUNS, Outcome, Plan, investigate
from synfin.testing.net import Net
from synfin.testing.recording import FOLDER
from synfin.testing.summing import finish, place_of, summarize

Test = Callable[[Net], Coroutine[Any, Any, object] | object]
"""An ``async def test(net)``, or a plain function."""


class CheckFailed(AssertionError):
    """A seed failed. The message is the report: the fewest lost segments, the ladder, the
    files; ``__cause__`` is what the test raised; ``seed`` says with which."""

    def __init__(self, message: str, seed: int) -> None:
        super().__init__(message)
        self.seed = seed


def check(
    test: Test,
    *,
    seeds: int | Iterable[int] = 100,
    folder: str | Path | None = FOLDER,
    shrink: int = SHRINK_RUNS,
    leaks: bool = True,
    **options: Any,
) -> None:
    """Runs ``test`` with the seeds 1 to ``seeds`` (or with those given), each on a new
    :class:`Net` made with ``options``. Raises :class:`CheckFailed` at the first that fails.

    ``folder``: where its files go (None: nowhere); ``shrink``: runs spent on looking for the
    fewest lost segments; ``leaks``: sockets left open are a failure.
    """
    for seed in range(1, seeds + 1) if isinstance(seeds, int) else seeds:
        outcome, error = _run(test, seed, Plan(), leaks, options)
        if error is None:
            continue

        def again(plan: Plan, seed: int = seed) -> Outcome:
            return _run(test, seed, plan, leaks, options)[0]

        place = None if folder is None else Path(folder) / _name(test) / f"seed-{seed}"
        findings = investigate(again, outcome, folder=place, shrink_runs=shrink)
        head = said("check-failed", name=_name(test), error=f"{type(error).__name__}: {error}")
        raise CheckFailed(f"{head}\n{findings.text()}", seed) from error


def _name(test: Test) -> str:
    return getattr(test, "__name__", "test")


def _run(
    test: Test, seed: int, plan: Plan, leaks: bool, options: dict[str, Any]
) -> tuple[Outcome, Exception | None]:
    caught: Exception | None = None
    with Net(seed, trace=plan.trace, losses=plan.losses, **options) as net:
        net.title = _name(test)
        try:
            result = test(net)
            if inspect.iscoroutine(result):
                net.run(result)
            finish(net, leaks)
        except Exception as error:
            caught = error
        summary = summarize(net, plan, caught)
    return Outcome("" if caught is None else place_of(caught), summary), caught
