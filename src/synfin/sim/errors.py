"""What the simulator raises."""


class SimulationError(Exception):
    """The run cannot go on: something loops without virtual time moving.

    A mistake in an application callback or in the engine, never the peer's input.
    """
