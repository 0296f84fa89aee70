# One message per rule of synfin.core.rules: the id with its dots turned into
# dashes. The value is a full sentence (rule, section, values, consequence); the
# attribute .name is a short name of at most 40 columns. Variables are the
# rule's own values, all of them and no others.

## User calls

open-active = OPEN (active), RFC 9293 §3.10.1: a new TCB takes ISS = { $iss }, sends a SYN that carries it and enters SYN-SENT with SND.UNA = ISS and SND.NXT = ISS+1, because the SYN itself uses one number.
    .name = Active open: send a SYN
open-passive = OPEN (passive), RFC 9293 §3.10.1: a TCB for port { $port } enters LISTEN; it names no peer, so nothing is sent until a SYN comes in.
    .name = Passive open: listen
open-from-listen = OPEN or SEND in LISTEN, RFC 9293 §3.10.2: the passive TCB becomes active, chooses ISS = { $iss }, sends a SYN and enters SYN-SENT.
    .name = Active open out of LISTEN
open-fastopen = TCP Fast Open, RFC 7413 §4.1: { $cookie_len ->
        [0] no cookie for this server is at hand ({ $cookie_len } octets), so the SYN asks for one, and the data ({ COUNT($data_len, one: "octet", many: "octets") }) waits for the handshake this time.
       *[other] a cookie for this server is at hand ({ $cookie_len } octets), so the SYN carries it together with { COUNT($data_len, one: "octet", many: "octets") } of data; one round trip is saved if the server accepts.
    }
    .name = Fast Open: SYN with or for a cookie
open-time-wait-busy = RFC 9293 §3.4.2: local port { $port } still has this very four-tuple in TIME-WAIT for another { $left_ns }; opening it again could mix old segments with new ones, so connect() fails with EADDRNOTAVAIL and nothing is sent.
    .name = Four-tuple still in TIME-WAIT
open-invalid-remote = RFC 9293 §3.9.1.1 (MUST-46): { $remote } is a broadcast or multicast address, and TCP connects exactly two ends; the OPEN is refused and nothing is sent.
    .name = TCP refuses broadcast and multicast
send-data = SEND, RFC 9293 §3.7, §3.10.2: octets { $seq } up to { $end } may go out now: they lie inside the window that begins at SND.UNA = { $snd_una } with SND.WND = { $snd_wnd }, and the congestion window (cwnd = { $cwnd }) allows them.
    .name = Data inside the window
send-fin = CLOSE, RFC 9293 §3.10.4: everything queued has been sent, so the FIN takes the next number, SEQ = { $seq }{ $data_len ->
        [0] {""}
       *[other] , behind the { COUNT($data_len, one: "octet", many: "octets") } of data in the same segment
    }; the FIN uses one sequence number of its own.
    .name = FIN after the last octet
send-urgent = SEND with URG, RFC 9293 §3.8.5 (MUST-62): URG is set and the urgent pointer leads to SND.UP = { $snd_up }, the octet after the urgent data, so that the receiver hears of it before it has read that far.
    .name = Urgent data is pointed at
close-listen = CLOSE in LISTEN, RFC 9293 §3.10.4: no peer is known yet, so the TCB is deleted and nothing has to be sent.
    .name = CLOSE of a listener
close-syn-sent = CLOSE in SYN-SENT, RFC 9293 §3.10.4: the connection does not exist yet, so the TCB is deleted without a FIN and waiting calls get an error.
    .name = CLOSE before the answer came
close-call = CLOSE in { $state }, RFC 9293 §3.10.4: no more SENDs are accepted; { $unsent ->
        [0] nothing is waiting to be sent, so the FIN goes out now
       *[other] { COUNT($unsent, one: "octet", many: "octets") } still queued will go out first, and the FIN follows the last of them
    }.
    .name = CLOSE: queue first, then FIN
close-unread-data = RFC 9293 §3.6.1 (SHLD-3), RFC 2525 §2.17: the application closes although { $unread } received octets were never read; a FIN would pretend that all is well, so a RST tells the peer that data was lost.
    .name = close() with unread data: RST
abort-call = ABORT in { $state }, RFC 9293 §3.10.5: queues are thrown away and a RST with SEQ = SND.NXT = { $snd_nxt } tells the peer at once; no FIN, no TIME-WAIT.
    .name = ABORT: RST now
abort-linger = SO_LINGER with 0 seconds turns close() into ABORT (socket(7), RFC 9293 §3.10.5): unsent data is thrown away and a RST with SEQ = SND.NXT = { $snd_nxt } goes out; no FIN, no TIME-WAIT.
    .name = SO_LINGER 0: close() becomes RST
abort-listener-closed = The listener on port { $port } was closed while this connection still waited for accept(); nobody can ever read it, so it is aborted (RFC 9293 §3.10.5) and the peer gets a RST.
    .name = Listener closed: child is reset

## CLOSED

closed-rst-ignored = No connection, RFC 9293 §3.10.7.1: a RST (SEQ = { $seg_seq }) that meets no TCB is discarded; answering a RST with a RST would never end.
    .name = RST without a connection: ignored
closed-blackhole = No connection, RFC 9293 §3.10.7.1: a RST would be due (SEQ = { $seg_seq }, length { $seg_len }), but FreeBSD's net.inet.tcp.blackhole keeps silent: a port scanner learns nothing, and waits.
    .name = Nobody here: silent (blackhole)
closed-syn-fin-dropped = RFC 9293 §3.10.7 would process SYN and FIN in one segment (SEQ = { $seg_seq }); FreeBSD's net.inet.tcp.drop_synfin drops it unseen, because hardly anybody but a scanner sends it.
    .name = SYN with FIN: dropped
closed-reset-no-ack = No connection, RFC 9293 §3.10.7.1: nobody listens here, and the segment (SEQ = { $seg_seq }, length { $seg_len }) carries no ACK to borrow a number from; the answer is a RST with SEQ = 0 and ACK = SEG.SEQ+SEG.LEN, which fits what the sender expects.
    .name = Nobody here: RST,ACK
closed-reset = No connection, RFC 9293 §3.10.7.1: the segment acknowledges SEG.ACK = { $seg_ack }, so the RST takes exactly that number as its SEQ and needs no ACK; the sender finds it valid and learns that nobody is here.
    .name = Nobody here: RST at SEG.ACK

## LISTEN

listen-rst-ignored = LISTEN, first check (RFC 9293 §3.10.7.2): a RST (SEQ = { $seg_seq }) cannot be meant for anything a listener has sent; it is ignored and the listener stays.
    .name = LISTEN ignores RST
listen-ack-reset = LISTEN, second check (RFC 9293 §3.10.7.2): an ACK ({ $seg_ack }) reached a port that has sent nothing yet, so it belongs to a connection that does not exist here; the answer is a RST with SEQ = SEG.ACK.
    .name = LISTEN answers an ACK with RST
listen-syn = LISTEN, third check (RFC 9293 §3.10.7.2): a SYN with SEQ = { $seg_seq } makes a new TCB: RCV.NXT = { $rcv_nxt }, because the SYN uses one number, and an ISS of its own, { $iss }. A SYN,ACK goes back and the child is in SYN-RECEIVED.
    .name = SYN in LISTEN: answer SYN,ACK
listen-other-dropped = LISTEN, fourth check (RFC 9293 §3.10.7.2): a segment with flags { $flags } is neither RST, ACK nor SYN; a listener has no use for it and drops it silently.
    .name = LISTEN drops anything else
