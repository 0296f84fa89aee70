### synfin packetdrill

cli-short-packetdrill = run packetdrill scripts against the engine, in virtual time
cli-help-packetdrill = Runs packetdrill scripts unchanged against one synfin host: the script is the network and the far end, time is virtual, nothing needs root. Without FILE or DIR those that SYNFIN_PACKETDRILL names are run. Exit code 0: all passed; 1: one failed; 2: one cannot be read; 3: none failed, but something in them is not supported (it is named).
cli-opt-packetdrill-workers = how many scripts run at the same time
cli-opt-packetdrill-defines = a symbol for the scripts, as --define there
cli-opt-packetdrill-tolerance = microseconds by which times may differ, whatever a script says; 0 allows no difference (without it: 4 ms or 12.5 % of the step, whichever is more)
cli-opt-packetdrill-strict-segments = consecutive segments are not joined to what a script expects as one
cli-opt-packetdrill-local-ip = the host's address
cli-opt-packetdrill-remote-ip = the far end's address
cli-opt-packetdrill-ip-version = ipv4 (default) or ipv6
cli-opt-packetdrill-mtu = octets of the largest packet on the host's link
cli-opt-packetdrill-profile = the switches that the host starts with
cli-opt-packetdrill-pcap = write the packets as pcapng, each with its reason; with several scripts FILE is a folder
cli-opt-packetdrill-as-table = pass rates by suite (each FILE or DIR is one) and folder as a Markdown table, also with no tolerance
cli-opt-packetdrill-as-json = results for programs

packetdrill-running = running the scripts
packetdrill-nothing = name a script or a folder, or set { $name } to one
packetdrill-no-scripts = { $place }: no such file, or a folder without *.pkt files
packetdrill-define = -D { $text }: write NAME=VALUE
packetdrill-flag = { $what } is not supported yet
packetdrill-status-pass = passed
packetdrill-status-fail = failed
packetdrill-status-unsupported = not supported
packetdrill-status-error = cannot be read
packetdrill-column-pass = passed
packetdrill-column-fail = failed
packetdrill-column-unsupported = unsupported
packetdrill-column-error = unreadable
packetdrill-expected = script:
packetdrill-actual = engine:
packetdrill-missing = Not supported (number of scripts that stop there)
packetdrill-sum = { $passed } passed, { $failed } failed, { $unsupported } not supported, { $errors } unreadable.

packetdrill-differs = { $field }: { $expected } expected, got { $actual }
packetdrill-time = time: { $expected } s expected (tolerance { $tolerance } s), happened at { $actual } s
packetdrill-nothing-sent = the host sent nothing in time
packetdrill-pieces = the host's segments do not join to the one that the script expects
packetdrill-late = the time of this event had passed already
packetdrill-return-time = the call did not return when it should
packetdrill-blocks = { $call }() blocks for ever
packetdrill-assert = does not hold: { $text }
packetdrill-not-open = the script has no open descriptor { $fd }
packetdrill-arguments = { $call }() needs { $count } arguments or more
packetdrill-tool = the host's table does not show it: { $text }

packetdrill-error-value = { $text }: bad value
packetdrill-error-echo = TS ecr { $echo }: no such TS val was sent
packetdrill-error-endif = #ifdef without #endif
packetdrill-error-ifdef-name = { $text } needs a name
packetdrill-error-ifdef = { $text } without #ifdef
packetdrill-error-begin = the first event must be at time 0
packetdrill-error-no-socket = no socket could send this packet: connect() or an arriving packet has to come first
packetdrill-error-end = the script ends in the middle of something
packetdrill-error-token = "{ $text }" does not belong here
packetdrill-error-length = { $text }: the end is not start + length
packetdrill-error-flag = "{ $text }" is no TCP flag; there are F S R P . U E W
packetdrill-error-outbound = { $text } is for outbound packets only
packetdrill-error-code = %{"{"} {"}"}%: { $text }
packetdrill-error-option-value = { $text } does not fit into its TCP option
packetdrill-error-hex = "{ $text }" is not an even number of hexadecimal digits
packetdrill-error-option-words = the TCP options have { $size } octets, which is no multiple of 4
packetdrill-error-option-size = the TCP options have { $size } octets; 40 fit
packetdrill-error-file = { $text }

packetdrill-pcap-stdout = --pcap writes a file, not standard output: name one
packetdrill-pcap-folder = { $path } is a file, but { $count } scripts need a folder
packetdrill-pcap-wrote = Wrote { $count } files to { $path }
packetdrill-table-folder = folder
packetdrill-table-scripts = scripts
packetdrill-table-passed = passed
packetdrill-table-rate = rate
packetdrill-table-exact = passed, tolerance 0
packetdrill-table-exact-rate = rate
packetdrill-table-unsupported = not supported
packetdrill-table-took = { $count } scripts in { $seconds } s ({ $workers } at a time, one pass)
