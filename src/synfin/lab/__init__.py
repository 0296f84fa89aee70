"""The lab: scenarios as text, run in the simulator, checked, stepped and compared."""