listen-syn-data-discarded = The SYN carried { COUNT($data_len, one: "octet", many: "octets") } of data. RFC 9293 §3.10.7.2 lets a stack keep them; Linux (tcp_conn_request()) does not: the SYN,ACK acknowledges the SYN only, and the client has to send the data again.
    .name = Data on the SYN thrown away
listen-syn-data-queued = RFC 9293 §3.10.7.2, third check: the data that came with the SYN ({ COUNT($data_len, one: "octet", many: "octets") }) is kept, but it is acknowledged and given to the application only once the connection is ESTABLISHED.
    .name = Data on the SYN kept for later
listen-fastopen-data = TCP Fast Open, RFC 7413 §4.2: the cookie is valid, so the data on the SYN ({ COUNT($data_len, one: "octet", many: "octets") }) is acknowledged in the SYN,ACK and given to the application before the handshake is over.
    .name = Fast Open: data accepted at once
cf-two-way = Counterfactual "two-way handshake": on a SYN with SEQ = { $seg_seq } this server is ESTABLISHED at once with ISS = { $iss } and waits for no ACK. RFC 9293 §3.5 wants the third segment, since without it an old SYN opens a ghost connection.
    .name = Counterfactual: two-way handshake
cf-split-syn-ack = Counterfactual "split SYN,ACK": the SYN with SEQ = { $seg_seq } is answered by an ACK and, apart from it, a SYN with SEQ = { $iss }. RFC 9293 §3.4.1 joins the two into one segment; apart they cost another round trip.
    .name = Counterfactual: ACK and SYN apart

## SYN-SENT

syn-sent-bad-ack-reset = SYN-SENT, first check (RFC 9293 §3.10.7.3): SEG.ACK = { $seg_ack } is not in (ISS, SND.NXT] = ({ $iss }, { $snd_nxt }], so it answers some SYN other than ours. A RST with SEQ = SEG.ACK removes the wrong half-open connection at the other end; we stay in SYN-SENT.
    .name = SYN-SENT: foreign ACK gets RST
syn-sent-bad-echo-reset = SYN-SENT: this SYN,ACK echoes TSecr = { $ts_ecr }, which is no timestamp that we have sent since our SYN (RFC 7323 §3.2), so it answers another one. Linux sends a reset and stays in SYN-SENT.
    .name = SYN-SENT: not our timestamp
syn-sent-bad-ack-rst-dropped = SYN-SENT, first check (RFC 9293 §3.10.7.3): SEG.ACK = { $seg_ack } is not in (ISS, SND.NXT] = ({ $iss }, { $snd_nxt }], and the segment is a RST itself: it is dropped without an answer, and we go on waiting.
    .name = SYN-SENT: RST with a foreign ACK
syn-sent-refused = SYN-SENT, second check (RFC 9293 §3.10.7.3): the RST acknowledges our SYN (SEG.ACK = { $seg_ack } = SND.NXT = { $snd_nxt }), so it is genuine: the connection is refused, connect() fails with ECONNREFUSED and nothing is sent again.
    .name = Connection refused
syn-sent-rst-dropped = SYN-SENT, second check (RFC 9293 §3.10.7.3): a RST (SEQ = { $seg_seq }) without an ACK proves nothing, since anybody could have sent it; only a RST that acknowledges our SYN counts. Dropped.
    .name = SYN-SENT: RST without ACK dropped
syn-sent-established = SYN-SENT, fourth check (RFC 9293 §3.10.7.3): SEG.ACK = { $seg_ack } acknowledges our SYN (ISS = { $iss }), and the peer's SYN has SEQ = { $seg_seq }, so RCV.NXT becomes { $rcv_nxt }. Both numbers are known here: ESTABLISHED, and an ACK tells the peer.
    .name = SYN,ACK fits: ESTABLISHED
syn-sent-simultaneous = SYN-SENT, fourth check (RFC 9293 §3.10.7.3, Fig. 7, MUST-10): a SYN with SEQ = { $seg_seq } but without ACK: the peer opens at the same time. RCV.NXT becomes { $rcv_nxt }, the SYN goes out again as SYN,ACK with ISS = { $iss }, and we enter SYN-RECEIVED.
    .name = Simultaneous open
syn-sent-no-syn-dropped = SYN-SENT, fifth check (RFC 9293 §3.10.7.3): flags { $flags } hold neither SYN nor RST; without the peer's SYN its sequence number is unknown here and nothing can be placed. Dropped.
    .name = SYN-SENT: neither SYN nor RST
syn-sent-quick-retry = Having answered an old SYN,ACK with a RST, Linux (tcp_rcv_synsent_state_process()) does not wait for the whole timeout: it repeats the SYN after { $delay_ns }, when the RST has cleared the way.
    .name = SYN repeated soon after a RST

## First: sequence number

seq-unacceptable = RFC 9293 §3.10.7.4 first check, Table 6: no octet of this segment (SEG.SEQ = { $seg_seq }, SEG.LEN = { $seg_len }) lies in the window that begins at RCV.NXT = { $rcv_nxt } with RCV.WND = { $rcv_wnd }. It is dropped, and an ACK repeats what is expected here.
    .name = Outside the window: ACK and drop
seq-unacceptable-rst = RFC 9293 §3.10.7.4 first check: the RST's SEG.SEQ = { $seg_seq } is outside the window (RCV.NXT = { $rcv_nxt }, RCV.WND = { $rcv_wnd }); a RST is never answered, so it is dropped in silence.
    .name = RST outside the window: silence
seq-syn-ack-again = RFC 9293 App. A.2 (MUST-10): a SYN,ACK with SEG.SEQ = { $seg_seq } is one below RCV.NXT = { $rcv_nxt } because the SYN was counted already; Table 6 alone would throw it away and simultaneous open could not end. Its ACK is processed.
    .name = SYN counted already, ACK taken
paws-dropped = PAWS, RFC 7323 §5.3 R1: the timestamp TSval = { $ts_val } is older than TS.Recent = { $ts_recent }, so this is an old segment whose sequence number only seems to fit after a wrap; it is acknowledged and dropped.
    .name = PAWS: timestamp too old
timestamps-missing = RFC 7323 §3.2: timestamps were agreed on in the SYNs, but the segment with SEQ = { $seg_seq } carries none; it is dropped without an answer, since PAWS could not judge it.
    .name = Timestamp option missing
md5-not-signed = RFC 2385 §2.0: this socket has a key for the peer (TCP_MD5SIG), and the segment (SEG.SEQ = { $seg_seq }) carries no signature. It is dropped without an answer, and TCPMD5NotFound counts one more.
    .name = No MD5 signature
md5-unexpected = RFC 2385 §2.0, tcp(7): the segment (SEG.SEQ = { $seg_seq }) is signed, but this socket has no key for the peer. It is dropped without an answer, and TCPMD5Unexpected counts one more.
    .name = MD5 signature without a key
md5-wrong = RFC 2385 §2.0: the signature of the segment (SEG.SEQ = { $seg_seq }) is not the one that our key gives: another key, or something was changed on the way. It is dropped without an answer, and TCPMD5Failure counts one more.
    .name = MD5 signature is wrong
md5-no-reset = RFC 2385 §4.1: a signed segment (SEG.SEQ = { $seg_seq }) for no connection of ours. A reset could not be signed, and the peer would ignore it; so none is sent.
    .name = Signed, so no reset
