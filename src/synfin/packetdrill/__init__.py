"""packetdrill scripts, run unchanged against one host in virtual time."""
