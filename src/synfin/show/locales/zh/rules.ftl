# synfin.core.rules 中每条规则一条消息：id 里的点换成短横线。正文是一句完整的
# 说明（规则、章节、比较的数值、结论）；属性 .name 是不超过 40 列的短名。变量
# 就是该规则自己的数值，一个不多，一个不少。

## 用户调用

open-active = 主动打开（OPEN），RFC 9293 §3.10.1：新建的 TCB 选取 ISS = { $iss }，发出携带它的 SYN 并进入 SYN-SENT；SND.UNA = ISS，SND.NXT = ISS+1，因为 SYN 自己要占一个序号。
    .name = 主动打开：发 SYN
open-passive = 被动打开（OPEN），RFC 9293 §3.10.1：端口 { $port } 的 TCB 进入 LISTEN；它还没有指定对端，所以在收到 SYN 之前什么也不发。
    .name = 被动打开：监听
open-from-listen = 在 LISTEN 上调用 OPEN 或 SEND，RFC 9293 §3.10.2：被动的 TCB 转为主动，选取 ISS = { $iss }，发出 SYN，进入 SYN-SENT。
    .name = 从 LISTEN 转为主动打开
open-fastopen = TCP Fast Open，RFC 7413 §4.1：{ $cookie_len ->
        [0] 手里还没有这台服务器的 cookie（{ $cookie_len } 字节），SYN 先索要一个；{ $data_len } 字节数据这次要等握手完成。
       *[other] 手里有这台服务器发的 cookie（{ $cookie_len } 字节），于是 SYN 带上它和 { $data_len } 字节数据；服务器若接受，就省下一个往返。
    }
    .name = SYN 带 Fast Open cookie 或索要它
open-time-wait-busy = RFC 9293 §3.4.2：本地端口 { $port } 上，完全相同的四元组仍处于 TIME-WAIT，还剩 { $left_ns }；此时再打开，新旧报文段可能混在一起，所以 connect() 以 EADDRNOTAVAIL 失败，什么也不发。
    .name = 四元组仍在 TIME-WAIT
open-invalid-remote = RFC 9293 §3.9.1.1（MUST-46）：{ $remote } 是广播或多播地址，而 TCP 连接恰好只有两端；拒绝 OPEN，什么也不发。
    .name = TCP 拒绝广播和多播地址
send-data = SEND，RFC 9293 §3.7、§3.10.2：从 { $seq } 到 { $end }（不含）的字节现在可以发：它们落在以 SND.UNA = { $snd_una } 起、SND.WND = { $snd_wnd } 大小的窗口内，拥塞窗口（cwnd = { $cwnd }）也允许。
    .name = 数据在窗口内，可以发
send-fin = CLOSE，RFC 9293 §3.10.4：排队的数据都已发出，FIN 取下一个序号 SEQ = { $seq }{ $data_len ->
        [0] {""}
       *[other] ，跟在同一段的 { $data_len } 字节数据之后
    }；FIN 自己占用一个序号。
    .name = 最后一个字节之后发 FIN
send-urgent = 带 URG 的 SEND，RFC 9293 §3.8.5（MUST-62）：URG 置位，紧急指针指向 SND.UP = { $snd_up }，即紧急数据之后的那个字节；这样接收方还没读到那里就先知道有紧急数据。
    .name = 紧急指针指出紧急数据
close-listen = 在 LISTEN 上 CLOSE，RFC 9293 §3.10.4：还不知道对端是谁，删除 TCB 即可，无需发送任何报文。
    .name = 关闭监听
close-syn-sent = 在 SYN-SENT 上 CLOSE，RFC 9293 §3.10.4：连接尚不存在，直接删除 TCB，不发 FIN；等待中的调用得到错误。
    .name = 还没等到应答就关闭
close-call = 在 { $state } 上 CLOSE，RFC 9293 §3.10.4：不再接受 SEND；{ $unsent ->
        [0] 没有待发的数据，FIN 马上发出
       *[other] 仍在排队的 { $unsent } 字节先发完，FIN 跟在最后一个字节之后
    }。
    .name = 关闭：先发完数据再发 FIN
close-unread-data = RFC 9293 §3.6.1（SHLD-3）、RFC 2525 §2.17：应用关闭时还有 { $unread } 字节收到了却没读；发 FIN 等于假装一切正常，所以改发 RST，告诉对端数据丢了。
    .name = close() 时有未读数据：发 RST
abort-call = 在 { $state } 上 ABORT，RFC 9293 §3.10.5：清空队列，立刻用 SEQ = SND.NXT = { $snd_nxt } 的 RST 通知对端；没有 FIN，也没有 TIME-WAIT。
    .name = ABORT：立即发 RST
abort-linger = SO_LINGER 设为 0 秒，close() 就变成 ABORT（socket(7)、RFC 9293 §3.10.5）：丢弃未发数据，发出 SEQ = SND.NXT = { $snd_nxt } 的 RST；没有 FIN，也没有 TIME-WAIT。
    .name = SO_LINGER 为 0：close() 变 RST
abort-listener-closed = 端口 { $port } 的监听套接字已关闭，而这条连接还在等 accept()；再不会有人读它，于是中止连接（RFC 9293 §3.10.5），对端收到 RST。
    .name = 监听已关闭：子连接被重置

## CLOSED

closed-rst-ignored = 没有连接，RFC 9293 §3.10.7.1：RST（SEQ = { $seg_seq }）找不到对应的 TCB，直接丢弃；若用 RST 回应 RST，就会没完没了。
    .name = 无连接时收到 RST：忽略
closed-blackhole = 没有连接，RFC 9293 §3.10.7.1：本应回 RST（SEQ = { $seg_seq }，长度 { $seg_len }），但 FreeBSD 的 net.inet.tcp.blackhole 要求保持沉默：扫描端口的人什么也探不到，只能干等。
    .name = 无人监听：不作声（blackhole）
closed-syn-fin-dropped = 按 RFC 9293 §3.10.7，SYN 与 FIN 同在一个报文段里（SEQ = { $seg_seq }）也要处理；FreeBSD 的 net.inet.tcp.drop_synfin 看也不看就丢弃，因为除了扫描器几乎没人这样发。
    .name = SYN 带 FIN：丢弃
closed-reset-no-ack = 没有连接，RFC 9293 §3.10.7.1：这里没人监听，而报文段（SEQ = { $seg_seq }，长度 { $seg_len }）又没有 ACK 可借用；于是回 RST，取 SEQ = 0、ACK = SEG.SEQ+SEG.LEN，正好是发送方认可的号。
    .name = 无人监听：回 RST,ACK
closed-reset = 没有连接，RFC 9293 §3.10.7.1：报文段确认了 SEG.ACK = { $seg_ack }，RST 就直接拿这个号作 SEQ，自己不带 ACK；发送方会判它有效，从而知道这里没有连接。
    .name = 无此连接：回 SEQ=SEG.ACK 的 RST

## LISTEN

listen-rst-ignored = LISTEN 第一步检查（RFC 9293 §3.10.7.2）：监听者什么都没发过，RST（SEQ = { $seg_seq }）不可能是针对它的；忽略，监听照旧。
    .name = LISTEN 忽略 RST
listen-ack-reset = LISTEN 第二步检查（RFC 9293 §3.10.7.2）：本端口什么都没发过，却收到 ACK（{ $seg_ack }），它必定属于这里不存在的连接；回一个 SEQ = SEG.ACK 的 RST。
    .name = LISTEN 对 ACK 回 RST
listen-syn = LISTEN 第三步检查（RFC 9293 §3.10.7.2）：收到 SEQ = { $seg_seq } 的 SYN，新建 TCB：SYN 占一个序号，故 RCV.NXT = { $rcv_nxt }；自己的 ISS 取 { $iss }。回复 SYN,ACK，子连接进入 SYN-RECEIVED。
    .name = LISTEN 收到 SYN：回 SYN,ACK