seq-window-closed = RFC 9293 §3.10.7.4 first check: SEG.SEQ = { $seg_seq }, RCV.NXT = { $rcv_nxt }, but RCV.WND = { $rcv_wnd }: no room for data. The octets are not taken; the ACK that answers tells the sender how things stand (a window probe gets just this).
    .name = Receive window is closed

## Second: RST

rst-exact = RFC 9293 §3.10.7.4 second check, RFC 5961 §3.2: the RST's SEG.SEQ = { $seg_seq } is exactly RCV.NXT = { $rcv_nxt }; the peer knows the number, so the reset is believed: CLOSED, and the application gets ECONNRESET.
    .name = RST exact: connection reset
rst-challenge-ack = RFC 9293 §3.10.7.4 second check, RFC 5961 §3.2: the RST's SEG.SEQ = { $seg_seq } is not RCV.NXT = { $rcv_nxt } but lies in the window (RCV.WND = { $rcv_wnd }); it may be forged. No reset: a challenge ACK goes out, and only the true peer can answer that with a RST whose number is exact.
    .name = RST in window: challenge ACK
rst-outside-window = RFC 9293 §3.10.7.4 second check, RFC 5961 §3.2: the RST's SEG.SEQ = { $seg_seq } is outside the window that begins at RCV.NXT = { $rcv_nxt } with RCV.WND = { $rcv_wnd }; it is dropped without a word.
    .name = RST outside the window: dropped
rst-in-window-793 = RFC 793 §3.4, before RFC 5961: SEG.SEQ = { $seg_seq } lies somewhere in the window (RCV.NXT = { $rcv_nxt }, RCV.WND = { $rcv_wnd }), and that was enough to reset a connection. Whoever guessed a number in the window could kill it.
    .name = Old rule: any RST in window kills
rst-back-to-listen = RFC 9293 §3.10.7.4 second check (MUST-11): a RST with SEG.SEQ = { $seg_seq } = RCV.NXT = { $rcv_nxt } in SYN-RECEIVED; this end was opened passively, so only the child goes, LISTEN stays, and the application notices nothing.
    .name = RST in SYN-RECEIVED: back to LISTEN
rst-refused = RFC 9293 §3.10.7.4 second check (MUST-11): a RST with SEG.SEQ = { $seg_seq } = RCV.NXT = { $rcv_nxt } in SYN-RECEIVED; this end was opened actively, so the open has failed: CLOSED, ECONNREFUSED.
    .name = RST in SYN-RECEIVED: refused
rst-after-close = RFC 9293 §3.10.7.4 second check: a RST with SEG.SEQ = { $seg_seq } = RCV.NXT = { $rcv_nxt } arrives while closing (CLOSING, LAST-ACK or TIME-WAIT); both FINs are already out, so the TCB is simply deleted: CLOSED.
    .name = RST while closing: CLOSED

## Fourth: SYN

syn-challenge-ack = RFC 9293 §3.10.7.4 fourth check, RFC 5961 §4.2: a SYN (SEG.SEQ = { $seg_seq }) on a synchronized connection (RCV.NXT = { $rcv_nxt }) is either an old duplicate, a forgery or a peer that has restarted. A challenge ACK tells them apart: only a restarted peer answers with a RST.
    .name = SYN on a connection: challenge ACK
syn-received-syn-again = RFC 9293 §3.8.1, Linux tcp_check_req(): the SYN with SEG.SEQ = { $seg_seq } is the one this connection began with (IRS = { $irs }), so the SYN,ACK has probably been lost; the same SYN,ACK goes out again.
    .name = Same SYN again: SYN,ACK again
syn-received-new-syn-listen = RFC 9293 §3.10.7.4 fourth check, §3.5: a different SYN (SEG.SEQ = { $seg_seq }) inside the window (RCV.NXT = { $rcv_nxt }, RCV.WND = { $rcv_wnd }) reaches a passive SYN-RECEIVED; the half-open connection is dropped and the port is back in LISTEN, so that the SYN's repetition starts anew.
    .name = New SYN in SYN-RECEIVED: LISTEN
syn-received-new-syn-reset = Linux tcp_check_req(), after RFC 793 §3.9: a different SYN (SEG.SEQ = { $seg_seq }) inside the window (RCV.NXT = { $rcv_nxt }, RCV.WND = { $rcv_wnd }) in SYN-RECEIVED counts as an error; it is answered with RST,ACK, and a good new connection dies of ECONNREFUSED.
    .name = New SYN in SYN-RECEIVED: RST
syn-in-window-793 = RFC 793 §3.9, before RFC 5961: a SYN with SEG.SEQ = { $seg_seq } in the window of an open connection (RCV.NXT = { $rcv_nxt }) was an error that reset it; one forged SYN was enough.
    .name = Old rule: SYN in window resets
challenge-ack-limited = RFC 5961 §7: the last challenge ACK was sent at { $last_ns }, it is now { $now_ns }, and { $interval_ns } must lie between two of them; so this one is not sent and the segment is dropped in silence.
    .name = Challenge ACK held by rate limit

## Fifth: ACK

ack-missing = RFC 9293 §3.10.7.4 fifth check: the flags { $flags } hold no ACK; once the handshake has begun every segment must carry one, so this one is dropped.
    .name = No ACK bit: dropped
ack-establishes = RFC 9293 §3.10.7.4 fifth check: SEG.ACK = { $seg_ack } lies in (SND.UNA, SND.NXT] = ({ $snd_una }, { $snd_nxt }]: our SYN has arrived. SYN-RECEIVED becomes ESTABLISHED - now, on arrival, not when the peer sent it.
    .name = ACK of our SYN: ESTABLISHED
ack-bad-in-syn-received = RFC 9293 §3.10.7.4 fifth check: SEG.ACK = { $seg_ack } is not in (SND.UNA, SND.NXT] = ({ $snd_una }, { $snd_nxt }], so it answers a SYN we never sent. A RST with SEQ = SEG.ACK goes out; we stay in SYN-RECEIVED.
    .name = SYN-RECEIVED: wrong ACK gets RST
ack-new = RFC 9293 §3.10.7.4 fifth check: SND.UNA = { $snd_una } < SEG.ACK = { $seg_ack } <= SND.NXT = { $snd_nxt }: new octets have arrived; they leave the retransmission queue and SND.UNA moves up to SEG.ACK.
    .name = New acknowledgment
ack-duplicate = RFC 5681 §2, RFC 9293 §3.10.7.4 fifth check: SEG.ACK = { $seg_ack } again equals SND.UNA = { $snd_una } while data is in flight: duplicate ACK number { $count }. Something came out of order over there; the third one starts fast retransmit.
    .name = Duplicate ACK
ack-old = RFC 9293 §3.10.7.4 fifth check: SEG.ACK = { $seg_ack } is not above SND.UNA = { $snd_una }; it says nothing new and is ignored, though the segment's data still counts.
    .name = Old acknowledgment ignored
ack-too-old = RFC 5961 §5.2 (MAY-12): SEG.ACK = { $seg_ack } lies more than the largest window we have seen (MAX.SND.WND = { $max_window }) below SND.UNA = { $snd_una }; such a number is guessed rather than late. The segment is dropped and an ACK goes back.
    .name = Acknowledgment far too old
ack-unsent = RFC 9293 §3.10.7.4 fifth check: SEG.ACK = { $seg_ack } acknowledges something not sent yet (SND.NXT = { $snd_nxt }); the segment is dropped, and an ACK says where we really are.
    .name = ACK of something never sent
