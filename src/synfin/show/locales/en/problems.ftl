### What a user got wrong; the English texts stand in the source as well, word for word.

problem-comma = { $one }, { $other }
problem-or = { $one } or { $other }

## aqm
problem-aqm-red = the lower threshold must be below the upper one
problem-aqm-threshold = a queue marks from 1 waiting packet on, or later

## at
problem-at-every = expected a duration above 0

## call
problem-call-missing = something is missing; expected { $usage }
problem-call-missing-after = something is missing after { $word }; expected { $usage }
problem-call-option = no { $key }= here; expected { $usage }
problem-call-unknown = no call is named { $word }; { $hint }
problem-call-word = '{ $word }' means nothing here; expected { $usage }

## case
problem-case-expect = case { $name } has its expectations already
problem-case-parent = no case '{ $name }' stands above this one
problem-case-twice = case { $name } is there already

## check
problem-check-absent = { $name } was absent
problem-check-because = { $why } [{ $reason }]
problem-check-both = { $one }; { $other }
problem-check-closed = { $host } had not left CLOSED
problem-check-due = due at { $time }
problem-check-expected = expected { $line }; { $why }
problem-check-field = there is no field { $name }; { $hint }
problem-check-happened = it happened: { $told }
problem-check-instead = instead came { $told }
problem-check-isn-step = the step was +{ $step }
problem-check-isns = there were only { $count } different ISNs
problem-check-last-fragment = it was the last fragment
problem-check-last-state = last was { $change } at { $time } [{ $reason }]
problem-check-nearest = nearest is { $told }
problem-check-nearest-at = nearest is { $told } at { $time }
problem-check-nearest-but = nearest is { $told }: { $why }
problem-check-never = it never happened
problem-check-no-connection = there was no connection
problem-check-no-hop = no such packet crossed that hop then
problem-check-no-isn = { $name } was { $value }, and no such ISN was seen
problem-check-no-packet = no such packet was ever sent
problem-check-no-sack = SACK was not offered
problem-check-not-running = it was not running; running: { $names }
problem-check-options = it had options { $names }
problem-check-order = its time is before the line above
problem-check-read = it read { $told }
problem-check-read-count = it read { $count } octets
problem-check-rule = the rule was { $told }
problem-check-sent = it sent { $told }
problem-check-surprise = not expected: { $told }
problem-check-value = { $name } was { $value }
problem-check-was = it was { $told }
problem-check-was-at = that was at { $time }
problem-check-was-by = it was { $told } by { $fault }

## expect
problem-expect-at = expected { $names }, not { $word }
problem-expect-count = expected count [A>B or A] WHAT NUMBER
problem-expect-event = nothing is called { $word }; { $hint }
problem-expect-field = no field { $key }=; { $hint }
problem-expect-rule = expected rule=, not { $key }=
problem-expect-state = no state is called { $name }; { $hint }
problem-expect-word = { $word } means nothing here; { $hint }

## fault
problem-fault-condition = expected nth=, after=, seq=, from=, to=, p=, packet= or an action (one of { $help }), not '{ $name }='
problem-fault-direction = expected a direction such as A>B or *, not '{ $word }'
problem-fault-duration = expected a duration such as 300ms or 1.5s, not '{ $word }'
problem-fault-field = expected set FIELD=VALUE with a field of { $names }
problem-fault-flags = expected flags such as SYN,ACK after flags=, not '{ $word }'
problem-fault-kind = expected flags such as SYN or SYN,ACK, or one of { $names }, not '{ $word }'
problem-fault-no-action = expected an action, one of { $help }
problem-fault-no-delay = expected how long: delay=300ms
problem-fault-no-direction = expected a direction first, such as A>B or *
problem-fault-no-field = expected FIELD=VALUE after set, such as set win=0
problem-fault-no-value = { $word } takes no value
problem-fault-number = expected a number up to { $most } after { $field }=, not '{ $word }'
problem-fault-packet = expected the packet's number, 1 or more, not '{ $word }'
problem-fault-probability = expected a probability between 0 and 1, not '{ $word }'
problem-fault-range = expected a number (from { $least }) or a range such as 2-4, not '{ $word }'
problem-fault-time = expected a time in seconds such as 0.3, or 300ms, not '{ $word }'
problem-fault-two-actions = one action only: '{ $word }' stands there already
problem-fault-word = expected a condition or an action (one of { $help }), not '{ $word }'
problem-fault-wrong = fault '{ $fault }': { $why }

## file
problem-file-begin = expected 'scenario NN name' first
problem-file-end = expected more before the end of the file
problem-file-syntax = expected { $wanted }, not { $found }
problem-file-two = one file holds one scenario
problem-file-unreadable = cannot be read: { $why }
problem-file-utf-8 = is not UTF-8 text

