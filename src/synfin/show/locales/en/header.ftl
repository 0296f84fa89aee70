### Header boxes: names of fields, what they mean, checksums.

header-ipv4 = IPv4
header-ipv6 = IPv6
header-ext = IPv6 extension
header-tcp = TCP
header-udp = UDP
header-icmp = ICMP
header-icmp6 = ICMPv6
header-title = { $name } header: { $length } octets, from octet { $start }
header-title-quoted = quoted { $name } header (inside the ICMP error): { $length } octets, from octet { $start }
header-payload = Data: { $count ->
    [one] 1 octet
   *[other] { $count } octets
  }
header-payload-more =   … and { $count } more
header-data-length-tcp = Data length: IP total { $total } − IP header { $ip } − TCP header { $upper } = { $octets }. TCP itself has no length field; the receiver computes it like this.
header-data-length-udp = Data length: IP total { $total } − IP header { $ip } − UDP header { $upper } = { $octets }. The UDP length field says the same once more.
header-check-good = { $name } checksum { $found }: good
header-check-bad = { $name } checksum { $found }: BAD, it should be { $expected }; a receiver drops this packet
header-check-none = { $name } checksum 0: the sender did not compute one (lawful for UDP over IPv4)
header-check-unknown = { $name } checksum: cannot be checked here (it covers octets or addresses that are not in view)
header-note-ihl-small = IHL { $ihl } is impossible: an IPv4 header has at least 5 words.
header-note-offset-small = Data offset { $offset } is impossible: a TCP header has at least 5 words.
header-note-offset-large = The data offset says { $offset } octets, but only { $have } are there.
header-note-fragment = A fragment that begins at octet { $offset } of the original: no upper header in it.
header-note-first-fragment = The first fragment: the rest of the data travels in further packets.
header-note-cut-short = The packet says { $total } octets, only { $have } are here.
header-note-padding = The packet says { $total } octets; { $extra } more follow it (padding of the link).
header-note-udp-length = The UDP length says { $length }, there are { $have } octets.
header-note-unknown-protocol = Protocol { $protocol } is not taken apart here.

## IPv4 (RFC 791)
field-ipv4-version = Version
meaning-ipv4-version = 4: this is IPv4
field-ipv4-ihl = IHL
meaning-ipv4-ihl = header length in 32-bit words
field-ipv4-dscp = DSCP
meaning-ipv4-dscp = which treatment the packet asks of routers
field-ipv4-ecn = ECN
meaning-ipv4-ecn = { $v ->
    [0] no explicit congestion notification
    [3] a router on the way was congested
   *[other] sender understands congestion marks
  }
field-ipv4-total-length = Total length
meaning-ipv4-total-length = header and data together, octets
field-ipv4-ident = Identification
meaning-ipv4-ident = the same in all fragments of one packet
field-ipv4-reserved = reserved
meaning-ipv4-reserved = must be 0
field-ipv4-frag-offset = Fragment offset
meaning-ipv4-frag-offset = where this piece belongs, in units of 8 octets
meaning-ipv4-df = { $v ->
    [1] do not fragment: too big means an ICMP error (path-MTU discovery)
   *[0] routers may fragment
  }
meaning-ipv4-mf = { $v ->
    [1] more fragments follow
   *[0] the last piece, or the whole
  }
field-ipv4-ttl = Time to live
meaning-ipv4-ttl = each router takes one off; at 0 the packet dies
field-ipv4-protocol = Protocol
meaning-ipv4-protocol = whose header comes next
field-ipv4-checksum = Header checksum
meaning-ipv4-checksum = over the IP header only
field-ipv4-src = Source address
meaning-ipv4-src = who sends (32 bits; ports stand in the TCP or UDP header)
field-ipv4-dst = Destination address
meaning-ipv4-dst = who shall get it
field-ipv4-ip-options = Options
meaning-ipv4-ip-options = IP options, rarely used

## IPv6 (RFC 8200)
field-ipv6-version = Version
meaning-ipv6-version = 6: this is IPv6
field-ipv6-traffic-class = Traffic class
meaning-ipv6-traffic-class = DSCP and ECN
field-ipv6-flow-label = Flow label
meaning-ipv6-flow-label = packets of one flow carry the same
field-ipv6-payload-length = Payload length
meaning-ipv6-payload-length = octets after this header
field-ipv6-next-header = Next header
meaning-ipv6-next-header = whose header comes next
field-ipv6-hop-limit = Hop limit
meaning-ipv6-hop-limit = what IPv4 calls time to live
field-ipv6-src = Source address
meaning-ipv6-src = who sends (128 bits)
field-ipv6-dst = Destination address
meaning-ipv6-dst = who shall get it
field-ext-next-header = Next header
meaning-ext-next-header = whose header comes next
field-ext-ext-data = Extension
meaning-ext-ext-data = for example a fragment header