ack-window-update = RFC 9293 §3.10.7.4 fifth check: by the order of SND.WL1 = { $snd_wl1 } and SND.WL2 = { $snd_wl2 } this segment is no older than the last one that set the window, so its window is taken: SND.WND = { $snd_wnd }.
    .name = Send window taken over
ack-of-fin = RFC 9293 §3.10.7.4 fifth check, FIN-WAIT-1: SEG.ACK = { $seg_ack } covers our FIN (SND.NXT = { $snd_nxt }); our direction is closed, the peer may still send: FIN-WAIT-2.
    .name = Our FIN is acknowledged
ack-closing-time-wait = RFC 9293 §3.10.7.4 fifth check, CLOSING: SEG.ACK = { $seg_ack } covers our FIN (SND.NXT = { $snd_nxt }), and the peer's FIN is here already: TIME-WAIT.
    .name = CLOSING: our FIN is acknowledged
ack-last = RFC 9293 §3.10.7.4 fifth check, LAST-ACK: SEG.ACK = { $seg_ack } covers our FIN (SND.NXT = { $snd_nxt }); both directions are closed, the TCB is deleted: CLOSED.
    .name = Last ACK: CLOSED

## Sixth to eighth: URG, text, FIN

urg-signalled = RFC 9293 §3.10.7.4 sixth check (MUST-32): the urgent pointer moves RCV.UP to { $rcv_up }, ahead of RCV.NXT = { $rcv_nxt }; the application is told that urgent data lies ahead of what it has read.
    .name = Urgent data announced
text-in-order = RFC 9293 §3.10.7.4 seventh check: { COUNT($length, one: "octet", many: "octets") } of data at SEG.SEQ = { $seg_seq }, just where we were waiting: delivered, and RCV.NXT is now { $rcv_nxt }.
    .name = In-order data delivered
text-out-of-order = RFC 9293 §3.10.7.4 seventh check (SHLD-31): SEG.SEQ = { $seg_seq } lies beyond RCV.NXT = { $rcv_nxt }: something before it is missing. The data is held ({ COUNT($held, one: "octet", many: "octets") } out of order now) until the gap is filled; the application sees nothing of it yet.
    .name = Out-of-order data held
text-fills-gap = RFC 9293 §3.10.7.4 seventh check, RFC 5681 §4.2: the segment at SEG.SEQ = { $seg_seq } fills the gap; with what was held RCV.NXT jumps to { $rcv_nxt }, and the ACK goes out at once.
    .name = Gap filled
text-duplicate = RFC 9293 §3.10.7.4 seventh check: the segment (SEG.SEQ = { $seg_seq }, SEG.LEN = { $seg_len }) lies wholly or partly below RCV.NXT = { $rcv_nxt }; what was received before is cut off and not delivered twice.
    .name = Duplicate octets cut off
text-after-close = RFC 9293 §3.6.1 (SHLD-3): { COUNT($length, one: "octet", many: "octets") } of data at SEG.SEQ = { $seg_seq }, but the application has called close() and will never read again; a RST tells the peer that the data is lost.
    .name = Data after close(): RST
text-after-fin = RFC 9293 §3.10.7.4 seventh check: { COUNT($length, one: "octet", many: "octets") } of data at SEG.SEQ = { $seg_seq } after the peer's own FIN, which promised that nothing would follow; ignored.
    .name = Data after a FIN ignored
text-no-room = RFC 9293 §3.10.7.4 seventh check, §3.4: of { COUNT($length, one: "octet", many: "octets") } from SEG.SEQ = { $seg_seq } only { $room } fit into the receive window; the rest is cut off and stays unacknowledged, so the sender will send it again.
    .name = More data than the window holds
fin-received = RFC 9293 §3.10.7.4 eighth check: a FIN at SEG.SEQ = { $seg_seq }, everything before it is here; it uses one number, so RCV.NXT is now { $rcv_nxt }. The application reads end-of-file after the last octet, and an ACK goes back.
    .name = FIN: the peer sends no more
fin-simultaneous = RFC 9293 §3.10.7.4 eighth check, Fig. 13: the peer's FIN (SEG.SEQ = { $seg_seq }) arrives in FIN-WAIT-1 before our own FIN is acknowledged; RCV.NXT is now { $rcv_nxt }. Both closed at the same time: CLOSING.
    .name = Both close at once: CLOSING
fin-time-wait = RFC 9293 §3.10.7.4 eighth check, Fig. 5 note 2: the peer's FIN (SEG.SEQ = { $seg_seq }) is here and ours is acknowledged; RCV.NXT is now { $rcv_nxt }. Both directions are closed: TIME-WAIT, to be able to repeat the last ACK.
    .name = Both FINs done: TIME-WAIT
fin-again = RFC 9293 §3.10.7.4 eighth check: a FIN at SEG.SEQ = { $seg_seq } that was counted before (RCV.NXT = { $rcv_nxt }); our ACK must have been lost, so it is acknowledged again and nothing else changes.
    .name = FIN repeated: ACK again

## What an ACK answers

send-ack-at-once = RFC 9293 §3.8.6.3 (MUST-58): data up to RCV.NXT = { $rcv_nxt } is acknowledged at once: delayed ACKs are off, or these are a connection's first segments, which a stack may answer quickly to let the sender start.
    .name = ACK at once
send-ack-delayed = RFC 9293 §3.8.6.3, RFC 1122 §4.2.3.2 (MUST-40): the ACK for RCV.NXT = { $rcv_nxt } waited { $delay_ns } for data to ride on; none came, so it goes alone. It may never wait 0.5 s or more.
    .name = Delayed ACK is due
send-ack-second-segment = RFC 9293 §3.8.6.3 (SHLD-19): { COUNT($unacked, one: "octet", many: "octets") } wait for an ACK, which is two full segments (MSS = { $mss }) or more; so RCV.NXT = { $rcv_nxt } is acknowledged without further delay.
    .name = ACK every second segment
send-ack-quick = Linux tcp_in_quickack_mode(): a burst of the peer has just begun, so each of its segments is acknowledged at once ({ $quick } more) to let its window grow; RCV.NXT = { $rcv_nxt }.
    .name = Quick ACK
send-ack-after-read = Linux tcp_cleanup_rbuf(): the application has read ({ COUNT($unread, one: "octet is", many: "octets are") } left), and nothing says that it will answer; so the ACK that waited leaves now, RCV.NXT = { $rcv_nxt }.
    .name = ACK after reading
send-ack-duplicate = RFC 5681 §4.2, RFC 9293 §3.10.7.4: the segment at SEG.SEQ = { $seg_seq } came out of order, so an ACK at once repeats RCV.NXT = { $rcv_nxt }; such duplicates tell the sender what is missing.
    .name = Duplicate ACK for a gap
send-ack-compressed = Linux tcp_comp_sack_delay_ns: after three duplicate ACKs further ones for RCV.NXT = { $rcv_nxt } wait up to a millisecond; now one ACK with SACK blocks speaks for { COUNT($count, one: "segment", many: "segments") }.
    .name = Duplicate ACKs sent as one
send-ack-gap-filled = RFC 5681 §4.2: a gap was filled, wholly or partly; the ACK of RCV.NXT = { $rcv_nxt } goes out at once so that the sender stops repeating.
    .name = ACK: gap filled
send-ack-of-fin = RFC 9293 §3.10.7.4 eighth check: a FIN is acknowledged at once, ACK = RCV.NXT = { $rcv_nxt }: one more than the FIN's own number.
    .name = ACK of the FIN