listen-other-dropped = LISTEN 第四步检查（RFC 9293 §3.10.7.2）：标志为 { $flags } 的报文段既不是 RST，也不是 ACK 或 SYN；监听者用不着它，静默丢弃。
    .name = LISTEN 丢弃其他报文段
listen-syn-data-discarded = SYN 带了 { $data_len } 字节数据。RFC 9293 §3.10.7.2 允许把它留下，Linux（tcp_conn_request()）却不留：SYN,ACK 只确认 SYN 本身，数据要由客户端重发。
    .name = SYN 上的数据被丢弃
listen-syn-data-queued = RFC 9293 §3.10.7.2 第三步检查：随 SYN 到来的 { $data_len } 字节先存下，等连接进入 ESTABLISHED 之后才确认并交给应用。
    .name = SYN 上的数据先存着
listen-fastopen-data = TCP Fast Open，RFC 7413 §4.2：cookie 有效，SYN 上的 { $data_len } 字节在 SYN,ACK 里一并确认，握手还没完成就交给应用。
    .name = Fast Open：数据立即收下
cf-two-way = 反事实“两次握手”：收到 SEQ = { $seg_seq } 的 SYN，服务端取 ISS = { $iss } 后立刻 ESTABLISHED，不等 ACK。RFC 9293 §3.5 之所以要第三个报文段，正因为没有它，一个旧 SYN 就能开出一条幽灵连接。
    .name = 反事实：两次握手
cf-split-syn-ack = 反事实“拆开的 SYN,ACK”：对 SEQ = { $seg_seq } 的 SYN，先回一个 ACK，再另发一个 SEQ = { $iss } 的 SYN。RFC 9293 §3.4.1 把两者合成一段；拆开就多花一个往返。
    .name = 反事实：ACK 与 SYN 分开发

## SYN-SENT

syn-sent-bad-ack-reset = SYN-SENT 第一步检查（RFC 9293 §3.10.7.3）：SEG.ACK = { $seg_ack } 不在 (ISS, SND.NXT] = ({ $iss }, { $snd_nxt }] 内，它应答的是别的 SYN，不是我们这个。回一个 SEQ = SEG.ACK 的 RST，让对端清掉那个错误的半连接；自己仍留在 SYN-SENT。
    .name = SYN-SENT：ACK 不对，回 RST
syn-sent-bad-echo-reset = SYN-SENT：这个 SYN,ACK 回显的 TSecr = { $ts_ecr }，不是我们发出 SYN 以来用过的任何时间戳（RFC 7323 §3.2），说明它应答的是别的 SYN。Linux 回一个 RST，自己仍留在 SYN-SENT。
    .name = SYN-SENT：回显的时间戳不是我们的
syn-sent-bad-ack-rst-dropped = SYN-SENT 第一步检查（RFC 9293 §3.10.7.3）：SEG.ACK = { $seg_ack } 不在 (ISS, SND.NXT] = ({ $iss }, { $snd_nxt }] 内，而它本身就是 RST：丢弃且不应答，继续等待。
    .name = SYN-SENT：ACK 不对的 RST
syn-sent-refused = SYN-SENT 第二步检查（RFC 9293 §3.10.7.3）：RST 确认了我们的 SYN（SEG.ACK = { $seg_ack } = SND.NXT = { $snd_nxt }），是真的：连接被拒绝，connect() 返回 ECONNREFUSED，不再重发。
    .name = 连接被拒绝
syn-sent-rst-dropped = SYN-SENT 第二步检查（RFC 9293 §3.10.7.3）：不带 ACK 的 RST（SEQ = { $seg_seq }）什么也证明不了，谁都能伪造；只有确认了我们 SYN 的 RST 才算数。丢弃。
    .name = SYN-SENT：无 ACK 的 RST 丢弃
syn-sent-established = SYN-SENT 第四步检查（RFC 9293 §3.10.7.3）：SEG.ACK = { $seg_ack } 确认了我们的 SYN（ISS = { $iss }），对端 SYN 的 SEQ = { $seg_seq }，所以 RCV.NXT 变为 { $rcv_nxt }。双方的初始序号这里都已知道：进入 ESTABLISHED，并用 ACK 告知对端。
    .name = SYN,ACK 吻合：ESTABLISHED
syn-sent-simultaneous = SYN-SENT 第四步检查（RFC 9293 §3.10.7.3、图 7，MUST-10）：收到 SEQ = { $seg_seq } 的 SYN 却不带 ACK，说明对端也在同时打开。RCV.NXT 变为 { $rcv_nxt }，把自己的 SYN 改成 SYN,ACK 再发一次（ISS = { $iss }），进入 SYN-RECEIVED。
    .name = 同时打开
syn-sent-no-syn-dropped = SYN-SENT 第五步检查（RFC 9293 §3.10.7.3）：标志 { $flags } 里既没有 SYN 也没有 RST；没有对端的 SYN 就不知道它的序号，数据无处安放。丢弃。
    .name = SYN-SENT：既非 SYN 也非 RST
syn-sent-quick-retry = 用 RST 回应旧的 SYN,ACK 之后，Linux（tcp_rcv_synsent_state_process()）不等整个超时：过 { $delay_ns } 就重发 SYN，那时 RST 已经把路清开。
    .name = 发过 RST 后很快重发 SYN

## 第一步：序号

seq-unacceptable = RFC 9293 §3.10.7.4 第一步检查，表 6：该报文段（SEG.SEQ = { $seg_seq }，SEG.LEN = { $seg_len }）没有一个字节落在以 RCV.NXT = { $rcv_nxt } 起、RCV.WND = { $rcv_wnd } 大小的窗口内。丢弃，并用 ACK 重申这里期望的序号。
    .name = 窗口之外：回 ACK 并丢弃
seq-unacceptable-rst = RFC 9293 §3.10.7.4 第一步检查：RST 的 SEG.SEQ = { $seg_seq } 在窗口之外（RCV.NXT = { $rcv_nxt }，RCV.WND = { $rcv_wnd }）；RST 从不应答，静默丢弃。
    .name = 窗口外的 RST：不作声
seq-syn-ack-again = RFC 9293 附录 A.2（MUST-10）：SYN,ACK 的 SEG.SEQ = { $seg_seq } 比 RCV.NXT = { $rcv_nxt } 小一，因为那个 SYN 已经计过数；只按表 6 判断就会丢掉它，同时打开便永远完不成。所以照样处理它的 ACK。
    .name = SYN 已计过数，只取其 ACK
paws-dropped = PAWS，RFC 7323 §5.3 R1：时间戳 TSval = { $ts_val } 比 TS.Recent = { $ts_recent } 还旧，说明这是旧报文段，只是序号回绕后碰巧看起来合适；回 ACK 并丢弃。
    .name = PAWS：时间戳太旧
timestamps-missing = RFC 7323 §3.2：双方在 SYN 里约定了时间戳，SEQ = { $seg_seq } 的报文段却没有带；PAWS 无从判断它，丢弃且不应答。
    .name = 缺少时间戳选项
md5-not-signed = RFC 2385 §2.0：本套接字为对端设了密钥（TCP_MD5SIG），而这个报文段（SEG.SEQ = { $seg_seq }）没有签名。直接丢弃，不作任何回应，TCPMD5NotFound 计数加一。
    .name = 缺少 MD5 签名
md5-unexpected = RFC 2385 §2.0、tcp(7)：这个报文段（SEG.SEQ = { $seg_seq }）带有签名，但本套接字没有对端的密钥。直接丢弃，不作任何回应，TCPMD5Unexpected 计数加一。
    .name = 有 MD5 签名却没有密钥
md5-wrong = RFC 2385 §2.0：这个报文段（SEG.SEQ = { $seg_seq }）的签名与我方密钥算出的不符：要么密钥不同，要么途中被改过。直接丢弃，不作任何回应，TCPMD5Failure 计数加一。
    .name = MD5 签名不对
