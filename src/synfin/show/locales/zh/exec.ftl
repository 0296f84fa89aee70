# synfin exec

cli-help-exec = 在独立的网络命名空间里运行 COMMAND。唯一的出口是一条由 synfin 逐个转发报文的链路：按你的要求丢弃、延迟、乱序、重复、损坏或改写报文。链路另一端（server，10.77.0.2）由本机环回地址上的服务应答：http://server:8000/ 访问到的就是监听 127.0.0.1:8000 的程序。加上 --peer，另一端就是第二个命名空间，里面运行第二条命令，两端都是内核协议栈。结束时在标准错误上列出链路对哪些报文做了什么。退出码就是 COMMAND 的退出码；信号照常转发。不需要 netem，也不需要 iptables；系统允许用户命名空间时不需要 root。
cli-opt-exec-delay = 报文从一端到另一端的单向时延；往返是它的两倍
cli-opt-exec-jitter = 随机再多出至多这么久；不改变顺序
cli-opt-exec-rate = 链路带宽：10Mbit、64kbit（默认不限）
cli-opt-exec-queue = 限速时最多排队的报文数，超出即丢（默认 1000）
cli-opt-exec-mtu = 两端的 MTU（默认 1500）
cli-opt-exec-loss = 每个方向的丢包率：1%、0.01
cli-opt-exec-reorder = 以此比例让报文多走一倍时间，被后面的报文超过
cli-opt-exec-duplicate = 以此比例让报文到达两次
cli-opt-exec-corrupt = 以此比例翻转一个比特；接收方靠校验和发现
cli-opt-exec-drop = 丢弃这些报文：方向（client>server、server>client、*）、标志、nth=1、nth=2-4、seq=、from=、to=、after=、p=；可重复
cli-opt-exec-fault = 同上，但动作另选：drop、delay=300ms、dup、reorder、corrupt、mark、set win=0；可重复
cli-opt-exec-seed = 链路随机数的种子（默认 1）
cli-opt-exec-profile = 不带 --peer 时另一端的 TCP：rfc、linux、linux-old、freebsd、bsd44（默认 linux）
cli-opt-exec-peer = 在另一端的命名空间里运行这条命令；它的输出进标准错误
cli-opt-exec-wait = 与 --peer 连用：等对端开始监听的最长时间（默认 10）
cli-opt-exec-pcap = 写出 Wireshark 可读的抓包（pcapng）：每个报文记在发送方的接口上，注明链路对它做了什么、synfin 为何发送它
cli-opt-exec-json-file = 把报告写成 JSON（“-”表示标准输出）
cli-opt-exec-quiet = 不在标准错误上报告

exec-error-share = { $name }：“{ $value }”不是比例；请写 1% 或 0.01
exec-error-rate = { $name }：“{ $value }”不是速率；请写 10Mbit 或 64kbit
exec-error-mtu = --mtu：{ $value } 太大，最大 { $most }
exec-error-fault = { $option } '{ $text }'：{ $why }
exec-error-peer = --peer '{ $text }' 无法拆成单词（{ $words }）：请把引号配对
exec-error-peer-empty = --peer 需要一条命令
exec-error-refused = synfin exec 在这里建不了命名空间：{ $words }
exec-cannot-start = synfin exec：{ $words }

exec-direction = { $name }：{ $sent } 个报文（{ $octets } 字节），送达 { $delivered }，副本 { $copies }；未送达：{ $fates }
exec-struck = { $packet }：{ $fate }
exec-more = … 还有 { $count } 个报文
exec-copy-of = #{ $n } 的副本
exec-peer-silent = 对端在 { $seconds } 秒内没有监听；命令照样开始
exec-no-names = 系统不允许命名空间有自己的 /etc/hosts：请用 { $server } 代替 server，用 { $client } 代替 client
exec-fate-delivered = 已送达
exec-fate-loss = 随机丢失
exec-fate-fault = 被故障规则丢弃
exec-fate-queue = 队列已满
exec-fate-corrupted = 已损坏
exec-fate-too-big = 超过 MTU
exec-fate-no-route = 没有这个目的地址
exec-fate-in-flight = 结束时仍在途中