send-window-update = RFC 9293 §3.8.6.2.2 (MUST-39): the application has read, and the window has grown by enough to be worth telling: ACK = { $rcv_nxt } now offers RCV.WND = { $rcv_wnd }. Smaller steps would bring the silly window syndrome.
    .name = Window update
send-ack-after-crossing-syn = Linux tcp_rcv_state_process(): after a simultaneous open it acknowledges the peer's SYN once more (ACK = { $rcv_nxt }); RFC 9293 needs no such segment, since both SYN,ACKs said it already.
    .name = Linux: one ACK more

## Explicit Congestion Notification

ecn-congestion-experienced = RFC 3168 §6.1.3 (SHLD-8): a router on the way marked this packet CE instead of dropping it ({ $count } so far); the text counts (RCV.NXT = { $rcv_nxt }), and every ACK now says ECE until CWR comes back.
    .name = CE: congestion on the way
ecn-window-reduced-told = RFC 3168 §6.1.3 (SHLD-8): CWR says that the sender has heard of the congestion and has made its window smaller; the ACKs from RCV.NXT = { $rcv_nxt } on are without ECE, until the next CE.
    .name = CWR: the echo ends
ecn-window-reduced = RFC 3168 §6.1.2 (SHLD-8): ECE says that a router marked something of ours; as after a loss the congestion window goes from { $cwnd_before } to { $cwnd } octets (ssthresh = { $ssthresh }), but nothing has to go again. The next new segment says CWR, and until SND.UNA has passed { $recover } once is enough.
    .name = ECE: smaller window
ecn-reduced-already = RFC 3168 §6.1.2 (SHLD-8): ECE again, for a window of data for which the congestion window has become smaller already; it stays at { $cwnd } octets.
    .name = ECE: reduced already
send-ack-of-cwr = Linux tcp_ecn_accept_cwr(): text with CWR is acknowledged at once (RCV.NXT = { $rcv_nxt }), because its sender's window may now be so small that it has nothing else to send.
    .name = Linux: ACK of CWR at once

## Timers

rto-armed = RFC 6298 §5.1, §5.3: something in flight is unacknowledged, so the retransmission timer runs with RTO = { $rto_ns }.
    .name = Retransmission timer set
rto-stopped = RFC 6298 §5.2: everything sent has been acknowledged (SND.UNA = { $snd_una }); nothing is left to repeat and the timer stops.
    .name = Retransmission timer stopped
rto-syn = RFC 9293 §3.8.1, RFC 6298 §5.4-5.5: no answer to the SYN (SEQ = { $seq }); the same SYN goes out for retransmission { $count } and the timer now waits { $rto_ns }.
    .name = SYN timed out: same SYN again
rto-syn-ack = RFC 9293 §3.8.1, RFC 6298 §5.4-5.5: the SYN,ACK (SEQ = { $seq }) was not acknowledged; retransmission { $count } of it goes out and the timer now waits { $rto_ns }. The pure ACK it waits for is never repeated by itself, so this is what mends its loss.
    .name = SYN,ACK timed out: sent again
rto-data = RFC 9293 §3.10.8, RFC 6298 §5.4-5.5: no ACK for the octets from SEQ = { $seq } in time; retransmission { $count } goes out and the timer is doubled to { $rto_ns }.
    .name = Timeout: data sent again
rto-fin = RFC 9293 §3.10.8, RFC 6298 §5.4-5.5: our FIN (SEQ = { $seq }) was not acknowledged in time; a FIN counts like data, so retransmission { $count } goes out and the timer is doubled to { $rto_ns }.
    .name = Timeout: FIN sent again
rto-sample = RFC 6298 §2: a round trip of { $rtt_ns } was measured; SRTT = { $srtt_ns }, RTTVAR = { $rttvar_ns }, so RTO = SRTT + 4·RTTVAR within its bounds = { $rto_ns }.
    .name = Round-trip time measured
rto-karn = Karn's rule, RFC 6298 §3: the octets at SEQ = { $seq } were sent more than once; nobody can tell which copy this ACK answers, so it is no round-trip sample.
    .name = Karn: no sample from a repetition
rto-after-syn-timeout = RFC 6298 §5.7: the SYN had timed out, so the path may be slower than assumed; data starts with RTO = { $rto_ns }.
    .name = RTO after a lost SYN
retransmit-go-back = RFC 5681 §3.1, RFC 6298 §5.4: after the timeout everything from SEQ = { $seq } counts as lost; it is sent again up to SND.NXT = { $snd_nxt } as cwnd = { $cwnd } allows.
    .name = Rest sent again after a timeout
retransmit-fast = Fast retransmit, RFC 5681 §3.2: { COUNT($dupacks, one: "duplicate ACK", many: "duplicate ACKs") } say that the segment at SEQ = { $seq } is missing while later ones arrive; it is sent again without waiting for the timer, and ssthresh becomes { $ssthresh }.
    .name = Fast retransmit
retransmit-rack = RACK, RFC 8985 §6.2: a segment sent later has arrived (its round trip took { $rtt_ns }), but the one at SEQ = { $seq }, sent before it, has not within the reordering window; it is lost and sent again, and ssthresh becomes { $ssthresh }.
    .name = RACK: lost by time, sent again
retransmit-tail-probe = Tail loss probe, RFC 8985 §7.3: two round trips (SRTT = { $srtt_ns }) passed without an ACK. If the last segments were lost nothing would tell; so the last one, SEQ = { $seq }, is sent once more to draw an ACK before the timer has to.
    .name = Tail loss probe: last segment again
send-tail-probe = Tail loss probe, RFC 8985 §7.3: two round trips (SRTT = { $srtt_ns }) passed without an ACK; the next new segment, SEQ = { $seq }, is sent to draw one, whatever the congestion window says.
    .name = Tail loss probe: new segment
tail-probe-armed = RFC 8985 §7.2: nothing looks lost, so the timer is set for a tail loss probe after { $wait_ns }, about two round trips; the retransmission timer follows if the probe brings no ACK.
    .name = Tail loss probe timer set
reorder-armed = RFC 8985 §6.2 step 5: a later segment has arrived, an earlier one has not, but the network may merely have reordered them; wait { $wait_ns } before calling it lost.
    .name = Reordering timer set
recovery-undone = Undo, RFC 3522 §3.2, RFC 4015 §3.2, RFC 3708: timestamps or D-SACK show that what was sent again had not been lost; the window goes back to what it was: cwnd = { $cwnd }, ssthresh = { $ssthresh }.
    .name = Reduction taken back
retransmit-sack = Recovery with SACK, RFC 6675 §4, §5: the next segment that is missing, SEQ = { $seq }, goes again while cwnd = { $cwnd } has room for what is really in flight.
    .name = SACK: next missing segment
retransmit-partial-ack = NewReno, RFC 6582 §3.2: the ACK stops short of recover = { $recover }, so the next gap begins at SEQ = { $seq }; that segment is sent again at once, without three more duplicates.
    .name = Partial ACK: next gap sent again
retransmit-syn-text = TCP Fast Open, RFC 7413 §4.2.2: the peer took our SYN but not the text on it from SEQ = { $seq } on; that goes again at once, and since nothing was lost the congestion window stays.
    .name = The text on our SYN again
retransmit-path-mtu = RFC 1191 §6.5, RFC 9293 §3.7.2: the octets from SEQ = { $seq } were too big for the path (MTU { $mtu }); they go again in segments of at most { COUNT($mss, one: "octet", many: "octets") }. This is no sign of congestion, so cwnd does not shrink.
    .name = Cut smaller for the path MTU