md5-no-reset = RFC 2385 §4.1：带签名的报文段（SEG.SEQ = { $seg_seq }）不属于任何连接。RST 没有密钥可签，对端也不会理会，所以不发。
    .name = 带签名，不发 RST
seq-window-closed = RFC 9293 §3.10.7.4 第一步检查：SEG.SEQ = { $seg_seq }，RCV.NXT = { $rcv_nxt }，但 RCV.WND = { $rcv_wnd }，没有地方放数据。这些字节不收；回的 ACK 把现状告诉发送方（零窗口探测要的正是它）。
    .name = 接收窗口已关闭

## 第二步：RST

rst-exact = RFC 9293 §3.10.7.4 第二步检查、RFC 5961 §3.2：RST 的 SEG.SEQ = { $seg_seq } 恰好等于 RCV.NXT = { $rcv_nxt }；对方知道确切的序号，所以相信它：进入 CLOSED，应用得到 ECONNRESET。
    .name = RST 序号精确：连接重置
rst-challenge-ack = RFC 9293 §3.10.7.4 第二步检查、RFC 5961 §3.2：RST 的 SEG.SEQ = { $seg_seq } 不等于 RCV.NXT = { $rcv_nxt }，只是落在窗口内（RCV.WND = { $rcv_wnd }），可能是伪造的。不重置，而是发挑战 ACK；只有真正的对端才能据此回一个序号精确的 RST。
    .name = 窗口内的 RST：发挑战 ACK
rst-outside-window = RFC 9293 §3.10.7.4 第二步检查、RFC 5961 §3.2：RST 的 SEG.SEQ = { $seg_seq } 在以 RCV.NXT = { $rcv_nxt } 起、RCV.WND = { $rcv_wnd } 大小的窗口之外；一声不响地丢弃。
    .name = 窗口外的 RST：丢弃
rst-in-window-793 = RFC 793 §3.4（RFC 5961 之前）：SEG.SEQ = { $seg_seq } 落在窗口内任何一处（RCV.NXT = { $rcv_nxt }，RCV.WND = { $rcv_wnd }）就足以重置连接。谁猜中窗口里的一个号，谁就能断掉它。
    .name = 旧规则：窗口内的 RST 即致命
rst-back-to-listen = RFC 9293 §3.10.7.4 第二步检查（MUST-11）：SYN-RECEIVED 时收到 SEG.SEQ = { $seg_seq } = RCV.NXT = { $rcv_nxt } 的 RST；本端是被动打开的，所以只删掉这个子连接，LISTEN 还在，应用毫无察觉。
    .name = SYN-RECEIVED 收 RST：回 LISTEN
rst-refused = RFC 9293 §3.10.7.4 第二步检查（MUST-11）：SYN-RECEIVED 时收到 SEG.SEQ = { $seg_seq } = RCV.NXT = { $rcv_nxt } 的 RST；本端是主动打开的，打开就此失败：CLOSED，ECONNREFUSED。
    .name = SYN-RECEIVED 收 RST：被拒绝
rst-after-close = RFC 9293 §3.10.7.4 第二步检查：正在关闭（CLOSING、LAST-ACK 或 TIME-WAIT）时收到 SEG.SEQ = { $seg_seq } = RCV.NXT = { $rcv_nxt } 的 RST；两个 FIN 都已发出，直接删除 TCB：CLOSED。
    .name = 关闭途中收 RST：CLOSED

## 第四步：SYN

syn-challenge-ack = RFC 9293 §3.10.7.4 第四步检查、RFC 5961 §4.2：已同步的连接（RCV.NXT = { $rcv_nxt }）上来了 SYN（SEG.SEQ = { $seg_seq }），要么是旧的重复段，要么是伪造，要么对端重启过。发挑战 ACK 来分辨：只有重启过的对端才会回 RST。
    .name = 连接上来了 SYN：发挑战 ACK
syn-received-syn-again = RFC 9293 §3.8.1、Linux tcp_check_req()：SEG.SEQ = { $seg_seq } 的 SYN 就是这条连接开头那个（IRS = { $irs }），多半是 SYN,ACK 丢了；把同一个 SYN,ACK 再发一次。
    .name = 同一 SYN 又来：重发 SYN,ACK
syn-received-new-syn-listen = RFC 9293 §3.10.7.4 第四步检查、§3.5：被动方在 SYN-RECEIVED 时，窗口内（RCV.NXT = { $rcv_nxt }，RCV.WND = { $rcv_wnd }）来了另一个 SYN（SEG.SEQ = { $seg_seq }）；放弃这个半连接，端口回到 LISTEN，等新 SYN 重传时重新开始。
    .name = SYN-RECEIVED 来新 SYN：回 LISTEN
syn-received-new-syn-reset = Linux tcp_check_req()（沿用 RFC 793 §3.9）：SYN-RECEIVED 时，窗口内（RCV.NXT = { $rcv_nxt }，RCV.WND = { $rcv_wnd }）来了另一个 SYN（SEG.SEQ = { $seg_seq }），按错误处理；回 RST,ACK，一条好好的新连接因 ECONNREFUSED 而夭折。
    .name = SYN-RECEIVED 来新 SYN：回 RST
syn-in-window-793 = RFC 793 §3.9（RFC 5961 之前）：已建立的连接（RCV.NXT = { $rcv_nxt }）窗口内出现 SEG.SEQ = { $seg_seq } 的 SYN 即属错误，连接被重置；伪造一个 SYN 就够了。
    .name = 旧规则：窗口内的 SYN 即重置
challenge-ack-limited = RFC 5961 §7：上一个挑战 ACK 发于 { $last_ns }，现在是 { $now_ns }，两次之间至少要隔 { $interval_ns }；所以这次不发，报文段静默丢弃。
    .name = 挑战 ACK 被限速

## 第五步：ACK

ack-missing = RFC 9293 §3.10.7.4 第五步检查：标志 { $flags } 里没有 ACK；握手开始之后每个报文段都必须带 ACK，因此丢弃。
    .name = 没有 ACK 位：丢弃
ack-establishes = RFC 9293 §3.10.7.4 第五步检查：SEG.ACK = { $seg_ack } 在 (SND.UNA, SND.NXT] = ({ $snd_una }, { $snd_nxt }] 内：我们的 SYN 对方收到了。SYN-RECEIVED 变为 ESTABLISHED——是现在收到时才变，不是对方发出时。
    .name = SYN 被确认：ESTABLISHED
ack-bad-in-syn-received = RFC 9293 §3.10.7.4 第五步检查：SEG.ACK = { $seg_ack } 不在 (SND.UNA, SND.NXT] = ({ $snd_una }, { $snd_nxt }] 内，它应答的是我们从未发过的 SYN。回一个 SEQ = SEG.ACK 的 RST，自己留在 SYN-RECEIVED。
    .name = SYN-RECEIVED：ACK 不对，回 RST
ack-new = RFC 9293 §3.10.7.4 第五步检查：SND.UNA = { $snd_una } < SEG.ACK = { $seg_ack } <= SND.NXT = { $snd_nxt }：又有字节到了对端；把它们移出重传队列，SND.UNA 前移到 SEG.ACK。
    .name = 新的确认
ack-duplicate = RFC 5681 §2、RFC 9293 §3.10.7.4 第五步检查：有数据在途时，SEG.ACK = { $seg_ack } 仍等于 SND.UNA = { $snd_una }：这是第 { $count } 个重复 ACK。那边收到了乱序的东西；到第三个就触发快速重传。
    .name = 重复 ACK
ack-old = RFC 9293 §3.10.7.4 第五步检查：SEG.ACK = { $seg_ack } 不大于 SND.UNA = { $snd_una }，没有新消息，忽略；报文段里的数据仍照常处理。
    .name = 旧的确认：忽略
