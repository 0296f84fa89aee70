# 各处共用的词。规则比较的数值叫 value-<名字>，下划线换成短横线；RFC 的名字照旧。

## 数值的名字

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
value-rttvar-ns = RTTVAR
value-rtt-ns = RTT
value-cwnd = cwnd
value-ssthresh = ssthresh
value-mss = MSS
value-mtu = MTU
value-ttl = TTL
value-ts-val = TSval
value-ts-recent = TS.Recent
value-max-window = MAX.SND.WND
value-r1 = R1
value-recover = recover
value-dupacks = 重复 ACK 数
value-backlog = backlog
value-queue = 队列中
value-flags = 标志
value-state = 状态
value-seq = 序号
value-end = 结束（不含）
value-length = 字节数
value-data-len = 数据字节数
value-cookie-len = cookie 字节数
value-count = 次数
value-limit = 上限
value-held = 暂存字节数
value-offset = 偏移
value-why = 原因
value-room = 剩余空间
value-usable = 可用窗口
value-unacked = 未确认字节数
value-quick = 剩余快速确认次数
value-unsent = 未发送字节数
value-unread = 未读字节数
value-queued = 排队字节数
value-in-flight = 在途字节数
value-port = 端口
value-remote = 远端地址
value-src = 源地址
value-dst = 目的地址
value-type = ICMP 类型
value-code = ICMP 代码
value-errno = 错误
value-protocol = 协议
value-what = 问题
value-ident = 标识
value-pieces = 分片数
value-seconds = 秒数
value-connections = 连接数
value-left-ns = 剩余时间
value-delay-ns = 延迟
value-last-ns = 上一次
value-now-ns = 现在
value-interval-ns = 最小间隔
value-elapsed-ns = 已过时间
value-limit-ns = 上限
value-next-ns = 距下次
value-idle-ns = 空闲
value-timeout-ns = 超时
value-waited-ns = 已等
value-length-ns = 时长
value-age-ns = 已存在

## 常用词

rule-bare = { $name }（{ $source }）。
word-rule = 规则
word-source = 出处
word-values = 数值
word-why = 原因
word-time = 时间
word-state = 状态
word-question = 问题
word-answer = 回答
word-people-say = 常见说法
word-right = 正确的说法
word-see = 跑一遍看看
word-also = 另见
word-wrong-answer = 常见的错误回答
word-why-wrong = 错在哪里
word-follow-up = 追问
word-model-answer = 30 秒参考回答

## synfin ask

ask-none = 没有找到回答“{ $query }”的条目。换个词，或用编号（如 E-07、C29），或用主题名：{ $topics }
ask-many = 有 { $count } 个条目回答“{ $query }”：
ask-more = synfin ask { $id }
ask-topics = 主题：
