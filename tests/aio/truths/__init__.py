"""What real TCP does to asyncio programs, row by row: simulated, and on the kernel."""