ack-too-old = RFC 5961 §5.2（MAY-12）：SEG.ACK = { $seg_ack } 落后 SND.UNA = { $snd_una } 的距离超过了见过的最大窗口（MAX.SND.WND = { $max_window }）；这种号不像迟到，更像瞎猜。丢弃并回 ACK。
    .name = 确认号旧得离谱
ack-unsent = RFC 9293 §3.10.7.4 第五步检查：SEG.ACK = { $seg_ack } 确认了还没发过的东西（SND.NXT = { $snd_nxt }）；丢弃该段，并用 ACK 说明我们真正的位置。
    .name = 确认了没发过的数据
ack-window-update = RFC 9293 §3.10.7.4 第五步检查：按 SND.WL1 = { $snd_wl1 }、SND.WL2 = { $snd_wl2 } 的先后判断，这个报文段不比上次更新窗口的那个旧，所以采用它的窗口：SND.WND = { $snd_wnd }。
    .name = 采用新的发送窗口
ack-of-fin = RFC 9293 §3.10.7.4 第五步检查，FIN-WAIT-1：SEG.ACK = { $seg_ack } 覆盖了我们的 FIN（SND.NXT = { $snd_nxt }）；我们这个方向已关闭，对端还可以发：FIN-WAIT-2。
    .name = 我们的 FIN 已被确认
ack-closing-time-wait = RFC 9293 §3.10.7.4 第五步检查，CLOSING：SEG.ACK = { $seg_ack } 覆盖了我们的 FIN（SND.NXT = { $snd_nxt }），对端的 FIN 也早已收到：TIME-WAIT。
    .name = CLOSING：FIN 被确认
ack-last = RFC 9293 §3.10.7.4 第五步检查，LAST-ACK：SEG.ACK = { $seg_ack } 覆盖了我们的 FIN（SND.NXT = { $snd_nxt }）；两个方向都已关闭，删除 TCB：CLOSED。
    .name = 最后一个 ACK：CLOSED

## 第六至第八步：URG、数据、FIN

urg-signalled = RFC 9293 §3.10.7.4 第六步检查（MUST-32）：紧急指针把 RCV.UP 移到 { $rcv_up }，在 RCV.NXT = { $rcv_nxt } 之前方；通知应用：还没读到的数据里有紧急数据。
    .name = 通知应用有紧急数据
text-in-order = RFC 9293 §3.10.7.4 第七步检查：{ $length } 字节从 SEG.SEQ = { $seg_seq } 开始，正是等着的位置；交付给应用，RCV.NXT 现为 { $rcv_nxt }。
    .name = 按序数据，交付
text-out-of-order = RFC 9293 §3.10.7.4 第七步检查（SHLD-31）：SEG.SEQ = { $seg_seq } 越过了 RCV.NXT = { $rcv_nxt }，前面缺了一段。先存下（乱序队列现有 { $held } 字节），等缺口补上；在此之前应用一个字节也看不到。
    .name = 乱序数据，先存着
text-fills-gap = RFC 9293 §3.10.7.4 第七步检查、RFC 5681 §4.2：SEG.SEQ = { $seg_seq } 的报文段补上了缺口；连同先前存下的，RCV.NXT 一下跳到 { $rcv_nxt }，并立即发 ACK。
    .name = 缺口补上
text-duplicate = RFC 9293 §3.10.7.4 第七步检查：从 SEG.SEQ = { $seg_seq } 起的 { $seg_len } 个序号全部或部分在 RCV.NXT = { $rcv_nxt } 之前；收过的部分截掉，不会交付两次。
    .name = 截掉重复的字节
text-after-close = RFC 9293 §3.6.1（SHLD-3）：SEG.SEQ = { $seg_seq } 处又来了 { $length } 字节，但应用已经 close()，再也不会读；用 RST 告诉对端这些数据丢了。
    .name = close() 之后来数据：回 RST
text-after-fin = RFC 9293 §3.10.7.4 第七步检查：对端自己的 FIN 之后，SEG.SEQ = { $seg_seq } 处又来了 { $length } 字节；FIN 已经承诺后面不会再有数据，所以忽略。
    .name = FIN 之后的数据：忽略
text-no-room = RFC 9293 §3.10.7.4 第七步检查、§3.4：从 SEG.SEQ = { $seg_seq } 起的 { $length } 字节，接收窗口只放得下 { $room } 字节；多出的截掉且不确认，发送方会再发。
    .name = 数据超出窗口
fin-received = RFC 9293 §3.10.7.4 第八步检查：FIN 位于 SEG.SEQ = { $seg_seq }，它之前的数据已收齐；FIN 占一个序号，RCV.NXT 现为 { $rcv_nxt }。应用读完最后一个字节后读到文件结束（EOF），同时回 ACK。
    .name = 收到 FIN：对端不再发送
fin-simultaneous = RFC 9293 §3.10.7.4 第八步检查，图 13：在 FIN-WAIT-1 中，自己的 FIN 还没被确认，对端的 FIN（SEG.SEQ = { $seg_seq }）先到了；RCV.NXT 现为 { $rcv_nxt }。双方同时关闭：CLOSING。
    .name = 同时关闭：CLOSING
fin-time-wait = RFC 9293 §3.10.7.4 第八步检查，图 5 注 2：对端的 FIN（SEG.SEQ = { $seg_seq }）到了，自己的 FIN 也已被确认；RCV.NXT 现为 { $rcv_nxt }。两个方向都已关闭：进入 TIME-WAIT，以便最后的 ACK 丢失时能重发。
    .name = 两个 FIN 都完成：TIME-WAIT
fin-again = RFC 9293 §3.10.7.4 第八步检查：SEG.SEQ = { $seg_seq } 处的 FIN 已经计过数（RCV.NXT = { $rcv_nxt }），一定是我们的 ACK 丢了；再确认一次，别的都不变。
    .name = FIN 重复：再回 ACK

## 何时发 ACK

send-ack-at-once = RFC 9293 §3.8.6.3（MUST-58）：到 RCV.NXT = { $rcv_nxt } 为止的数据立即确认：延迟确认已关闭，或者这是连接最初的几段，协议栈可以快些应答，好让发送方尽快起步。
    .name = 立即确认
send-ack-delayed = RFC 9293 §3.8.6.3、RFC 1122 §4.2.3.2（MUST-40）：对 RCV.NXT = { $rcv_nxt } 的确认等了 { $delay_ns }，想搭数据的便车却没等到，于是单独发出。无论如何不能等到 0.5 s。
    .name = 延迟确认到期
send-ack-second-segment = RFC 9293 §3.8.6.3（SHLD-19）：待确认的已有 { $unacked } 字节，达到两个满长报文段（MSS = { $mss }）；不再拖延，立即确认 RCV.NXT = { $rcv_nxt }。
    .name = 每两段确认一次
send-ack-quick = Linux tcp_in_quickack_mode()：对端刚开始新一轮发送，每个报文段都立即确认（还有 { $quick } 次），好让它的窗口长起来；RCV.NXT = { $rcv_nxt }。
    .name = 快速确认
send-ack-after-read = Linux tcp_cleanup_rbuf()：应用程序读走了数据（还剩 { $unread } 字节未读），又看不出它要回话；等着的 ACK 现在就发，RCV.NXT = { $rcv_nxt }。
    .name = 读走数据后确认
send-ack-duplicate = RFC 5681 §4.2、RFC 9293 §3.10.7.4：SEG.SEQ = { $seg_seq } 的报文段乱序到达，立刻再确认一次 RCV.NXT = { $rcv_nxt }；这种重复 ACK 告诉发送方缺了哪里。
    .name = 有缺口：发重复 ACK
