"""Virtual time, where a host may read it without a call."""


class Timekeeper:
    """Whose ``now`` (ns) is the time: the simulated network."""

    def __init__(self) -> None:
        self.now: int = 0
