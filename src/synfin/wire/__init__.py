"""Bytes <-> headers: IPv4, IPv6, ICMP, UDP, TCP. Knows nothing of connections."""