send-ack-compressed = Linux tcp_comp_sack_delay_ns：三个重复 ACK 之后，对 RCV.NXT = { $rcv_nxt } 的后续重复 ACK 至多攒一毫秒；现在用一个带 SACK 块的 ACK 代表 { $count } 个报文段。
    .name = 多个重复 ACK 合成一个
send-ack-gap-filled = RFC 5681 §4.2：缺口补上了（或补上一部分）；立即确认 RCV.NXT = { $rcv_nxt }，让发送方不必再重传。
    .name = 缺口补上：立即确认
send-ack-of-fin = RFC 9293 §3.10.7.4 第八步检查：收到 FIN 立即确认，ACK = RCV.NXT = { $rcv_nxt }，比 FIN 自己的序号大一。
    .name = 确认 FIN
send-window-update = RFC 9293 §3.8.6.2.2（MUST-39）：应用读走了数据，窗口的增量大到值得通知：ACK = { $rcv_nxt } 现在通告 RCV.WND = { $rcv_wnd }。增量太小就通知，会引发糊涂窗口综合症。
    .name = 窗口更新
send-ack-after-crossing-syn = Linux tcp_rcv_state_process()：同时打开之后，它再确认一次对端的 SYN（ACK = { $rcv_nxt }）；RFC 9293 并不需要这一段，两个 SYN,ACK 已经说清楚了。
    .name = Linux：多发一个 ACK

## 显式拥塞通知（ECN）

ecn-congestion-experienced = RFC 3168 §6.1.3（SHLD-8）：途中有路由器没有丢弃这个分组，而是给它打上了 CE 标记（至今共 { $count } 个）；数据照收（RCV.NXT = { $rcv_nxt }），此后每个 ACK 都带 ECE，直到收到 CWR。
    .name = CE：途中发生拥塞
ecn-window-reduced-told = RFC 3168 §6.1.3（SHLD-8）：CWR 说明发送方已得知拥塞并缩小了窗口；从 RCV.NXT = { $rcv_nxt } 起 ACK 不再带 ECE，除非再遇到 CE。
    .name = CWR：停止回显
ecn-window-reduced = RFC 3168 §6.1.2（SHLD-8）：ECE 说明我们发出的分组被路由器打过标记；与丢包时一样，拥塞窗口从 { $cwnd_before } 降到 { $cwnd } 字节（ssthresh = { $ssthresh }），但什么都不必重传。下一个新报文段带上 CWR；在 SND.UNA 越过 { $recover } 之前，不再第二次缩小。
    .name = ECE：缩小拥塞窗口
ecn-reduced-already = RFC 3168 §6.1.2（SHLD-8）：又收到 ECE，但针对这一窗口的数据，拥塞窗口已经缩小过了；保持 { $cwnd } 字节不变。
    .name = ECE：已经缩小过
send-ack-of-cwr = Linux tcp_ecn_accept_cwr()：带 CWR 的数据立即确认（RCV.NXT = { $rcv_nxt }），因为发送方的窗口可能已经小到没有别的可发。
    .name = Linux：立即确认 CWR

## 定时器

rto-armed = RFC 6298 §5.1、§5.3：有数据在途未确认，重传定时器启动，RTO = { $rto_ns }。
    .name = 启动重传定时器
rto-stopped = RFC 6298 §5.2：发出的都已确认（SND.UNA = { $snd_una }），没有什么可重传的了，定时器停止。
    .name = 停止重传定时器
rto-syn = RFC 9293 §3.8.1、RFC 6298 §5.4-5.5：SYN（SEQ = { $seq }）没有应答；第 { $count } 次重传同一个 SYN，定时器改为 { $rto_ns }。
    .name = SYN 超时：重发同一个 SYN
rto-syn-ack = RFC 9293 §3.8.1、RFC 6298 §5.4-5.5：SYN,ACK（SEQ = { $seq }）没有被确认；第 { $count } 次重传，定时器改为 { $rto_ns }。它等的那个纯 ACK 自己从不重传，丢了就靠这里补救。
    .name = SYN,ACK 超时：重发
rto-data = RFC 9293 §3.10.8、RFC 6298 §5.4-5.5：从 SEQ = { $seq } 起的数据没有按时得到确认；第 { $count } 次重传，定时器加倍到 { $rto_ns }。
    .name = 超时：重传数据
rto-fin = RFC 9293 §3.10.8、RFC 6298 §5.4-5.5：我们的 FIN（SEQ = { $seq }）没有按时得到确认；FIN 与数据一样要重传，这是第 { $count } 次，定时器加倍到 { $rto_ns }。
    .name = 超时：重传 FIN
rto-sample = RFC 6298 §2：测得一次往返 { $rtt_ns }；SRTT = { $srtt_ns }，RTTVAR = { $rttvar_ns }，于是 RTO = SRTT + 4·RTTVAR（受上下限约束）= { $rto_ns }。
    .name = 测得往返时间
rto-karn = Karn 算法，RFC 6298 §3：SEQ = { $seq } 处的数据发过不止一次，分不清这个 ACK 应答的是哪一次，所以不用来测 RTT。
    .name = Karn：重传过的不作样本
rto-after-syn-timeout = RFC 6298 §5.7：SYN 曾经超时，路径可能比预想的慢；数据阶段从 RTO = { $rto_ns } 开始。
    .name = SYN 丢过之后的 RTO
retransmit-go-back = RFC 5681 §3.1、RFC 6298 §5.4：超时之后，从 SEQ = { $seq } 起的数据都当作丢失；按 cwnd = { $cwnd } 允许的量逐步重发到 SND.NXT = { $snd_nxt }。
    .name = 超时后重发其余数据
retransmit-fast = 快速重传，RFC 5681 §3.2：{ $dupacks } 个重复 ACK 说明 SEQ = { $seq } 处的报文段缺失，而后面的还在到达；不等定时器，立即重发，ssthresh 变为 { $ssthresh }。
    .name = 快速重传
retransmit-rack = RACK，RFC 8985 §6.2：后发的报文段已经到达（往返用了 { $rtt_ns }），先发的 SEQ = { $seq } 却没有在乱序窗口内到达；判定丢失，立即重发，ssthresh 变为 { $ssthresh }。
    .name = RACK：按时间判定丢失并重发
retransmit-tail-probe = 尾部丢失探测，RFC 8985 §7.3：两个往返时间（SRTT = { $srtt_ns }）没有 ACK。最后几段如果丢了，谁也不会来报告；于是把最后一段 SEQ = { $seq } 再发一次，赶在重传定时器之前引出一个 ACK。
    .name = 尾部丢失探测：重发最后一段
send-tail-probe = 尾部丢失探测，RFC 8985 §7.3：两个往返时间（SRTT = { $srtt_ns }）没有 ACK；不管拥塞窗口是否允许，发出下一个新的报文段 SEQ = { $seq }，引出一个 ACK。
    .name = 尾部丢失探测：发新的一段
tail-probe-armed = RFC 8985 §7.2：看不出有丢失，定时器定在 { $wait_ns }（约两个往返时间）之后发尾部丢失探测；探测也引不出 ACK，才轮到重传定时器。
    .name = 启动尾部丢失探测定时器
reorder-armed = RFC 8985 §6.2 第 5 步：后发的已到，先发的未到，但也可能只是网络乱序；再等 { $wait_ns }，才算丢失。
    .name = 启动乱序定时器
recovery-undone = 撤销，RFC 3522 §3.2、RFC 4015 §3.2、RFC 3708：时间戳或 D-SACK 表明，重发的那些其实并没有丢；窗口恢复原状：cwnd = { $cwnd }，ssthresh = { $ssthresh }。
    .name = 撤销窗口缩减
retransmit-sack = 基于 SACK 的恢复，RFC 6675 §4、§5：按真正在途的量，cwnd = { $cwnd } 还有余地，重发下一个缺失的报文段 SEQ = { $seq }。
    .name = SACK：重发下一个缺失段
