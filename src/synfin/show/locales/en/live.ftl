# synfin live, listen, connect

cli-help-live = Makes a network namespace and a TUN device in it, puts the Linux kernel at one end and synfin at the other, and lets real programs talk: curl downloads from synfin, synfin downloads from python -m http.server; SHA-256 is compared. With --scenario the calls and faults of a scenario run against the kernel in real time, and every difference from the simulator's run under profile linux is named. With --fuzz random sequences of calls and segments are played on both, and what the kernel answers otherwise is shrunk to the smallest sequence and printed, also as a packetdrill script. Namespace, device and programs end with the command.
cli-help-listen = Takes one connection to PORT over a TUN device: standard input goes out, what comes goes to standard output. Ends when both sides have closed.
cli-help-connect = Connects to HOST PORT over a TUN device: standard input goes out, what comes goes to standard output. Ends when both sides have closed.
cli-opt-size = how many octets to transfer each way (default: 20000)
cli-opt-scenario = replay this scenario against the kernel; all: everything that is compared in CI
cli-opt-kernel = which host the kernel plays (default: both in turn)
cli-opt-options = in a replay, offer window scale, timestamps and SACK, as the kernel does by itself
cli-opt-most = end a replay after this many seconds (default: 20)
cli-opt-fuzz = play this many random sequences of calls and segments on synfin and on the kernel, and compare
cli-opt-only = with --fuzz: only the sequence of this number, step by step
cli-opt-sequence = play the sequence in this file, step by step
cli-opt-live-why = the reason under every line
cli-opt-verbose = also which offloads are on, and how many packets went
cli-opt-tun = the TUN device (default: synfin0)
cli-opt-address = synfin's address on it (default: 10.77.0.2/24)
cli-opt-peer = the kernel's address, for the commands that are printed (default: 10.77.0.1)
cli-opt-mtu = the device's MTU (default: 1500)

## What is missing
live-needs-linux = synfin { $name } talks to a Linux kernel and this system is { $words }; everything else works here
live-needs-worker = the helper process of synfin { $name } failed: { $words }
live-needs-namespace = synfin { $name } needs a network namespace, and the system refuses one ({ $words }): run it as root, or allow unprivileged user namespaces
live-needs-device = synfin { $name } needs /dev/net/tun ({ $words }): load the module (modprobe tun), or give the container the device (--device /dev/net/tun)
live-needs-rights = synfin { $name } may not make a TUN device ({ $words }): run it as root, or give the container the right (--cap-add NET_ADMIN)
live-error-device = the TUN device { $name } cannot be opened ({ $words }). Make it once: { $commands }
live-error-worker = the live run failed: { $words }
live-error-pcap-stdout = --pcap needs a file name here
live-error-case-alone = --case goes with --scenario
live-error-fuzz-alone = --fuzz and --sequence go without --scenario, --case and --pcap
live-error-only-alone = --only goes with --fuzz
live-error-sequence = { $path } is no sequence: { $words }
live-error-unplayable = { $name } cannot run against the kernel: { $why }
live-error-port = { $port } is no port: 1 to 65535
live-error-address = { $text } is no IPv4 address such as 10.77.0.2 or 10.77.0.2/24
live-error-name = { $name } is no name for an interface: 1 to 15 octets
live-tour-not-here = Not possible here: { $why }

## What happened
live-did-get = { $program } on the kernel downloaded { $size } octets from synfin in { $seconds } s ({ $gbit } Gbit/s)
live-did-put = { $program } on the kernel uploaded { $size } octets to synfin in { $seconds } s ({ $gbit } Gbit/s)
live-did-fetch = synfin downloaded { $size } octets from { $program } on the kernel in { $seconds } s ({ $gbit } Gbit/s)
live-sha-same = SHA-256 { $sha }… on both sides
live-sha-differs = SHA-256 differs from { $sha }…
live-no-ladder = A transfer of this size is not drawn; --pcap records its first 20,000 packets.
live-more-packets = … and { $count } packets more
live-offloads-none = none
live-verbose = Offloads: { $offloads }; largest segment { $largest } octets, MTU { $mtu }. { $received } packets from the kernel, { $sent } to it, { $lost } refused by the device.
live-refused = The kernel refused { $offloads }: synfin does that itself, packet by packet, which is slower.

## Scenarios
live-same = { $name }, the kernel as { $kernel }: { $segments } packets in { $seconds } s, as in the simulator
live-differs = { $name }, the kernel as { $kernel }: { $count ->
    [one] one difference from the simulator
   *[other] { $count } differences from the simulator
}
live-kind-missing = { $host } did not do what was expected: { $expected }
live-kind-extra = { $host } did what was not expected: { $actual }
live-kind-instead = { $host }: expected { $expected }, came { $actual }
live-kind-time = { $host }: expected { $expected }, came at another time: { $actual }
live-late = This machine was too busy for a fair comparison: synfin itself was late by { $ms } ms, three times.
live-known = but for a difference that is known: { $why } ({ $source })
live-sum = { $good } of { $count } runs against the kernel were as in the simulator

