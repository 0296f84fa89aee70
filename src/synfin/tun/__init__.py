"""The Linux kernel at the other end: a TUN device, its namespace, its real-time driver."""