rto-r1-notice = RFC 9293 §3.8.3 (SHLD-9): retransmission { $count } reaches R1 = { $r1 }; the network layer is told that this path may be dead, and TCP goes on trying.
    .name = R1 reached: doubt about the path
rto-give-up = RFC 9293 §3.8.3 (MUST-20): { COUNT($count, one: "retransmission", many: "retransmissions") } over { $elapsed_ns } reached R2; the connection is given up: CLOSED, and the application gets ETIMEDOUT (or the stored ICMP error). TCP promises delivery or a report, not delivery.
    .name = R2 reached: given up
rto-give-up-syn = RFC 9293 §3.8.3 (MUST-23): { COUNT($count, one: "retransmission", many: "retransmissions") } of the SYN over { $elapsed_ns } reached R2 for SYNs; connect() fails with ETIMEDOUT (or the stored ICMP error).
    .name = No answer to the SYN: given up
rto-give-up-syn-ack = RFC 9293 §3.8.3, Linux tcp_synack_retries: the SYN,ACK was repeated { COUNT($count, one: "time", many: "times") } over { $elapsed_ns } without an ACK; the half-open connection is deleted and its place in the SYN queue is free. Nobody is told.
    .name = Half-open connection removed
user-timeout-expired = RFC 9293 §3.10.8, RFC 5482 (MUST-21): data has waited { $elapsed_ns } for its ACK and the user timeout is { $limit_ns }; the connection is aborted and the application gets ETIMEDOUT.
    .name = User timeout
persist-armed = RFC 9293 §3.8.6.1 (MUST-36): SND.WND = { $snd_wnd } and data is waiting; the persist timer ({ $rto_ns }) starts, because the update that would reopen the window may get lost and is never repeated.
    .name = Persist timer set
persist-probe = RFC 9293 §3.8.6.1 (MUST-36): window probe { $count } sends the one octet at SEQ = { $seq } into a closed window, so that the peer must answer with its present window; the next probe is due in { $next_ns }.
    .name = Window probe: one octet
persist-probe-empty = Linux tcp_write_wakeup(): window probe { $count } is an empty segment with the already acknowledged number SEQ = { $seq }; that is unacceptable over there, and so forces an ACK with the present window. The next is due in { $next_ns }.
    .name = Window probe: empty, old number
keepalive-probe = Keep-alive, RFC 9293 §3.8.4: nothing has arrived for { $idle_ns }; probe { $count } with SEQ = SND.NXT-1 asks the peer for an ACK. It is sent only because the application asked for keep-alives (MUST-25).
    .name = Keep-alive probe
keepalive-give-up = Keep-alive, RFC 9293 §3.8.4 (MUST-29): { COUNT($count, one: "probe", many: "probes") } stayed without an answer and the limit is { $limit }; only such a series, never one lost probe, means a dead peer: CLOSED, ETIMEDOUT.
    .name = Keep-alive: peer is gone
fin-wait-2-orphan-timeout = Linux tcp_fin_timeout, RFC 1122 §4.2.2.20: the application has closed, our FIN is acknowledged, and the peer's FIN has not come for { $timeout_ns }; the orphan is deleted. RFC 9293 itself would wait for ever.
    .name = FIN-WAIT-2: orphan removed
## TIME-WAIT

time-wait-started = RFC 9293 §3.6.1 (MUST-13): this end closed first, so it keeps the connection in TIME-WAIT for { $length_ns }, to repeat the last ACK if it is lost and to let old segments die out. The time runs from here, not from the peer's close.
    .name = TIME-WAIT begins
time-wait-expired = RFC 9293 §3.10.8 (MUST-13): { $length_ns } have passed since the last FIN was acknowledged; every old segment is dead, the TCB is deleted: CLOSED, and the four-tuple is free.
    .name = TIME-WAIT is over
cf-no-time-wait = Counterfactual "no TIME-WAIT": the state lasts { $length_ns } instead of the 2 MSL of RFC 9293 §3.6.1; the TCB is deleted at once, and a repeated FIN will meet nobody but a RST.
    .name = Counterfactual: no TIME-WAIT
time-wait-fin-again = RFC 9293 §3.10.7.4 eighth check, TIME-WAIT: the peer's FIN came again (SEG.SEQ = { $seg_seq }, RCV.NXT = { $rcv_nxt }), so our last ACK was lost; it is sent again and the 2 MSL start anew.
    .name = FIN again: ACK, restart 2 MSL
time-wait-old-segment = RFC 9293 §3.10.7.4 first check: a segment of the closed connection (SEG.SEQ = { $seg_seq }, SEG.LEN = { $seg_len }) is older than RCV.NXT = { $rcv_nxt }; it is acknowledged and dropped. Nothing is ever delivered in TIME-WAIT.
    .name = Old segment in TIME-WAIT: ACK
time-wait-old-segment-restart = Linux tcp_timewait_state_process(): an old segment (SEG.SEQ = { $seg_seq }, RCV.NXT = { $rcv_nxt }) is acknowledged and dropped, and the TIME-WAIT timer starts anew; the RFC restarts it for a FIN only.
    .name = Old segment restarts TIME-WAIT
time-wait-nothing-to-answer = RFC 9293 §3.10.7.4 fifth check, TIME-WAIT: the only thing that may still come is the peer's FIN; this segment (SEG.SEQ = { $seg_seq }, SEG.ACK = { $seg_ack }) holds none, and nothing is answered.
    .name = TIME-WAIT: nothing to answer
time-wait-rst-ignored = RFC 1337 §3 (fix F1): a RST (SEG.SEQ = { $seg_seq }) in TIME-WAIT is ignored; otherwise the answer to an old duplicate could end the wait early ("assassination").
    .name = TIME-WAIT ignores RST
time-wait-rst-kills = RFC 9293 §3.10.7.4 second check, the hazard of RFC 1337 §2: a RST with SEG.SEQ = { $seg_seq } = RCV.NXT = { $rcv_nxt } ends TIME-WAIT before its time; Linux does so unless tcp_rfc1337 = 1.
    .name = RST kills TIME-WAIT
time-wait-new-syn = RFC 9293 §3.6.1 (MAY-2), RFC 6191 §2: a SYN with SEG.SEQ = { $seg_seq }, beyond RCV.NXT = { $rcv_nxt } (or with a newer timestamp), cannot be an old one; the TIME-WAIT ends and a new connection starts with ISS = { $iss }, above all numbers of the old one.
    .name = New SYN ends TIME-WAIT
time-wait-old-syn = RFC 9293 §3.6.1, RFC 6191 §2: the SYN's SEG.SEQ = { $seg_seq } is not beyond RCV.NXT = { $rcv_nxt }, so it may be a leftover of the old connection; an ACK answers it and TIME-WAIT stays.
    .name = Old SYN in TIME-WAIT: ACK
time-wait-reused = RFC 6191, Linux tcp_tw_reuse: our own connect() takes over a TIME-WAIT that is { $age_ns } old, since timestamps will tell old segments from new ones; the new ISS is { $iss }.
    .name = connect() reuses TIME-WAIT

## Silences

wait-nagle = Nagle, RFC 9293 §3.7.4 (SHLD-7): { COUNT($length, one: "octet", many: "octets") } to send is less than a full segment (MSS = { $mss }), and there is data on the way without an ACK ({ COUNT($in_flight, one: "octet", many: "octets") }); so it waits for that ACK or for more data. TCP_NODELAY switches this off.
    .name = Nagle: waits for the ACK