retransmit-partial-ack = NewReno，RFC 6582 §3.2：这个 ACK 没到 recover = { $recover }，说明下一个缺口在 SEQ = { $seq }；立即重发那一段，不再等三个重复 ACK。
    .name = 部分确认：重发下一个缺口
retransmit-syn-text = TCP Fast Open，RFC 7413 §4.2.2：对端接受了我们的 SYN，却没有收下 SYN 上从 SEQ = { $seq } 起的数据。这些数据立即重发；什么都没有丢，所以拥塞窗口不变。
    .name = 重发 SYN 上的数据
retransmit-path-mtu = RFC 1191 §6.5、RFC 9293 §3.7.2：从 SEQ = { $seq } 起的报文段对路径来说太大（MTU { $mtu }）；切成每段至多 { $mss } 字节重发。这不是拥塞的信号，cwnd 不减。
    .name = 按路径 MTU 切小重发
rto-r1-notice = RFC 9293 §3.8.3（SHLD-9）：已重传 { $count } 次，达到 R1 = { $r1 }；提醒网络层这条路径可能不通，TCP 继续尝试。
    .name = 到达 R1：怀疑路径
rto-give-up = RFC 9293 §3.8.3（MUST-20）：{ $elapsed_ns } 内重传 { $count } 次，达到 R2；放弃连接：CLOSED，应用得到 ETIMEDOUT（或先前记下的 ICMP 错误）。TCP 承诺的是送达或报错，不是一定送达。
    .name = 到达 R2：放弃
rto-give-up-syn = RFC 9293 §3.8.3（MUST-23）：SYN 在 { $elapsed_ns } 内重传 { $count } 次，达到 SYN 的 R2；connect() 以 ETIMEDOUT（或先前记下的 ICMP 错误）失败。
    .name = SYN 无应答：放弃
rto-give-up-syn-ack = RFC 9293 §3.8.3、Linux tcp_synack_retries：SYN,ACK 在 { $elapsed_ns } 内重传了 { $count } 次仍无 ACK；删除这个半连接，腾出半连接队列的位置。不通知任何人。
    .name = 删除半连接
user-timeout-expired = RFC 9293 §3.10.8、RFC 5482（MUST-21）：数据等确认已等了 { $elapsed_ns }，用户超时为 { $limit_ns }；中止连接，应用得到 ETIMEDOUT。
    .name = 用户超时
persist-armed = RFC 9293 §3.8.6.1（MUST-36）：SND.WND = { $snd_wnd }，却有数据要发；启动坚持定时器（{ $rto_ns }），因为重新打开窗口的通知可能丢失，而它从不重传。
    .name = 启动坚持定时器
persist-probe = RFC 9293 §3.8.6.1（MUST-36）：第 { $count } 次窗口探测，把 SEQ = { $seq } 处的一个字节发进关闭的窗口，迫使对端报告当前窗口；下次探测在 { $next_ns } 之后。
    .name = 窗口探测：一个字节
persist-probe-empty = Linux tcp_write_wakeup()：第 { $count } 次窗口探测是个空报文段，用早已确认过的序号 SEQ = { $seq }；对端判它不可接受，只好回 ACK 报告当前窗口。下次在 { $next_ns } 之后。
    .name = 窗口探测：空段、旧序号
keepalive-probe = 保活，RFC 9293 §3.8.4：已有 { $idle_ns } 没收到任何东西；第 { $count } 个探测用 SEQ = SND.NXT-1，请对端回个 ACK。只有应用要求保活才会发（MUST-25）。
    .name = 保活探测
keepalive-give-up = 保活，RFC 9293 §3.8.4（MUST-29）：连续 { $count } 个探测没有回音，上限为 { $limit }；只有这样一连串，而不是丢了一个探测，才说明对端已死：CLOSED，ETIMEDOUT。
    .name = 保活：对端已死
fin-wait-2-orphan-timeout = Linux tcp_fin_timeout、RFC 1122 §4.2.2.20：应用已经关闭，我们的 FIN 已被确认，而对端的 FIN 过了 { $timeout_ns } 还没来；删除这个孤儿连接。按 RFC 9293 本身，会一直等下去。
    .name = FIN-WAIT-2：删除孤儿连接
## TIME-WAIT

time-wait-started = RFC 9293 §3.6.1（MUST-13）：先关闭的是本端，所以要把连接在 TIME-WAIT 里保留 { $length_ns }：最后的 ACK 丢了可以重发，旧报文段也能消亡。时间从现在起算，不是从对端关闭起算。
    .name = TIME-WAIT 开始
time-wait-expired = RFC 9293 §3.10.8（MUST-13）：从最近一次确认 FIN 起已过 { $length_ns }；旧报文段都已消亡，删除 TCB：CLOSED，四元组可以再用。
    .name = TIME-WAIT 结束
cf-no-time-wait = 反事实“没有 TIME-WAIT”：这个状态只持续 { $length_ns }，而不是 RFC 9293 §3.6.1 的 2 MSL；TCB 立刻删除，对端重传的 FIN 只会碰到 RST。
    .name = 反事实：没有 TIME-WAIT
time-wait-fin-again = RFC 9293 §3.10.7.4 第八步检查，TIME-WAIT：对端的 FIN 又来了（SEG.SEQ = { $seg_seq }，RCV.NXT = { $rcv_nxt }），说明我们最后的 ACK 丢了；重发 ACK，2 MSL 重新计时。
    .name = FIN 又来：回 ACK，重计 2 MSL
time-wait-old-segment = RFC 9293 §3.10.7.4 第一步检查：已关闭连接的报文段（SEG.SEQ = { $seg_seq }，SEG.LEN = { $seg_len }）早于 RCV.NXT = { $rcv_nxt }；回 ACK 并丢弃。TIME-WAIT 中绝不再交付任何数据。
    .name = TIME-WAIT 来旧报文段：回 ACK
time-wait-old-segment-restart = Linux tcp_timewait_state_process()：来了旧报文段（SEG.SEQ = { $seg_seq }，RCV.NXT = { $rcv_nxt }），回 ACK 并丢弃，TIME-WAIT 重新计时；按 RFC 只有 FIN 才会重新计时。
    .name = 旧报文段使 TIME-WAIT 重新计时
time-wait-nothing-to-answer = RFC 9293 §3.10.7.4 第五步检查，TIME-WAIT：此时还可能来的只有对端的 FIN；这个报文段（SEG.SEQ = { $seg_seq }，SEG.ACK = { $seg_ack }）没有 FIN，无需应答。
    .name = TIME-WAIT：无需应答
time-wait-rst-ignored = RFC 1337 §3（对策 F1）：TIME-WAIT 中忽略 RST（SEG.SEQ = { $seg_seq }）；否则对旧重复段的应答就可能让等待提前结束（“暗杀”）。
    .name = TIME-WAIT 忽略 RST
time-wait-rst-kills = RFC 9293 §3.10.7.4 第二步检查，即 RFC 1337 §2 所说的隐患：SEG.SEQ = { $seg_seq } = RCV.NXT = { $rcv_nxt } 的 RST 让 TIME-WAIT 提前结束；Linux 在 tcp_rfc1337 = 0（默认）时就是这样。
    .name = RST 终结 TIME-WAIT
time-wait-new-syn = RFC 9293 §3.6.1（MAY-2）、RFC 6191 §2：SYN 的 SEG.SEQ = { $seg_seq } 超过了 RCV.NXT = { $rcv_nxt }（或时间戳更新），不可能是旧的；结束 TIME-WAIT，以 ISS = { $iss } 开始新连接，比旧连接用过的序号都大。
    .name = 新 SYN 结束 TIME-WAIT
time-wait-old-syn = RFC 9293 §3.6.1、RFC 6191 §2：SYN 的 SEG.SEQ = { $seg_seq } 没有超过 RCV.NXT = { $rcv_nxt }，可能是旧连接的残留；回 ACK，TIME-WAIT 不变。
    .name = TIME-WAIT 来旧 SYN：回 ACK
