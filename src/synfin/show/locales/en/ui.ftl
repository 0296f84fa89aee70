# Words that every face uses. Values compared by rules are called value-<name>,
# with underscores turned into dashes; RFC names stay as they are.

## Names of values

value-seg-seq = SEG.SEQ
value-seg-ack = SEG.ACK
value-seg-len = SEG.LEN
value-snd-una = SND.UNA
value-snd-nxt = SND.NXT
value-snd-wnd = SND.WND
value-snd-wl1 = SND.WL1
value-snd-wl2 = SND.WL2
value-snd-up = SND.UP
value-rcv-nxt = RCV.NXT
value-rcv-wnd = RCV.WND
value-rcv-up = RCV.UP
value-iss = ISS
value-irs = IRS
value-rto-ns = RTO
value-srtt-ns = SRTT
value-rate = pacing rate
value-until-ns = in
value-wait-ns = wait
value-rttvar-ns = RTTVAR
value-rtt-ns = RTT
value-cwnd = cwnd
value-cwnd-before = cwnd before
value-ssthresh = ssthresh
value-mss = MSS
value-mtu = MTU
value-ttl = TTL
value-ts-val = TSval
value-ts-ecr = TSecr
value-ts-recent = TS.Recent
value-max-window = MAX.SND.WND
value-r1 = R1
value-recover = recover
value-dupacks = duplicate ACKs
value-backlog = backlog
value-queue = in the queue
value-flags = flags
value-state = state
value-seq = sequence number
value-end = end (exclusive)
value-length = octets
value-data-len = octets of data
value-cookie-len = octets of cookie
value-count = number
value-limit = limit
value-held = octets held
value-offset = offset
value-why = why
value-room = room
value-usable = usable window
value-unacked = octets unacknowledged
value-quick = quick ACKs left
value-unsent = octets unsent
value-unread = octets unread
value-queued = octets queued
value-in-flight = octets in flight
value-port = port
value-remote = remote address
value-src = source
value-dst = destination
value-first = first hop
value-next = next hop
value-hops = hops
value-type = ICMP type
value-code = ICMP code
value-errno = error
value-protocol = protocol
value-what = what is wrong
value-ident = identifier
value-pieces = fragments
value-seconds = seconds
value-connections = connections
value-left-ns = time left
value-delay-ns = delay
value-last-ns = last one at
value-now-ns = now
value-interval-ns = least interval
value-elapsed-ns = time passed
value-limit-ns = limit
value-next-ns = next one in
value-idle-ns = idle for
value-timeout-ns = timeout
value-waited-ns = waited
value-length-ns = length
value-age-ns = age

## Common words

rule-bare = { $name } ({ $source }).
word-rule = rule
word-source = source
word-values = values
word-why = why
word-time = time
word-state = state
word-question = Question
word-answer = Answer
word-people-say = People say
word-right = What is right
word-see = See it run
word-also = See also
word-wrong-answer = The common wrong answer
word-why-wrong = Why it is wrong
word-follow-up = The follow-up
word-model-answer = The 30-second answer

## synfin ask

ask-none = Nothing here answers "{ $query }". Try another word, an id such as E-07 or C29, or one of the topics: { $topics }
ask-many = { $count ->
    [one] One entry answers "{ $query }":
   *[other] { $count } entries answer "{ $query }":
  }
ask-more = synfin ask { $id }
ask-topics = Topics:
