"""Many connections on some addresses: demux, listeners, ports, ICMP, UDP, fragments, sockets."""
