"""The simulated network: virtual time, links, routers, faults, hosts that crash, attackers."""
