"""Libraries of the asyncio world, unmodified, on the simulated loop."""
