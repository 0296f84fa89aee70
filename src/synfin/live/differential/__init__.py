"""The engine against the kernel: random but seeded sequences, their answers compared."""