## header
problem-header-digit = not hexadecimal: '{ $word }'; give digits 0-9 and a-f
problem-header-kind = unknown kind '{ $word }': choose { $names }
problem-header-none = no bytes given; give a packet in hexadecimal, for example 4500002c…
problem-header-odd = { $count } hex digits: one is missing, two make an octet
problem-header-short = a { $name } header has at least { $need } octets, these are { $count }
problem-header-short-4 = an IPv4 header has at least 20 octets, these are { $count }
problem-header-short-6 = an IPv6 header has 40 octets, these are { $count }
problem-header-version = an IP packet begins with 4 or 6, not { $word }; for a bare header say which: tcp, udp or icmp

## hint
problem-hint-all = there are { $names }
problem-hint-near = did you mean { $names }?

## host
problem-host-address = a host needs an address
problem-host-twice = { $name } is there already
problem-host-unknown = no host is called { $name }; there are { $names }

## link
problem-link-field = expected { $names }, not { $key }=

## net
problem-net-address = two nodes have the address { $address }
problem-net-closed = this Net is closed
problem-net-counted = { $name } is 1 or more, not { $word }
problem-net-direction = expected a direction such as 'client > api', not '{ $word }'
problem-net-duration = expected a duration such as '20ms' or seconds, not { $word }
problem-net-flags = expected flags such as 'S', 'SA', 'R', 'FIN' or one of { $names }, not '{ $word }'
problem-net-host-name = a host's name is letters, digits, '-', '_' and '.', not { $word }
problem-net-link-end = the link { $a }-{ $b } does not end at '{ $name }'
problem-net-made = host '{ $name }' is there already: say it where it is made first
problem-net-mtu = the link { $a } - { $b } is there already: give mtu= where it is made first
problem-net-no-host = { $name } is no host
problem-net-no-link = { $at } has no link to { $via }
problem-net-no-router = { $name } is no router
problem-net-no-trace = nothing was recorded: make the Net with trace=True
problem-net-node = there is no node '{ $name }'
problem-net-packet = expected an IPv4 or IPv6 packet that begins with its header
problem-net-partition = a host stands on two sides of the partition
problem-net-probability = { $name } is a probability from 0 to 1, not { $word }
problem-net-profile = no profile is called '{ $word }'; { $hint }
problem-net-rate = expected a rate such as '10Mbit' or bits per second, not { $word }
problem-net-state = no state is called '{ $word }'; there are { $names }
problem-net-switch = '{ $word }' is no switch of a host
problem-net-twice = there are two nodes '{ $name }'
problem-net-unknown = no host is called '{ $word }'; { $hint }

## on
problem-on-idle = expected a duration: on B idle 5s close

## run
problem-run-address = { $host } has no such address
problem-run-down = { $host } is down: reboot it first
problem-run-icmp-about = icmp needs to know about which packet: icmp 3/1 about A>B
problem-run-icmp-from = { $host } has no address to send ICMP from
problem-run-loops = the run cannot go on: { $why }
problem-run-no-packet = { $source } has not sent such a packet to { $target } yet
problem-run-no-socket = { $host } has no socket for { $word }
problem-run-no-syn = no SYN from { $source } to { $target } was seen yet
problem-run-socket = { $host } has no socket { $name }; there are { $names }
problem-run-socket-option = no socket option is called { $name }
problem-run-spoof = spoof needs a direction such as A>B

## settings
problem-settings-buffers = receive_buffer and send_buffer must be at least 1 octet
problem-settings-clocks = ts_clock_ns and isn_tick_ns must be positive
problem-settings-congestion = initial_window_segments must be at least 1 and congestion_control one of { $names }
problem-settings-hystart = hystart must be one of { $names }
problem-settings-delayed-ack = delayed_ack_ns must be from 0 to below 0.5 s (MUST-40)
problem-settings-ecn = ecn must be one of { $names }
problem-settings-lab-only = only the lab may set { $names }: it breaks TCP on purpose
problem-settings-mss = mss must be from 1 to 65495 octets
problem-settings-rto = RTOs must be positive and max_rto_ns at least min_rto_ns
problem-settings-option-order = option_order must be 'linux' or 'bsd'
problem-settings-window-scale = window_scale must be from 0 to 14, or -1 for none (RFC 7323 §2.3)

## step
problem-step-not-flying = packet { $n } is not on its way at { $time }; on their way: { $names }
problem-step-packet = there is no packet { $n }; the run sends { $count }
problem-step-too-late = with delay={ $delay } packet { $n } would have arrived already