time-wait-reused = RFC 6191、Linux tcp_tw_reuse：本机的 connect() 接管了已有 { $age_ns } 的 TIME-WAIT，新旧报文段可以靠时间戳区分；新的 ISS 为 { $iss }。
    .name = connect() 复用 TIME-WAIT

## 沉默

wait-nagle = Nagle 算法，RFC 9293 §3.7.4（SHLD-7）：{ $length } 字节不满一段（MSS = { $mss }），还有 { $in_flight } 字节未确认；所以等那个 ACK，或等攒够更多数据。TCP_NODELAY 可关掉它。
    .name = Nagle：等确认
wait-cork = tcp(7) TCP_CORK：{ $length } 字节不满一段（MSS = { $mss }），应用又给套接字加了塞子；等到拔塞，或 200 ms。
    .name = TCP_CORK：等攒满一段
wait-silly-window = RFC 9293 §3.8.6.2.1（MUST-38）：可用窗口只有 { $usable } 字节，不到 MSS = { $mss }，也不到见过的最大窗口（{ $max_window }）的一半；一点一点地发会引发糊涂窗口综合症，所以先等等。
    .name = 窗口太小，不值得发
wait-window-closed = 流量控制，RFC 9293 §3.8.6：对端通告 SND.WND = { $snd_wnd }，已有 { $in_flight } 字节在途；对端打开窗口之前不能再发。
    .name = 对端窗口已满
wait-pacing = 步调控制（pacing），Linux tcp_pacing_check()：速率为每秒 { $rate } 字节，再过 { $until_ns } 才轮到下一段；窗口本身是允许的
    .name = 步调控制：下一段稍后再发
wait-larger-segment = Linux tcp_tso_should_defer()：{ $length } 字节稍等一下：一毫秒之内就会有 ACK，届时可以合成更大的一段（cwnd = { $cwnd }，在途 { $in_flight }）
    .name = 稍等，凑成更大的一段
wait-congestion-window = RFC 5681 §3.1（MUST-19）：cwnd = { $cwnd }，在途 { $in_flight } 字节；这个上限来自网络而不是对端，下一个 ACK 到来就会放开。
    .name = 拥塞窗口已满
wait-delayed-ack = RFC 9293 §3.8.6.3（MUST-40）：欠对端一个 ACK，但可以等至多 { $delay_ns }，看有没有数据或第二个报文段一起确认。
    .name = ACK 暂缓
wait-not-established = ESTABLISHED 之前的 SEND，RFC 9293 §3.10.2：{ $queued } 字节先排队，连接一建立就发出。
    .name = 排队等 ESTABLISHED
wait-nothing-to-send = RFC 9293 §3.8：到 SND.NXT = { $snd_nxt } 为止都已发出并被确认，不欠 ACK，也没有定时器到期；TCP 不会自己开口，安静的连接可以安静好几天。
    .name = 没有要发的

## 监听

listener-queued = RFC 9293 §3.10.7.4 第五步检查、listen(2)：握手完成，连接进入全连接队列，现有 { $queue } 条（backlog { $backlog }）；accept() 只是把它取走，握手并不需要它。
    .name = 进入全连接队列
listener-syn-queue-full = RFC 4987 §2、listen(2)：已有 { $queue } 个半连接在等（backlog { $backlog }），又没有启用 SYN cookie；丢弃这个 SYN，不作应答，客户端会再试。
    .name = 半连接队列满：丢弃 SYN
listener-full-syn-dropped = listen(2)、Linux tcp_conn_request()：全连接队列里有 { $queue } 条，超过 backlog { $backlog }；新的 SYN 被静默丢弃，所以客户端看到的是超时，不是拒绝。
    .name = 全连接队列满：丢弃 SYN
listener-full-ack-dropped = listen(2)、Linux tcp_v4_syn_recv_sock()：全连接队列里有 { $queue } 条，超过 backlog { $backlog }；握手的最后一个 ACK 被丢弃。客户端以为已是 ESTABLISHED，我们仍在 SYN-RECEIVED，之后会重发 SYN,ACK。
    .name = 全连接队列满：丢弃 ACK
listener-full-reset = Linux tcp_abort_on_overflow = 1：全连接队列里有 { $queue } 条，超过 backlog { $backlog }；不是丢弃最后一个 ACK，而是回 RST，客户端得到 ECONNRESET。
    .name = 全连接队列满：回 RST
listener-deferred = tcp(7) TCP_DEFER_ACCEPT：最后一个 ACK 没带数据，连接暂不交给 accept()；至多等 { $seconds } s，等第一份数据。
    .name = 等到数据才交给 accept
listener-out-of-memory = 主机上限：已有 { $connections } 条连接，只允许 { $limit } 条；建不了新的 TCB，丢弃 SYN，客户端会再试。
    .name = 没有内存再建 TCB
cookie-sent = SYN cookie，RFC 4987 §3.6：{ $queue } 个半连接占满了半连接队列（backlog { $backlog }）；把连接的要素藏进 SYN,ACK 的序号里发出去，这边什么也不存。
    .name = 发 SYN cookie，不存状态
cookie-accepted = SYN cookie，RFC 4987 §3.6：SEG.ACK = { $seg_ack } 正是我们的 cookie 加 1，说明客户端确实收到了 SYN,ACK；据此重建 TCB（MSS = { $mss }），直接 ESTABLISHED。
    .name = SYN cookie 验证通过
fastopen-cookie-given = TCP Fast Open，RFC 7413 §4.1.2：客户端来要 cookie；SYN,ACK 带上一个 { $cookie_len } 字节、与它的地址绑定的 cookie，供以后的连接使用。
    .name = 发放 Fast Open cookie
fastopen-cookie-wrong = TCP Fast Open，RFC 7413 §4.2：这个 { $cookie_len } 字节的 cookie 与该地址不符；SYN 上的数据不收，按普通方式继续握手，并附上一个新 cookie。
    .name = Fast Open cookie 不对

## 主机、IP 与 ICMP

wire-bad-checksum = RFC 9293 §3.1（MUST-3）：{ $protocol } 校验和与内容不符，报文在途中损坏，静默丢弃。在发送方看来就是丢包。
    .name = 校验和错误：丢弃
wire-malformed = RFC 9293 §3.1、RFC 791 §3.1（MUST-7）：这不成其为报文：{ $what ->
        [ip-version] IP 版本既不是 4 也不是 6
        [ip-header-length] IP 首部长度不可能
        [ip-total-length] IP 总长度不可能
        [ip-truncated] IP 报文不完整
        [ipv6-extension] IPv6 扩展首部不可能
        [tcp-data-offset] TCP 数据偏移小于 5，或指到了报文段之外
        [tcp-truncated] TCP 首部不完整
        [udp-length] UDP 长度不可能
        [udp-truncated] UDP 首部不完整
        [icmp-truncated] ICMP 报文不完整
       *[other] { $what }
    }。丢弃。
    .name = 格式错误的报文：丢弃
ip-ttl-expired = RFC 1812 §5.3.1、RFC 792：报文到达时 TTL 为 { $ttl }，减一便是 0；路由器丢弃它，并用 ICMP 超时（11/0）通知发送方。
    .name = TTL 耗尽
ip-no-route = RFC 1812 §5.2.7.1：没有到 { $dst } 的路由；丢弃报文，用 ICMP 目的不可达通知发送方。
    .name = 没有到目的地的路由
ip-too-big = RFC 1191 §4、RFC 8200 §5：报文长 { $length } 字节，下一段链路只能传 { $mtu } 字节，又不许分片；丢弃，并用 ICMP 把这个 MTU 告诉发送方。
    .name = 报文对下一段链路太大
