### The command line: help, errors, headings.

## Words
cli-usage = Usage:
cli-options = Options:
cli-examples = Examples:
cli-command-word = COMMAND
cli-did-you-mean = Did you mean { $names }?
cli-there-are = There are { $names }.
cli-running = running { $name }
cli-comparing = comparing, one switch after the other
cli-testing = testing the scenarios
cli-wrote = wrote { $path }
cli-no-chinese = this output's encoding ({ $encoding }) cannot carry Chinese; English is used. Set PYTHONIOENCODING=utf-8 or a UTF-8 locale.

## synfin alone
cli-first-title = synfin: TCP from the first SYN to the last FIN. Run it, watch it, break it.
cli-first-list = all scenarios, in the order in which one learns
cli-first-play = draw the three-way handshake
cli-first-why = lose the third segment, with the rule behind every step
cli-first-step = the same step by step: forward, back, drop, delay, undo
cli-first-ask = what people say about it, what is right, the run that shows it
cli-first-quiz = guess the next segment, then an interview question
cli-first-live = talk to this machine's Linux kernel over a TUN device
cli-first-more = More: synfin --help, synfin COMMAND --help, and --lang zh for Chinese.

## Short help
cli-help-root = One complete TCP engine (RFC 9293) with a lab around it: 40 scenarios in a simulated network that you can run, break, step through and compare, every segment with its reason.
cli-help-more = NAME is a scenario's number, its name or a file: synfin play 8, synfin play third-ack-lost, synfin play my.scn. Each command has its own help: synfin play --help.
cli-short-play = run a scenario and draw its ladder; change it; step through it
cli-short-list = the scenarios, or those that speak of some words
cli-short-why = why a packet was sent and what it did
cli-short-why-not = why a host sent nothing
cli-short-diff = two runs side by side, and the switch behind each difference
cli-short-tcb = a host's transmission control block at some time
cli-short-ss = the connections as ss (or netstat) would show them
cli-short-header = a packet's headers bit by bit
cli-short-states = the state diagram, and what a run visited
cli-short-switches = what --set can change, and its value in each profile
cli-short-limits = what bounds the number of connections on this machine
cli-short-ask = what people say about TCP, and what is right
cli-short-quiz = guess the next segment, answer the interview question
cli-short-test = check scenarios against their expectations
cli-short-sweep = asyncio tests with very many seeds, failures by kind
cli-short-demo = a short tour
cli-short-live = real programs on the Linux kernel against synfin
cli-short-exec = any program behind a link that loses, delays, repeats and alters
cli-short-listen = netcat, listening, over a TUN device
cli-short-connect = netcat, connecting, over a TUN device

## Help
cli-help-play = Runs one case of a scenario and draws it: packets between the ends, their states in the margins, lost segments marked. At the end it says whether the case's expectations held; once something was changed, they are not checked.
cli-help-list = Titles in both languages, grouped in learning order. With words: the scenarios whose question or text speaks of them, best first, in either language.
cli-help-why = Shows packet N of a run: the rule that sent it with the values it compared, what became of it on the way, and the rule that settled it where it arrived.
cli-help-why-not = Says why HOST sent no packet with FLAGS (SYN, SYN,ACK, ACK, FIN, RST, DATA; '*' for any) at time T: a rule that answered nothing, a packet that never came, a timer that still runs.
cli-help-diff = Compares the case as it is with the case after --set or --fault, or two profiles. Each difference names the switch that makes it, found by turning the switches one by one.
cli-help-tcb = The transmission control blocks of HOST at time T, grouped as in RFC 9293 section 3.3.1, with both sequence spaces as number lines.
cli-help-ss = The connections of all hosts at time T the way ss -tanpo prints them.
cli-help-header = Draws the headers of a packet (IPv4, IPv6, TCP, UDP, ICMP): every field, its meaning, the checksums computed anew, and how the length of the data follows. The packet is packet N of a run, or hexadecimal digits.
cli-help-states = The state diagram as the engine's own table has it, with the names that RFC 9293, netstat and ss use. With NAME: the edges that this run went along.
cli-help-sweep = Runs pytest tests that use synfin's net with the seeds 1 to N, in many processes, and sums up the failures by kind: the same place and error, the same kinds of lost segments. Results are kept in a file: a sweep that was stopped goes on where it was. TEST is anything that pytest takes; with --scheduler the work goes to a Dask cluster whose workers see this folder.
cli-help-switches = The switches of --set, one for each place where TCP stacks lawfully differ (or where a thought experiment breaks them), with their values in the five profiles.
cli-help-limits = Reads this system's limits (ports, descriptors, memory, queues) and says which of them ends the number of connections first.
cli-help-ask = Answers by topic, by row (E-07, C29) or by words in English or Chinese: the claim people repeat, what is right, the source, and the run that shows it. Without words: all topics.
cli-help-quiz = Draws a run and stops before each segment: say what comes next (B>A SYN,ACK). Then the interview question, a 30-second answer, the usual wrong one and the follow-up. Without NAME: any scenario.
cli-help-test = Runs every case of the scenarios (all, or those named) and checks its expectations. Exit code 1 when one does not hold.
cli-help-demo = Handshake, data and close in the simulator; one broken case with its why; where it is possible, one real transfer with the kernel.

