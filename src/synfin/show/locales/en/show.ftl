### Words of the ladder, the pictures and the tables.

## Ladder
ladder-seconds = seconds
ladder-run = { $scenario }, profile { $profile }, seed { $seed }
ladder-arrives = #{ $n } { $what } arrives
ladder-queue = SYN queue { $syn }, accept { $accept } (backlog { $backlog })
ladder-timer-set = timer { $name }: due in { $due }
ladder-timer-restart = timer { $name } restarted: due in { $due }
ladder-timer-stop = timer { $name } stopped
ladder-timer-fire = timer { $name } fires
ladder-hops = #{ $n } goes on from router to router …
ladder-silence = waits: { $rule }
ladder-end = end: { $outcome }; { $count ->
    [one] one packet sent
   *[other] { $count } packets sent
  }

## Marks behind a packet's label
mark-lost = lost
mark-queue-full = lost: queue full
mark-corrupt = corrupted
mark-expired = TTL ran out
mark-fragmented = cut into fragments
mark-delay = delayed
mark-dup = duplicated
mark-reorder = reordered
mark-set = altered
mark-ce = marked CE
mark-fault = touched by a fault
mark-copy = copy of #{ $n }
mark-again = again
mark-spoofed = forged

## What the application is told
signal-connected = connected
signal-accepted = accepted
signal-acceptable = a connection can be accepted
signal-readable = data can be read
signal-writable = can be written to
signal-data = read
signal-eof = end of stream (EOF)
signal-reset = reset by the peer
signal-refused = refused
signal-closed = closed
signal-error = error
signal-urgent = urgent data
signal-pushed = pushed
signal-timeout = timed out
signal-notice = notice
signal-trouble = trouble: many retransmissions
signal-soft-error = soft error

## Timers
timer-retransmit = retransmission
timer-persist = persist (window probe)
timer-delayed-ack = delayed ACK
timer-keepalive = keep-alive
timer-time-wait = TIME-WAIT (2MSL)
timer-fin-wait-2 = FIN-WAIT-2
timer-user-timeout = user timeout
timer-syn-ack = SYN,ACK retransmission
timer-override = silly-window override

## Hosts
host-crash = crashes
host-power-off = power off
host-reboot = reboots
host-kill = the program is killed
host-link-down = link down
host-link-up = link up

## How a run ends
outcome-quiescent = nothing left to happen
outcome-idle = stopped here; timers may still run
outcome-limit = limit reached
outcome-time = time is up

## Comments in captures
pcap-sent = #{ $n } sent by { $source } to { $target }.
pcap-arrived = #{ $n } from { $source } arrives at { $target }.
pcap-then = It arrives at { $host } at { $time } s.
pcap-forwarded = #{ $n } sent on by { $source } to { $target }.

## State diagram
states-title = The states of a TCP connection
states-source = RFC 9293, Figure 5 and its notes
states-coverage = { $visited } of { $all } edges were used
states-counterfactual = counterfactual
states-abrupt = Ends at once, by a reset, ABORT or giving up:
state-closed = no connection
state-listen = waits for anybody's SYN
state-syn-sent = has sent a SYN, waits for the answer
state-syn-received = has got and sent a SYN, waits for its ACK
state-established = open: data flows both ways
state-fin-wait-1 = has sent FIN, waits for its ACK or the other FIN
state-fin-wait-2 = its FIN is acknowledged, waits for the other FIN
state-close-wait = the other side has closed; the application here has not yet
state-closing = both sent FIN at once, waits for the ACK of its own
state-last-ack = has sent the second FIN, waits for the last ACK
state-time-wait = waits 2MSL, until every old segment has died

## Control blocks
tcb-title = Transmission control blocks of { $host } at { $t } s
tcb-none = { $host } has no connection at this time.
tcb-connection = connection { $n }: { $state }
tcb-listener = listener: { $state }
tcb-sockets = sockets
tcb-send = send sequence
tcb-receive = receive sequence
tcb-estimate = estimates
tcb-timers = timers
tcb-queues = queues
tcb-timer = { $name }: { $left } left
tcb-acknowledged = acknowledged
tcb-in-flight = in flight: { $count }
tcb-usable = may be sent: { $count }
tcb-beyond = not yet allowed
tcb-received = received
tcb-window = window: { $count }

## Pictures
svg-description = A ladder diagram between { $hosts }: { $count } packets, { $lost } of them lost.
svg-left-out = … and { $count } more packets that are not drawn

## The HTML page
page-first = To the start
page-back = One step back
page-next = Next step
page-last = To the end
page-play = Play
page-pause = Pause
page-language = 中文
page-step-of = Step
page-what = What happens
page-why = Why
page-packet = The packet
page-no-packet = No packet in this step.
page-hosts = Both ends now
page-timers = Timers
page-syn-queue = SYN queue
page-accept-queue = accept queue
page-no-connection = no connection
page-keys = Keys: ← → step, space plays, Home and End, L changes the language
page-lost-legend = a red cross: lost; dashed: repeated, delayed or otherwise unusual
page-bytes = Bytes (the fields of the header light up)
page-hover = Point at a field or a byte, or walk through them with Tab.
page-ladder = Ladder diagram
page-position = Position in the run
page-no-script = This page draws with a script of its own (it loads nothing); please allow scripts for it.