ip-fragmented = RFC 791 §3.2：{ $length } 字节超过 MTU { $mtu }，IP 把它切成 { $pieces } 片；丢了其中任何一片，整个报文就丢了。
    .name = IP 分片
ip-reassembly-timeout = RFC 1122 §3.3.2、RFC 792：重组时间到了，报文 { $ident } 仍缺分片；已到的全部丢弃，用 ICMP 11/1 通知发送方。
    .name = 等分片超时
ip-not-ours = RFC 1122 §3.2.1.3：{ $dst } 不是本机地址，而主机不做转发；丢弃。
    .name = 不是发给本机的
ip-source-route-refused = RFC 7126 §4.3、Linux accept_source_route：从 { $src } 到 { $dst } 的报文自己指定了途经的路由器；这样可以绕过过滤，也能让伪造的源地址收到应答，因此静默丢弃。
    .name = 拒绝源路由
ip-source-route-failed = RFC 1122 §3.3.5、RFC 792：源路由走到 { $dst }，下一站是 { $next }，但从这里到不了；丢弃报文，用 ICMP 3/5（源路由失败）通知发送方。
    .name = 源路由走不通
ip-source-route-saved = RFC 9293 §3.9.2.1（MUST-53、SHLD-24）、RFC 1122 §3.2.1.8：报文是沿源路由来的；此后这条连接上的所有报文段都原路返回，途经 { $hops } 台路由器，第一站是 { $first }。
    .name = 沿源路由原路应答
tcp-bad-address = RFC 9293 §3.9.2.3（MUST-57、MUST-63）：从 { $src } 到 { $dst } 的 TCP 报文段用了广播、多播或根本不可能的地址；TCP 恰好只有两端，静默丢弃。
    .name = TCP 不可能有的地址
icmp-soft-error = RFC 9293 §3.9.2.2（MUST-56）：ICMP { $type }/{ $code } 是软错误，不得因此中止连接，路由往往会自行恢复。先记下 { $errno }，TCP 最后若放弃再报告它。
    .name = ICMP 软错误：先记下
icmp-hard-error = RFC 9293 §3.9.2.2（SHLD-26）、RFC 5461 §4：ICMP { $type }/{ $code } 在这里算硬错误；中止连接，应用得到 { $errno }。
    .name = ICMP 硬错误：中止
icmp-connect-fails = RFC 5461 §4.1、Linux tcp_v4_err()：连接还在建立时收到 ICMP { $type }/{ $code }；与其再试上几分钟，不如让 connect() 立刻以 { $errno } 失败。
    .name = ICMP 使 connect() 失败
icmp-half-open-ends = ICMP 差错（类型 { $type }，代码 { $code }：{ $errno }）表明这个半连接的客户端不可达。Linux 立即丢弃该半连接（RFC 5461 §4.1）；之后再来的 ACK 就没有对应的连接了。
    .name = ICMP 终止半连接
icmp-bad-sequence = RFC 5927 §4.1：ICMP 报文引用的 SEQ = { $seq } 并不在途（SND.UNA = { $snd_una }，SND.NXT = { $snd_nxt }），不是迟到就是伪造，忽略。
    .name = ICMP 引用的序号不在途
icmp-path-mtu = RFC 1191 §6.3、RFC 9293 §3.7.2：某台路由器的链路只能传 { $mtu } 字节；此后每段至多 { $mss } 字节，太大的切小重发。
    .name = 路径 MTU 变小
icmp-source-quench = RFC 9293 §3.9.2.2（MUST-55）：ICMP 源抑制早已废弃，又容易伪造；TCP 必须静默丢弃。
    .name = 忽略源抑制
icmp-port-unreachable = RFC 1122 §4.1.3.1：UDP 端口 { $port } 上没有套接字；UDP 没有 RST，于是用 ICMP 3/3（端口不可达）告诉发送方。
    .name = 该 UDP 端口没有套接字
icmp-received = RFC 1122 §3.2.2：ICMP { $type }/{ $code } 既不是差错报告，也不是回显请求（比如回显应答）；它与任何连接无关，TCP 什么也不做。
    .name = 收到 ICMP 报文
icmp-echo-reply = RFC 1122 §3.2.2.6：收到回显请求（标识 { $ident }，序号 { $seq }），原样送回数据：这就是 ping。
    .name = 应答 ping
udp-sent = UDP，RFC 768：一次调用，一个 { $length } 字节的数据报；没有握手，没有序号，发完就忘。
    .name = 发出 UDP 数据报
udp-delivered = UDP，RFC 768：把发给端口 { $port } 的 { $length } 字节数据报原样交付；别的数据报有没有丢失、重复、乱序，UDP 无从知道。
    .name = 交付 UDP 数据报
udp-no-room = UDP，RFC 768：套接字缓冲区只剩 { $room } 字节，数据报有 { $length } 字节；没有流量控制让发送方慢下来，只好丢弃，谁也不通知。
    .name = 缓冲区满：丢弃数据报
ip-fragment-kept = RFC 791 §3.2、RFC 8200 §4.5：报文 { $ident } 的这一片从偏移 { $offset } 起有 { $length } 字节；还缺别的分片，先留着，重组计时继续走。
    .name = 留下分片
ip-fragment-refused = { $why ->
        [overlap] RFC 5722 §4：报文 { $ident } 在偏移 { $offset } 处的分片与已有的重叠；正常的发送方从不这样做，整个 IPv6 报文丢弃。
        [duplicate] RFC 791 §3.2：报文 { $ident } 的这一片（偏移 { $offset }）每个字节都已经有了，以先到的为准。
        [beyond-end] RFC 791 §3.2：报文 { $ident } 在偏移 { $offset } 处的分片与另一片说明的报文末尾对不上，丢弃。
        [ecn] RFC 3168 §5.3：报文 { $ident } 已经齐全（最后到的分片偏移 { $offset }），但有的分片标了 CE，有的却声明不支持 ECN；标记既不能丢失，也不能加给听不懂它的发送方，于是丢弃整个报文。
       *[length] RFC 791 §3.2：报文 { $ident } 在偏移 { $offset } 处的分片长度不可能成立（为空、后面还有分片却不是 8 的倍数，或超出 65535），丢弃。
    }
    .name = 不收这个分片
ip-reassembled = RFC 791 §3.2、RFC 8200 §4.5：报文 { $ident } 缺的最后一片到了，{ $pieces } 片拼成 { $length } 字节；上层到这时才看见这个报文。
    .name = 分片重组完成
ip-reassembly-full = 本机的限制：分片缓存的 { $limit } 字节已用掉 { $held }；报文 { $ident } 的新分片丢弃，否则分片洪水会耗尽内存。
    .name = 分片缓存已满
icmp-not-sent = { $why ->
        [about-error] RFC 1122 §3.2.2：绝不能用 ICMP 差错去回应 ICMP 差错，否则两台主机会没完没了；不发 { $type }/{ $code }。
        [fragment] RFC 1122 §3.2.2：差错只针对第一个分片；后面的分片不触发 { $type }/{ $code }。
        [broadcast] RFC 1122 §3.2.2：这个报文发给了很多主机；要是每台都回 ICMP { $type }/{ $code }，一个报文就会引发风暴。保持沉默。
       *[source] RFC 1122 §3.2.2：源地址不是某一台主机，ICMP { $type }/{ $code } 无处可发。
    }
    .name = 此处不发 ICMP 差错
udp-error-passed = RFC 1122 §4.1.3.3：ICMP { $type }/{ $code } 说的是这个套接字发出的数据报；UDP 自己不做任何处理，已 connect 的套接字下一次调用会报 { $errno }。
    .name = ICMP 差错交给 UDP 套接字
attack-spoofed = RFC 5961 §1：路径外的攻击者用伪造的源地址 { $src } 向 { $dst } 发出这个报文段；它看不到连接，端口和序号都只能猜。
    .name = 伪造的报文段