## TCP (RFC 9293)
field-tcp-src-port = Source port
meaning-tcp-src-port = the sending process
field-tcp-dst-port = Destination port
meaning-tcp-dst-port = the receiving process
field-tcp-seq = Sequence number
meaning-tcp-seq = number of the first data octet here (with SYN: the initial sequence number)
field-tcp-ack = Acknowledgment number
meaning-tcp-ack = the next octet expected; everything before it has arrived (valid if ACK is set)
field-tcp-data-offset = Offset
meaning-tcp-data-offset = header length in 32-bit words; needed because options vary
field-tcp-reserved = Rsrvd
meaning-tcp-reserved = for later use; sent as 0
meaning-tcp-cwr = { $v ->
    [1] congestion window reduced
   *[0] not set
  }
meaning-tcp-ece = { $v ->
    [1] congestion was seen (ECN echo)
   *[0] not set
  }
meaning-tcp-urg = { $v ->
    [1] the urgent pointer is valid
   *[0] no urgent data
  }
meaning-tcp-ack-flag = { $v ->
    [1] the acknowledgment number is valid
   *[0] no acknowledgment (first SYN, some RSTs)
  }
meaning-tcp-psh = { $v ->
    [1] hand the data to the application at once
   *[0] not set
  }
meaning-tcp-rst = { $v ->
    [1] reset: the connection ends at once
   *[0] not set
  }
meaning-tcp-syn = { $v ->
    [1] synchronize sequence numbers: opens; uses one number
   *[0] not set
  }
meaning-tcp-fin = { $v ->
    [1] no more data from this side; uses one number
   *[0] not set
  }
field-tcp-window = Window
meaning-tcp-window = octets the sender of this is ready to receive (before scaling)
field-tcp-checksum = Checksum
meaning-tcp-checksum = over pseudo-header (addresses), header and data
field-tcp-urgent = Urgent pointer
meaning-tcp-urgent = counts from the sequence number; only with URG

## TCP options
field-opt-eol = EOL
meaning-opt-eol = end of the options
field-opt-nop = NOP
meaning-opt-nop = no operation: fills up a word
field-opt-mss = Kind
meaning-opt-mss = 2: maximum segment size
field-opt-mss-value = MSS
meaning-opt-mss-value = largest segment this side wants to get
field-opt-ws = Kind
meaning-opt-ws = 3: window scale
field-opt-ws-value = Shift
meaning-opt-ws-value = windows of this side are to be shifted left by this many bits
field-opt-sackok = Kind
meaning-opt-sackok = 4: selective acknowledgments are understood
field-opt-sack = Kind
meaning-opt-sack = 5: selective acknowledgment
field-opt-sack-left = Left edge
meaning-opt-sack-left = first octet of a block that has arrived
field-opt-sack-right = Right edge
meaning-opt-sack-right = the octet after that block
field-opt-ts = Kind
meaning-opt-ts = 8: timestamps
field-opt-tsval = TSval
meaning-opt-tsval = the sender's clock
field-opt-tsecr = TSecr
meaning-opt-tsecr = the other side's clock, sent back
field-opt-md5 = Kind
meaning-opt-md5 = 19: MD5 signature (RFC 2385)
field-opt-tfo = Kind
meaning-opt-tfo = 34: Fast Open cookie (empty: please give me one)
field-opt-exp = Kind
meaning-opt-exp = 254: experimental
field-opt-unknown = Kind
meaning-opt-unknown = unknown here: skipped by its length (MUST-6)
field-opt-length = Length
meaning-opt-length = octets of this option, kind and length included
field-opt-data = Data
meaning-opt-data = the option's value
field-opt-padding = Padding
meaning-opt-padding = fills up the last word
field-opt-bad = Broken
meaning-opt-bad = an impossible length: the rest of the options is ignored (MUST-7)

## UDP (RFC 768)
field-udp-src-port = Source port
meaning-udp-src-port = the sending process
field-udp-dst-port = Destination port
meaning-udp-dst-port = the receiving process
field-udp-length = Length
meaning-udp-length = header (8) and data, octets
field-udp-checksum = Checksum
meaning-udp-checksum = over pseudo-header, header and data; 0: none

## ICMP (RFC 792, RFC 4443)
field-icmp-type = Type
meaning-icmp-type = what it is about
field-icmp-code = Code
meaning-icmp-code = the exact kind
field-icmp-checksum = Checksum
meaning-icmp-checksum = over the ICMP message (ICMPv6: with the pseudo-header)
field-icmp-rest = Rest
meaning-icmp-rest = identifier and number of an echo, the MTU of "too big", else unused
