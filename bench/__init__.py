"""Benchmarks: `make bench`. Nothing here asserts a time; it prints ratios."""
