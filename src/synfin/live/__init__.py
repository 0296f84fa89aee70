"""Runs against the real kernel: real programs, and scenarios compared with the simulator."""