## Random sequences
live-fuzz-same = Both did the same.
live-fuzz-so-far = { $count } sequences, { $found } differences
live-fuzz-again = { $count ->
    [one] one sequence differs like this, number { $numbers }; once more:
   *[other] { $count } sequences differ like this, numbers { $numbers }; once more:
}
live-fuzz-named = { $count } × known: { $why } ({ $source })
live-fuzz-sum = { $count } sequences of { $steps } steps in { $seconds } s: { $found } unexplained differences, { $named } known ones; { $races } sequences in which a few ms decide, { $unsteady } in which the kernel did not repeat itself.
live-fuzz-named-half-open-outlives-listener = a half-open connection stays in the kernel's table after its listener has gone, until its timer expires; whatever comes for it is answered as if it were not there.
live-fuzz-named-urgent-not-inline = the kernel takes the urgent octet out of the stream unless SO_OOBINLINE is set, and a read stops there; synfin leaves it in (RFC 6093).
live-fuzz-named-send-buffer-charge = how much a send buffer takes depends on the memory that each unit costs, which is the kernel's own affair.
live-fuzz-named-fin-before-held-text = a peer that had sent text behind its FIN: the kernel's ACK of the FIN still reports that text, because it leaves before the text is thrown away.
live-fuzz-named-units-and-sack-options = a SACK option shortens segments, D-SACK only those of one unit; where units that were queued before end, and which are joined, is the layout of the kernel's memory.
live-fuzz-named-text-over-fin = a peer that puts text where its FIN stood out of order contradicts itself; the kernel keeps whichever segment it merged last, synfin the text.
live-fuzz-named-unit-deferred = where the congestion window leaves room for part of a unit only, the kernel may wait for the next ACK to send it whole; whether it does hangs on how old the flight is.
live-fuzz-named-overlap-behind-neighbour = text that covers text held out of order is reported by D-SACK only if the kernel did not first join it to its neighbour on the left.
live-fuzz-named-ack-waits-for-window = more than a segment is acknowledged at once only while the window keeps its size; the kernel's window is half of its buffer, synfin's all of it.
live-fuzz-named-ack-waited-for-window = as ack-waits-for-window, one segment later: an ACK that had to wait for its timer ends the conversation (pingpong mode), so the next one does not wait.
live-fuzz-named-time-wait-taken-over = the kernel's record of a connection in TIME-WAIT, or closed in FIN-WAIT-2, gives way to a connect() from the same port that the program chose, if the peer used timestamps.
live-fuzz-named-predicted-old-ack-stamp = the timestamp of a segment that was taken by header prediction in spite of an old ACK is echoed from then on.
live-fuzz-named-predicted-old-ack = text that fits the kernel's header prediction is taken before its ACK field is looked at, and its timestamp too, however old the ACK; but only while the memory charged to the socket has room for it.
live-fuzz-named-fin-before-reset = shutdown() of both directions before a crossing SYN was acknowledged: the kernel sends the FIN as soon as it has seen the ACK, before the text that then ends the connection; synfin settles the whole segment first.
live-fuzz-named-crossing-syn-unacknowledged = after a crossing SYN the kernel takes an ACK of nothing for one of its SYN and enters ESTABLISHED; RFC 9293 asks for SND.UNA < SEG.ACK.
live-fuzz-named-predicted-ack-of-syn-ack = the ACK of a SYN,ACK waits; an ACK of the peer's that fits the kernel's header prediction does not make it leave, any other segment does.

## The kernel's known differences
live-known-ack-before-program = The kernel acknowledges early data of a connection (quick ACK) before the program runs; in the simulator the program's answer comes first and carries the ACK.
live-known-ack-before-program-http = The kernel acknowledges a request (quick ACK) before the server has answered; in the simulator the answer comes first and carries the ACK.
live-known-connect-then-send = A program cannot queue data before connect() has succeeded, so the handshake's last ACK leaves alone; RFC 9293's SEND queues in SYN-SENT.
live-known-send-leaves-at-once = send() itself sends, so close() an instant later finds nothing left to put the FIN on; synfin is polled after both calls.
live-known-send-leaves-at-once-after-close = send() itself sends, so the FIN travels alone; two segments reach the closed side, which resets twice.
live-known-push-per-send = Each send() sets PSH on its own last segment, where RFC 9293 sets it on what empties the buffer.
live-known-ack-rides-on-close = The FIN's ACK is delayed by up to one tick, and close() may come within it: then the FIN carries the ACK.
live-known-ack-before-close = The FIN's ACK is delayed by up to one tick, which may end just before close() comes: then the ACK leaves alone, and the FIN follows.
live-known-timers-cross = In the simulator the repeated SYN arrives at the very instant at which the SYN,ACK's timer is due, and comes first; the kernel's timer is some ms late and comes second.
live-known-timers-cross-silent = Two timers are due at one instant; whether the repeated SYN or B's timer calls for the third SYN,ACK is decided by milliseconds.
live-known-probe-after-opening = The kernel's probes come some per cent late; the fourth would come after the window has opened at 5 s, and is not sent.

## netcat
live-error-configure = { $name } is not configured; once: { $commands }; then start this again
live-listening = listening on { $address }:{ $port }
live-connecting = connecting to { $host }:{ $port }
live-connection-failed = the connection failed: { $error }