## switch
problem-switch-missing = expected switch=value after set
problem-switch-pair = expected switch=value or HOST.switch=value, not '{ $word }'
problem-switch-unknown = no switch is called '{ $word }'; { $hint }
problem-switch-value = expected switch=value, not { $word }

## token
problem-token-address = an IP address
problem-token-any-word = a word
problem-token-counted = what to count
problem-token-counter = a counter's name
problem-token-destination = a host or address
problem-token-direction = a direction such as A>B
problem-token-end-of-file = the end of the file
problem-token-end-of-line = the end of the line
problem-token-fault = a fault such as A>B SYN nth=1 drop
problem-token-flags = flags such as SYN,ACK
problem-token-integer = a number
problem-token-many = { $names } …
problem-token-name = a name
problem-token-one-of = { $names }
problem-token-pair = name=value
problem-token-statement = a statement
problem-token-step = a step such as +250000
problem-token-string = a text in "quotes"
problem-token-subject = a host (A, or A.c1)
problem-token-time = a time (0.050, 3s, 50ms)
problem-token-transition = a state change such as CLOSED->SYN-SENT
problem-token-verb = a call or event
problem-token-word = '{ $word }'

## word
problem-word-address = expected an IP address, not '{ $word }'
problem-word-direction = expected a direction such as A>B, not '{ $word }'
problem-word-duration = expected a duration such as 50ms or 1.5s, not '{ $word }'
problem-word-ecn = expected one of { $names } after ecn=, not '{ $word }'
problem-word-edges = expected edges such as 201-601, not '{ $word }'
problem-word-endpoint = expected an endpoint such as B:80, not '{ $word }'
problem-word-waypoints = expected 1 to 9 routers such as R1,R2, not '{ $word }'
problem-word-escape = unknown escape \{ $word }
problem-word-flag = no flag is called '{ $word }': { $names }
problem-word-hex = expected octets in hex, not '{ $word }'
problem-word-icmp = expected an ICMP type and code such as 3/1, not '{ $word }'
problem-word-number = expected a number, not '{ $word }'
problem-word-octets = expected a number of octets such as 1460 or 64KB, not '{ $word }'
problem-word-port = expected a port from 0 to 65535, not '{ $word }'
problem-word-prefix = expected a prefix length after / in '{ $word }'
problem-word-rate = expected a rate such as 10Mbit or 64kbit, not '{ $word }'
problem-word-sequence-number = expected a sequence number: 50, abs:90 or isn(A>B)+1, not '{ $word }'
problem-word-shutdown = expected WR, RD or RDWR, not '{ $word }'
problem-word-socket-option = expected a socket option such as SO_LINGER, not '{ $word }'
problem-word-thresholds = expected two lengths of the queue in packets, such as red=5-15, not '{ $word }'
problem-word-time = expected a time such as 0.050, 3s or 50ms, not '{ $word }'
problem-word-too-fine = '{ $word }' is finer than a nanosecond
problem-word-unit = '{ $word }' needs a unit: { $word }ms or { $word }s
problem-word-utf-8 = these octets are not UTF-8 text: { $word }
problem-word-yes-no = expected yes or no, not '{ $word }'

## live
problem-live-buffer = the kernel has no receive buffer of ten octets (2,304 is the least)
problem-live-download = the download from { $name } failed: { $why }
problem-live-ipv4 = the kernel's side speaks IPv4 only
problem-live-isn = { $name } needs an ISN of its own choice; the kernel chooses itself
problem-live-late = no answer within { $seconds } s
problem-live-no-host = { $name } is no host of this case
problem-live-program = { $name } failed: exit { $status } { $why }
problem-live-relative = the attacker's numbers are relative to an ISN of A's choice
problem-live-slow = { $name } was not ready within { $seconds } s
problem-live-status = no answer (status { $status })
problem-live-stopped = stopped

## trace
problem-trace-an-object = an object
problem-trace-empty = trace: empty; expected a 'meta' record in the first line
problem-trace-host = no host '{ $name }' in this run; it has { $names }
problem-trace-json = trace line { $number }: { $why } at column { $column }
problem-trace-list = a list
problem-trace-meta = trace: the first line is not a 'meta' record; is this a synfin trace?
problem-trace-number = a number
problem-trace-object = trace line { $number }: expected an object
problem-trace-objects = a list of objects
problem-trace-octets = hexadecimal octets
problem-trace-packet = no packet { $number } in this run; it has 1 to { $last }
problem-trace-text = text
problem-trace-value = trace: '{ $key }' of a { $kind } record is { $value }, expected { $wanted }
problem-trace-version = trace: version { $value } is not { $known }; write it again with this synfin