wait-cork = tcp(7) TCP_CORK: { COUNT($length, one: "octet", many: "octets") } to send is less than a full segment (MSS = { $mss }), and the application has corked the socket; it waits until it is uncorked, or 200 ms.
    .name = Cork: waits for a full segment
wait-silly-window = RFC 9293 §3.8.6.2.1 (MUST-38): a usable window of { COUNT($usable, one: "octet", many: "octets") } is less than MSS = { $mss } and less than half the largest window seen ({ $max_window }); sending crumbs would bring the silly window syndrome, so the sender waits.
    .name = Window too small to be worth it
wait-window-closed = Flow control, RFC 9293 §3.8.6: the peer offers SND.WND = { $snd_wnd }; with { COUNT($in_flight, one: "octet", many: "octets") } already in flight nothing more may be sent until it opens the window.
    .name = Peer's window is full
wait-pacing = Pacing, Linux tcp_pacing_check(): at { $rate } octets per second the next segment's turn comes in { $until_ns }; the windows would let it go now
    .name = Paced: the next one a little later
wait-larger-segment = Linux tcp_tso_should_defer(): { COUNT($length, one: "octet", many: "octets") } wait a moment: the next ACK is due within a millisecond and will let a larger segment go (cwnd = { $cwnd }, { $in_flight } in flight)
    .name = Waits to be a larger segment
wait-congestion-window = RFC 5681 §3.1 (MUST-19): cwnd = { $cwnd }, with { COUNT($in_flight, one: "octet", many: "octets") } in flight; the network, not the peer, sets this limit, and the next ACK will lift it.
    .name = Congestion window is full
wait-delayed-ack = RFC 9293 §3.8.6.3 (MUST-40): an ACK is owed but may wait up to { $delay_ns } for data or a second segment to go with it.
    .name = ACK held back a little
wait-not-established = SEND before ESTABLISHED, RFC 9293 §3.10.2: { COUNT($queued, one: "octet", many: "octets") } of data in the queue, to go out as soon as the connection is established.
    .name = Queued until ESTABLISHED
wait-nothing-to-send = RFC 9293 §3.8: everything up to SND.NXT = { $snd_nxt } has been sent and acknowledged, no ACK is owed and no timer is due; TCP says nothing by itself, so a quiet connection can stay quiet for days.
    .name = Nothing to send

## Listener

listener-queued = RFC 9293 §3.10.7.4 fifth check, listen(2): the handshake is complete and the connection enters the accept queue, which now holds { $queue } (backlog { $backlog }); accept() only takes it out, the handshake did not need it.
    .name = Into the accept queue
listener-syn-queue-full = RFC 4987 §2, listen(2): { COUNT($queue, one: "half-open connection", many: "half-open connections") } in the queue already (backlog { $backlog }) and cookies are off; the SYN is dropped without an answer, and the client will try again.
    .name = SYN queue full: SYN dropped
listener-full-syn-dropped = listen(2), Linux tcp_conn_request(): the accept queue holds { $queue }, more than the backlog { $backlog }; a new SYN is dropped silently, so the client sees a timeout rather than a refusal.
    .name = Accept queue full: SYN dropped
listener-full-ack-dropped = listen(2), Linux tcp_v4_syn_recv_sock(): the accept queue holds { $queue }, more than the backlog { $backlog }; the handshake's last ACK is dropped. The client believes in ESTABLISHED, we stay in SYN-RECEIVED and will repeat the SYN,ACK.
    .name = Accept queue full: ACK dropped
listener-full-reset = Linux tcp_abort_on_overflow = 1: the accept queue holds { $queue }, more than the backlog { $backlog }; instead of dropping the last ACK the server answers it with a RST, and the client gets ECONNRESET.
    .name = Accept queue full: RST
listener-deferred = tcp(7) TCP_DEFER_ACCEPT: the last ACK brought no data, so the connection is not handed to accept() yet; it waits up to { $seconds } s for the first data.
    .name = Waits for data before accept
listener-out-of-memory = Host limit: { $connections } of { COUNT($limit, one: "connection", many: "connections") } allowed exist already; no TCB can be made, so the SYN is dropped and the client will try again.
    .name = No memory for another TCB
cookie-sent = SYN cookie, RFC 4987 §3.6: with { COUNT($queue, one: "half-open connection", many: "half-open connections") } the SYN queue is full (backlog { $backlog }); the SYN,ACK goes out with the connection's facts hidden in its sequence number, and nothing is stored here.
    .name = SYN cookie sent, nothing stored
cookie-accepted = SYN cookie, RFC 4987 §3.6: SEG.ACK = { $seg_ack } is a cookie of ours plus 1, so the client did see our SYN,ACK; the TCB is built from it (MSS = { $mss }) and is ESTABLISHED at once.
    .name = SYN cookie came back
fastopen-cookie-given = TCP Fast Open, RFC 7413 §4.1.2: the client asks for a cookie; the SYN,ACK carries one of { COUNT($cookie_len, one: "octet", many: "octets") }, bound to its address, for use on its next connections.
    .name = Fast Open cookie given
fastopen-cookie-wrong = TCP Fast Open, RFC 7413 §4.2: the cookie of { COUNT($cookie_len, one: "octet", many: "octets") } is not the one for this address; the SYN's data is not taken, the handshake goes on in the ordinary way, and a fresh cookie is enclosed.
    .name = Fast Open cookie is wrong

## Host, IP and ICMP

wire-bad-checksum = RFC 9293 §3.1 (MUST-3): the { $protocol } checksum does not fit the bytes; the packet was damaged on the way and is dropped silently. To the sender it looks like loss.
    .name = Bad checksum: dropped
wire-malformed = RFC 9293 §3.1, RFC 791 §3.1 (MUST-7): this cannot be read as a packet: { $what ->
        [ip-version] the IP version is neither 4 nor 6
        [ip-header-length] the IP header length is impossible
        [ip-total-length] the IP total length is impossible
        [ip-truncated] the IP packet is cut short
        [ipv6-extension] an IPv6 extension header is impossible
        [tcp-data-offset] TCP's data offset is below 5 or points beyond the segment
        [tcp-truncated] the TCP header is cut short
        [udp-length] UDP's length is impossible
        [udp-truncated] the UDP header is cut short
        [icmp-truncated] the ICMP message is cut short
       *[other] { $what }
    }. It is dropped.
    .name = Malformed packet dropped
ip-ttl-expired = RFC 1812 §5.3.1, RFC 792: the packet came with TTL { $ttl }; one less leaves 0, so the router discards it and tells the sender by ICMP Time Exceeded (11/0).
    .name = TTL has run out
ip-no-route = RFC 1812 §5.2.7.1: there is no route to { $dst }; the packet is discarded and the sender is told by ICMP Destination Unreachable.
    .name = No route to the destination
ip-too-big = RFC 1191 §4, RFC 8200 §5: the packet has { COUNT($length, one: "octet", many: "octets") }, the next link takes { $mtu }, and it must not be fragmented; it is discarded, and ICMP tells the sender that MTU.
    .name = Too big for the next link
ip-fragmented = RFC 791 §3.2: { COUNT($length, one: "octet", many: "octets") } do not fit into the MTU of { $mtu }, so IP cuts the packet into { COUNT($pieces, one: "fragment", many: "fragments") }; lose one of them and the whole packet is lost.
    .name = Cut into fragments
