"""``synfin exec``: any program, in a network namespace whose only way out is our link."""