## Options
cli-opt-lang = language: English or Chinese (default: the locale's)
cli-opt-help = this help
cli-opt-version = the version
cli-opt-case = which case of the scenario (default: the first)
cli-opt-fault = act on packets: drop, delay=300ms, dup, reorder, corrupt, mark, set win=0; may be repeated
cli-opt-set = change a switch, for one host or all; may be repeated
cli-opt-profile = settings to start from: rfc, linux, linux-old, freebsd, bsd44
cli-opt-seed = seed of everything random in the run
cli-opt-iss = initial sequence number of a host; may be repeated
cli-opt-msl = maximum segment lifetime, seconds
cli-opt-until = end the run at this time, seconds
cli-opt-step = interactive: forward and back, drop, delay, edit, undo (? shows the keys)
cli-opt-play-why = the reason under every line
cli-opt-timers = timers that are drawn: none, fire, all
cli-opt-names = names of the states
cli-opt-speed = in time, X times as fast as life (default: at once)
cli-opt-pcap = write a capture for Wireshark (pcapng), a reason on each packet
cli-opt-pcap-at = capture at this host (repeatable), as tcpdump would there;
    without it the capture has each packet once, where it is sent
cli-opt-svg = write a picture
cli-opt-html = write a page that steps through the run, offline
cli-opt-play-mermaid = print a Mermaid diagram, or write it to FILE
cli-opt-play-json = print the trace as JSON lines, or write it to FILE
cli-opt-states-mermaid = print a Mermaid diagram
cli-opt-as-mermaid = print a Mermaid diagram
cli-opt-as-json = as JSON, for programs
cli-opt-cases = the names of the cases too
cli-opt-at = the time, seconds of the run
cli-opt-host = only this host
cli-opt-netstat = in the columns of netstat -tan
cli-opt-info = below each connection what ss -i adds: ECN, timers, window
cli-opt-kind = what the digits begin with
cli-opt-profiles = compare two profiles, for example rfc,linux
cli-opt-everything = also all lines that are alike
cli-opt-analogy = the everyday comparisons, and where they break
cli-opt-no-segments = only the interview question
cli-opt-seeds = how many seeds (default 1000)
cli-opt-jobs = processes at a time (default: one for each processor)
cli-opt-scheduler = a Dask scheduler, such as tcp://10.0.0.5:8786 (pip install synfin[dask])
cli-opt-out = file of results; a sweep that is in it goes on
cli-opt-shrink = runs spent on looking for the fewest lost segments of a failure (default 60)
cli-opt-expression = as pytest's -k: only tests whose names match
cli-opt-sweep-everything = every async test, as pytest --synfin
cli-opt-no-kernel = leave out the kernel

## Errors
cli-error-sweep-other = { $path } has the results of another sweep; name another file with --out, or remove it
cli-error-sweep-file = { $path } cannot be used for results; name another file with --out
cli-error-sweep-pytest = pytest cannot run these tests: { $why }
cli-error-sweep-dask = --scheduler needs Dask: pip install "synfin[dask]"
cli-error-sweep-scheduler = no Dask scheduler answers at { $address }: { $why }
cli-error-plain = { $line }
cli-error-at = { $where }: { $why }
cli-error-language = there are no texts in '{ $name }'; choose --lang { $names }
cli-error-command = there is no command '{ $name }'. { $hint } (synfin --help lists all)
cli-error-option = { $path } has no option { $name }. { $hint }
cli-error-option-value = { $path }: { $name } needs a value
cli-error-missing = { $name } is missing; see { $path } --help
cli-error-extra = '{ $word }' is one argument too many; see { $path } --help
cli-error-parameter = { $name }: { $why }
cli-error-usage = { $why } See { $path } --help
cli-error-choice = { $name }: '{ $value }' is none of { $names }
cli-error-whole = { $name }: '{ $value }' is no whole number of at least { $least }
cli-error-speed = { $name }: '{ $value }' is no number above 0
cli-error-time = { $name }: '{ $value }' is no time; write seconds (0.05) or 50ms, 3s
cli-error-scenario = no scenario is called '{ $name }'. { $hint } (synfin list shows all)
cli-error-switch = no switch is called '{ $name }'. { $hint } (synfin switches lists all)
cli-error-needs-linux = synfin { $name } talks to a Linux kernel and this system is none; everything else works here
cli-error-case = { $scenario } has no case '{ $name }'; there are { $names }
cli-error-profile = there is no profile '{ $name }'; choose { $names }
cli-error-two-profiles = --profiles: '{ $value }' is not two of { $names }, as in rfc,linux
cli-error-host = there is no host '{ $name }' here; there are { $names }
cli-error-iss = --iss { $text }: expected HOST=N with N below 4294967296
cli-error-fault = --fault '{ $text }': { $why }
cli-error-set = --set { $text }: { $why }
cli-error-bytes = cannot read this packet: { $why }
cli-error-flags = '{ $value }' are no flags; write SYN, SYN,ACK, ACK, FIN, RST, DATA or '*'
cli-error-packet = this run has no packet { $n }; it has 1 to { $count }
cli-error-header = '{ $text }' is neither hexadecimal nor a scenario with a packet's number; try: synfin header 1 1
cli-error-is-directory = { $path } is a folder; name a file in it
cli-error-no-folder = { $path }: there is no folder { $folder }; make it first
cli-error-not-writable = { $path } may not be written; choose another place
cli-error-write = { $path }: { $why }; nothing was written, choose another place
cli-error-two-outputs = only one of --json, --mermaid and '-' can go to standard output; name a file for the others
cli-error-step-files = --step writes no files; leave it out, or leave out the file
cli-error-pcap-at = --pcap-at says where --pcap captures; add --pcap FILE
cli-error-nothing-found = no scenario speaks of '{ $words }'; try synfin ask { $words }, other words, or synfin list
cli-error-nothing-to-compare = nothing to compare: add --profiles rfc,linux or --set switch=value or --fault '…'
cli-error-ask = nothing here answers '{ $query }'; try other words, or synfin ask for all topics
cli-error-no-quiz = there is no interview question for { $name }; leave out --no-segments

## play
cli-held = all { $count } expectations of this case hold
cli-not-held = { $wrong } of { $count } expectations of this case do not hold:
cli-no-expectations = This case expects nothing.
cli-changed = Changed from the command line, so the case's expectations are not checked.
cli-fault-unused = --fault '{ $text }' met no packet.
cli-other-cases = Other cases ({ $command }):
cli-next-why = Why packet { $n }: { $command }

## --step
cli-step-start = { $count } steps. Enter: forward, b: back, ?: all keys, q: quit.
cli-step-where = step { $step } of { $count }, { $time } s:
cli-step-flies = on its way: #{ $n } { $source }>{ $target } { $what }, arrives { $time }
cli-step-nothing-flies = nothing is on its way
cli-step-at-end = this is the end; b goes back
cli-step-at-start = this is the beginning; Enter goes forward
cli-step-unknown = '{ $word }' is no command here; ? shows the keys
cli-step-needs = '{ $word }' needs { $what } after it
cli-step-no-packet = no packet has been sent yet
cli-step-not-yet = packet { $n } has not been sent yet
cli-step-not-flying = packet { $n } is not on its way at { $time } s; on their way: { $names }
cli-step-no-edits = nothing has been changed
cli-step-edited = packet { $n }: { $action }; the run goes on from here with that (u undoes)
cli-step-undone = undone
cli-step-keys = Enter, n, next [COUNT]  forward
    b, back [COUNT]         back
    g, go TIME              to a time, seconds
    p, packet N             to the sending of packet N
    0, begin, e, end        to the beginning, to the end
    v, view                 the ladder up to here
    l, list                 packets on their way
    drop N                  lose packet N (while it is on its way)
    delay N 300ms           let it take that long in all
    dup N [5s]              let it arrive twice
    corrupt N               flip a bit: its checksum fails
    edit N win=0            change a field (seq, ack, flags, win, ttl, mss …)
    u, undo                 undo the last change
    f, faults               the changes as --fault options
    w, why [N]              why packet N (or the last one)
    t, tcb [HOST]           control blocks
    s, ss                   connections as ss shows them
    q, quit                 quit

## list
cli-group-opening = Opening
cli-group-closing = Closing
cli-group-failure = Failures
cli-group-data = Data
cli-list-cases = cases: { $names }
cli-list-hint = synfin play NUMBER runs one; synfin list WORDS searches.
cli-list-play = { $command } runs the first of them.

## why
cli-why-sent = Why it was sent
cli-why-arrived = At { $host }, { $time } s
cli-why-no-reason = No rule is recorded for this (it was not made by an engine).
cli-why-fault = On the way a fault acted on it: { $text }
cli-why-told = { $host }'s application is told: { $what }
cli-why-answers = { $host } sends #{ $n } { $what }
cli-why-header = { $command } shows its bits.
cli-fate-dropped = It never arrives: it was lost on the way.
cli-fate-queue-full = It never arrives: a queue on the way was full.
cli-fate-corrupted = It arrives damaged; the checksum does not fit and it is dropped.
cli-fate-expired = It never arrives: its TTL ran out at a router.
cli-fate-fragmented = It was cut into fragments on the way.

## why-not
cli-not-any = no packet at all
cli-not-title = Why { $host } sends no { $what } at { $time } s
cli-not-sent = But it does: packet { $n }, sent at { $time } s.
cli-not-down = { $host } is down since { $time } s; a machine that is off sends nothing.
cli-not-arrival = What arrived last, packet { $n } at { $time } s, was settled by a rule that sends no such answer:
cli-not-silence = A rule has held it back since { $time } s:
cli-not-lost = Packet { $n } of { $time } s never arrived: { $host } does not know of it and cannot act on it.
cli-not-timer = It waits for a timer, set at { $time } s and due at { $due } s:
cli-not-coming = Packet { $n }, sent at { $time } s, is still on its way to { $host } and arrives at { $due } s.
cli-not-nothing = There was nothing to send.
cli-not-next = The next such packet is #{ $n }.

## diff
cli-diff-as-is = as it is
cli-diff-changed = changed
cli-diff-folded = … { $count } more lines alike …
cli-diff-because = because of { $switches }
cli-diff-none = No difference in what happens{ $count ->
    [0] .
    [one] ; one switch differs.
   *[other] ; { $count } switches differ.
  }
cli-diff-count = { $count } of { $all } lines differ (marked !).
cli-diff-switches = The switches behind them
cli-diff-other-switches = { $count ->
    [one] One more switch differs without showing here.
   *[other] { $count } more switches differ without showing here.
  }

## ss, states
cli-ss-none = No host has a connection at { $time } s.
cli-states-hint = synfin states NAME marks what a run visited; --svg FILE draws it.
cli-states-star = * went along in this run

## limits
cli-limits-title = What bounds the number of TCP connections here
cli-limits-line = { $what }: { $number }
cli-limits-now = , in use now { $count }
cli-limits-endless = unlimited
cli-limits-soft-hard = { $soft } (may be raised to { $hard })
cli-limits-tuples = Four-tuples per listening address and port
cli-limits-tuples-text = A connection is named by (local address, local port, remote address, remote port). A server's listening pair is fixed, which leaves 2^32 IPv4 addresses times 2^16 ports on the other side. Nobody ever gets there, and a machine may listen on many pairs.
cli-limits-ports = Ephemeral ports (ip_local_port_range)
cli-limits-ports-text = A client without a port of its own gets one of these, so one address has at most so many connections to one remote (address, port); then connect() says EADDRNOTAVAIL. Where the client closes first, each port rests 60 s in TIME-WAIT: about { $rate } new connections per second to one place can be kept up.
cli-limits-descriptors = Descriptors of one process (RLIMIT_NOFILE, ulimit -n)
cli-limits-descriptors-text = Every connection that was accepted or made takes one. Beyond it accept(), socket() and open() say EMFILE, "too many open files"; connections then wait in the accept queue. limits.conf merely sets this number at login, for each process and not in total for a user.
cli-limits-nr-open = Highest value that limit may have (fs.nr_open)
cli-limits-nr-open-text = A ceiling for the limit above, not a second limit on connections.
cli-limits-file-max = Open files of the whole system (fs.file-max)
cli-limits-file-max-text = Beyond it everybody gets ENFILE.
cli-limits-memory = Memory for TCP
cli-limits-memory-text = Buffers of all TCP sockets together. From { $pressure } MiB on windows are kept small, above { $high } MiB memory is refused. A connection's buffers begin at { $buffers } octets (receive, send) but are only charged when filled; an idle one takes a few KB.
cli-limits-queues = Queues of a listener
cli-limits-queues-text = listen()'s backlog is cut to somaxconn: so many finished connections wait for accept(). Half-open ones are bounded as well; when they overflow, SYN cookies or silence follow. They bound how fast connections come, not how many there are.
cli-limits-time-wait = TIME-WAIT records
cli-limits-time-wait-text = Above this the kernel drops TIME-WAITs early and says so in its log.
cli-limits-conntrack = Connections the firewall remembers
cli-limits-conntrack-text = With connection tracking on, packets of new connections beyond this are dropped: it looks like packet loss.
cli-limits-server = A server process as started from here ends first at its { $count } descriptors.
cli-limits-client = A client process towards one (address, port) ends first at { $count } connections.
cli-limits-unknown = Not to be read on this system ({ $system }): { $names }.
cli-limits-more = synfin play 35 shows each of these bounds in a run; synfin ask max-connections tells what people get wrong.

## ask
cli-ask-hint = synfin ask TOPIC shows one; so do row ids such as E-07 or C29 and words of your question, in English or Chinese.

## quiz
cli-quiz-how = Before each segment: who sends what? Write it like B>A SYN,ACK, with ack=1 if you are sure. Enter shows it, ? helps.
cli-quiz-next = Next, at { $time } s:
cli-quiz-hint = Direction and flags, as A>B SYN or B>A FIN,ACK or A>B DATA; seq=, ack= and len= are compared if you give them. Enter alone shows the segment.
cli-quiz-unreadable = That names no segment; write B>A SYN,ACK, or ? for help.
cli-quiz-right = right
cli-quiz-wrong = no: { $what }
cli-quiz-score = { $right } of { $count } right.
cli-quiz-think = (Answer aloud, then press Enter.)

## test
cli-test-line = { $good } of { $count } cases hold
cli-test-sum = { $good } of { $count } cases hold.

## demo
cli-demo-title = synfin: a short tour
cli-demo-whole = One connection in the simulator: handshake, data, close. States stand in the margins, times in seconds.
cli-demo-broken = Something breaks: the last segment of the handshake is lost. Why does it still work?
cli-demo-kernel = The same engine and this machine's Linux kernel at the other end of a TUN device
cli-demo-kernel-none = Not part of this build: the kernel's side needs Linux. Everything else runs everywhere.
cli-demo-kernel-skipped = Left out, as you asked.
cli-demo-go-on = How to go on
cli-demo-go-alone = what one can do next, in ten lines
cli-demo-go-fault = break it yourself, with the rule behind every step
cli-demo-go-html = a page that steps through the close, with both control blocks

## switches
cli-switches-note = * scenarios start with mss=1460, receive_buffer=65535, window_scale=-1, timestamps, sack and delayed_ack off, msl=30s.  ! breaks TCP on purpose. Times need a unit: --set min_rto=200ms.
cli-switch-reads = applications read by themselves (yes, no)
cli-switch-accepts = applications accept by themselves (yes, no)

## synfin sweep
cli-sweep-running = sweeping { $seeds } seeds
cli-sweep-resumed = { $path } has { COUNT($count, one: "seed", many: "seeds") } already; going on from there
cli-sweep-sum = { COUNT($runs, one: "run", many: "runs") } with { COUNT($seeds, one: "seed", many: "seeds") }: { COUNT($failed, one: "failure", many: "failures") } of { COUNT($kinds, one: "kind", many: "kinds") }
cli-sweep-kind = kind { $n }, { COUNT($count, one: "failure", many: "failures") }:
cli-sweep-seeds = seeds { $seeds }
cli-sweep-lost = the seeds { $first } to { $last } could not be run: { $why }
cli-sweep-file = results: { $path }
