# synfin exec

cli-help-exec = Runs COMMAND in a network namespace of its own. The only way out is a link that synfin carries packet by packet: it loses, delays, reorders, repeats, corrupts or rewrites them as you say. At the other end (server, 10.77.0.2) answer the services of this machine's loopback: http://server:8000/ reaches what listens on 127.0.0.1:8000. With --peer the other end is a second namespace in which a second command runs, kernel to kernel. What the link did to which packets is told at the end, on standard error. The exit code is COMMAND's; signals are passed on. No netem, no iptables; without root where the system allows user namespaces.
cli-opt-exec-delay = how long a packet takes from one end to the other; there and back takes twice as long
cli-opt-exec-jitter = up to so much longer, by chance; order is kept
cli-opt-exec-rate = what the link carries per second: 10Mbit, 64kbit (default: no limit)
cli-opt-exec-queue = packets that may wait for a link with a rate; more are dropped (default: 1000)
cli-opt-exec-mtu = MTU of both ends (default: 1500)
cli-opt-exec-loss = share of packets that are lost, each way: 1%, 0.01
cli-opt-exec-reorder = share that takes twice as long, so that later ones overtake it
cli-opt-exec-duplicate = share that arrives twice
cli-opt-exec-corrupt = share in which one bit flips; the receiver's checksum finds it
cli-opt-exec-drop = drop these packets: direction (client>server, server>client, *), flags, nth=1, nth=2-4, seq=, from=, to=, after=, p=; may be repeated
cli-opt-exec-fault = the same with another action: drop, delay=300ms, dup, reorder, corrupt, mark, set win=0; may be repeated
cli-opt-exec-seed = seed of the link's chances (default: 1)
cli-opt-exec-profile = TCP at the other end, without --peer: rfc, linux, linux-old, freebsd, bsd44 (default: linux)
cli-opt-exec-peer = run this command at the other end, in a namespace of its own; its output goes to standard error
cli-opt-exec-wait = with --peer: how long to wait until the peer listens (default: 10)
cli-opt-exec-pcap = write a capture for Wireshark (pcapng): each packet at its sender's interface, with what the link did to it and why synfin sent it
cli-opt-exec-json-file = write the report as JSON ('-': to standard output)
cli-opt-exec-quiet = no report on standard error

exec-error-share = { $name }: '{ $value }' is no share; write 1% or 0.01
exec-error-rate = { $name }: '{ $value }' is no rate; write 10Mbit or 64kbit
exec-error-mtu = --mtu: { $value } is too large; the largest is { $most }
exec-error-fault = { $option } '{ $text }': { $why }
exec-error-peer = --peer '{ $text }' cannot be split into words ({ $words }): close the quotes
exec-error-peer-empty = --peer needs a command
exec-error-refused = synfin exec cannot make its namespace here: { $words }
exec-cannot-start = synfin exec: { $words }

exec-direction = { $name }: packets { $sent } ({ $octets } octets), delivered { $delivered }, copies { $copies }; not delivered: { $fates }
exec-struck = { $packet }: { $fate }
exec-more = { $count ->
    [one] … and one packet more
   *[other] … and { $count } packets more
}
exec-copy-of = copy of #{ $n }
exec-peer-silent = the peer did not listen within { $seconds } s; the command began nevertheless
exec-no-names = this system allows no /etc/hosts of its own in the namespace: use { $server } for server and { $client } for client
exec-fate-delivered = delivered
exec-fate-loss = lost by chance
exec-fate-fault = dropped by a fault
exec-fate-queue = queue full
exec-fate-corrupted = corrupted
exec-fate-too-big = larger than the MTU
exec-fate-no-route = no such destination
exec-fate-in-flight = still on the way at the end