ip-reassembly-timeout = RFC 1122 §3.3.2, RFC 792: fragments of packet { $ident } are still missing when the reassembly time ends; what has arrived is discarded, and ICMP 11/1 tells the sender.
    .name = Fragments missing for too long
ip-not-ours = RFC 1122 §3.2.1.3: { $dst } is no address of this host, and a host does not forward; the packet is discarded.
    .name = Not addressed to this host
ip-source-route-refused = RFC 7126 §4.3, Linux accept_source_route: the packet from { $src } to { $dst } names the routers it passes; whoever may do that gets around filters and back to forged addresses, so it is dropped silently.
    .name = Source route refused
ip-source-route-failed = RFC 1122 §3.3.5, RFC 792: the source route reaches { $dst } and wants to go on to { $next }, which cannot be done from here; the packet is dropped, and ICMP 3/5 (source route failed) tells the sender.
    .name = Source route leads nowhere
ip-source-route-saved = RFC 9293 §3.9.2.1 (MUST-53, SHLD-24), RFC 1122 §3.2.1.8: the packet came along a source route; everything on this connection now goes back the same way, by { COUNT($hops, one: "router", many: "routers") }, { $first } first.
    .name = Answering along the source route
tcp-bad-address = RFC 9293 §3.9.2.3 (MUST-57, MUST-63): a TCP segment from { $src } to { $dst } has a broadcast, multicast or otherwise impossible address; TCP has exactly two ends, so it is dropped silently.
    .name = Address impossible for TCP
icmp-soft-error = RFC 9293 §3.9.2.2 (MUST-56): ICMP { $type }/{ $code } is a soft error; it must not abort the connection, since routes often heal. { $errno } is remembered and reported if TCP gives up later.
    .name = ICMP soft error: remembered
icmp-hard-error = RFC 9293 §3.9.2.2 (SHLD-26), RFC 5461 §4: ICMP { $type }/{ $code } is a hard error here; the connection is aborted and the application gets { $errno }.
    .name = ICMP hard error: aborted
icmp-connect-fails = RFC 5461 §4.1, Linux tcp_v4_err(): ICMP { $type }/{ $code } arrives while the connection is being opened; rather than try on for minutes, connect() fails at once with { $errno }.
    .name = ICMP makes connect() fail
icmp-half-open-ends = An ICMP error (type { $type }, code { $code }: { $errno }) says that the client of this half-open connection cannot be reached. Linux forgets the connection at once (RFC 5461 §4.1); a later ACK meets nobody.
    .name = ICMP ends a half-open connection
icmp-bad-sequence = RFC 5927 §4.1: the ICMP message quotes SEQ = { $seq }, which is not in flight (SND.UNA = { $snd_una }, SND.NXT = { $snd_nxt }); it is late or forged and is ignored.
    .name = ICMP quotes nothing in flight
icmp-path-mtu = RFC 1191 §6.3, RFC 9293 §3.7.2: a router's link takes only { COUNT($mtu, one: "octet", many: "octets") }; from now on segments carry at most { COUNT($mss, one: "octet", many: "octets") }, and what was too big is cut and sent again.
    .name = Path MTU has become smaller
icmp-source-quench = RFC 9293 §3.9.2.2 (MUST-55): ICMP Source Quench is obsolete and easy to forge; TCP must silently discard it.
    .name = Source Quench ignored
icmp-port-unreachable = RFC 1122 §4.1.3.1: no socket is bound to UDP port { $port }; UDP has no RST, so ICMP 3/3 (port unreachable) tells the sender.
    .name = No UDP socket on this port
icmp-received = RFC 1122 §3.2.2: the ICMP message { $type }/{ $code } is neither an error report nor an echo request (an echo reply, say); it concerns no connection and TCP does nothing.
    .name = ICMP message taken in
icmp-echo-reply = RFC 1122 §3.2.2.6: an echo request (identifier { $ident }, sequence { $seq }) is answered with the same data: ping.
    .name = Ping answered
udp-sent = UDP, RFC 768: one call, one datagram of { COUNT($length, one: "octet", many: "octets") }; no handshake, no number, no memory of it afterwards.
    .name = UDP datagram sent
udp-delivered = UDP, RFC 768: a datagram of { COUNT($length, one: "octet", many: "octets") } for port { $port } is handed over as it came; whether others are missing, doubled or out of order, UDP cannot know.
    .name = UDP datagram delivered
udp-no-room = UDP, RFC 768: the socket's buffer has { COUNT($room, one: "octet", many: "octets") } left and the datagram { $length }; with no flow control to slow the sender, it is dropped and nobody is told.
    .name = No room: UDP datagram dropped
ip-fragment-kept = RFC 791 §3.2, RFC 8200 §4.5: this piece of packet { $ident } holds { COUNT($length, one: "octet", many: "octets") } from offset { $offset }; others are missing, so it is kept and the reassembly time goes on.
    .name = Fragment kept
ip-fragment-refused = { $why ->
        [overlap] RFC 5722 §4: the piece of packet { $ident } at offset { $offset } overlaps one that is there; honest senders never do that, so the whole IPv6 packet is discarded.
        [duplicate] RFC 791 §3.2: all octets of this piece of packet { $ident } (offset { $offset }) are there already; what came first stays.
        [beyond-end] RFC 791 §3.2: the piece of packet { $ident } at offset { $offset } does not go with the end of the packet that another piece told; it is dropped.
        [ecn] RFC 3168 §5.3: the packet { $ident } is whole (its last piece came at offset { $offset }), but one piece is marked CE and another declares no ECT; the mark may not be lost, nor given to a sender that would not hear of it, so the packet is dropped.
       *[length] RFC 791 §3.2: the piece of packet { $ident } at offset { $offset } has a length that cannot be (empty, no multiple of 8 although more follow, or beyond 65535); it is dropped.
    }
    .name = Fragment not taken
ip-reassembled = RFC 791 §3.2, RFC 8200 §4.5: the last missing piece of packet { $ident } has come; { COUNT($pieces, one: "piece", many: "pieces") } make { COUNT($length, one: "octet", many: "octets") }, and only now does the layer above see the packet.
    .name = Fragments put together
ip-reassembly-full = Limit of this host: { $held } of { COUNT($limit, one: "octet", many: "octets") } for fragments are taken; the new piece of packet { $ident } is dropped, or a flood of fragments could use up all memory.
    .name = No room for fragments
icmp-not-sent = { $why ->
        [about-error] RFC 1122 §3.2.2: an ICMP error must never be answered by another one, or two hosts could go on for ever; { $type }/{ $code } is not sent.
        [fragment] RFC 1122 §3.2.2: errors are sent about the first fragment only; { $type }/{ $code } is not sent for a later one.
        [broadcast] RFC 1122 §3.2.2: the packet went to many; if each of them answered by ICMP { $type }/{ $code }, one packet would make a storm. Silence.
       *[source] RFC 1122 §3.2.2: the source address is no single host, so there is nobody to whom ICMP { $type }/{ $code } could go.
    }
    .name = No ICMP error here
udp-error-passed = RFC 1122 §4.1.3.3: ICMP { $type }/{ $code } concerns a datagram of this socket; UDP itself does nothing about it, a connected socket's next call reports { $errno }.
    .name = ICMP error passed to the UDP socket
attack-spoofed = RFC 5961 §1: an off-path attacker sent this segment with the forged source { $src } to { $dst }; it does not see the connection and has to guess ports and numbers.
    .name = Forged segment
