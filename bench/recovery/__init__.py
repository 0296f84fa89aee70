"""Transfers under loss: synfin's simulator beside the kernel, cell by cell (docs/recovery.md)."""
