### 用户写错了什么。

problem-comma = { $one }、{ $other }
problem-or = { $one } 或 { $other }

## aqm
problem-aqm-red = 下限阈值必须小于上限阈值
problem-aqm-threshold = 至少有 1 个报文在排队，队列才会打标记

## at
problem-at-every = 这里应写大于 0 的时长

## call
problem-call-missing = 还缺内容；写法是 { $usage }
problem-call-missing-after = { $word } 后面还缺内容；写法是 { $usage }
problem-call-option = 这里不能写 { $key }=；写法是 { $usage }
problem-call-unknown = 没有名为 { $word } 的调用；{ $hint }
problem-call-word = 这里看不懂“{ $word }”；写法是 { $usage }

## case
problem-case-expect = 情形 { $name } 已经写过预期了
problem-case-parent = 前面没有名为“{ $name }”的情形
problem-case-twice = 已经有名为 { $name } 的情形了

## check
problem-check-absent = 没有 { $name }
problem-check-because = { $why } [{ $reason }]
problem-check-both = { $one }；{ $other }
problem-check-closed = { $host } 还没有离开 CLOSED
problem-check-due = 到期时刻是 { $time }
problem-check-expected = 预期是 { $line }；{ $why }
problem-check-field = 没有 { $name } 这个字段；{ $hint }
problem-check-happened = 却发生了：{ $told }
problem-check-instead = 实际来的是 { $told }
problem-check-isn-step = 实际相差 +{ $step }
problem-check-isns = 一共只有 { $count } 个不同的 ISN
problem-check-last-fragment = 它已是最后一个分片
problem-check-last-state = 最近一次是 { $change }，在 { $time } [{ $reason }]
problem-check-nearest = 最接近的是 { $told }
problem-check-nearest-at = 最接近的是 { $told }，在 { $time }
problem-check-nearest-but = 最接近的是 { $told }：{ $why }
problem-check-never = 从未发生
problem-check-no-connection = 当时没有连接
problem-check-no-hop = 那时没有这样的报文经过这一跳
problem-check-no-isn = { $name } 是 { $value }，但没有出现过这样的 ISN
problem-check-no-packet = 从未发出过这样的报文
problem-check-no-sack = 没有提供 SACK
problem-check-not-running = 它没有在运行；正在运行的有 { $names }
problem-check-options = 带了选项 { $names }
problem-check-order = 时刻早于上一行
problem-check-read = 实际读到 { $told }
problem-check-read-count = 实际读到 { $count } 字节
problem-check-rule = 实际的规则是 { $told }
problem-check-sent = 它发出了 { $told }
problem-check-surprise = 预期之外的报文：{ $told }
problem-check-value = { $name } 是 { $value }
problem-check-was = 实际是 { $told }
problem-check-was-at = 实际发生在 { $time }
problem-check-was-by = 实际是 { $told }，原因是 { $fault }

## expect
problem-expect-at = 这里应写 { $names } 之一，而不是 { $word }
problem-expect-count = 写法是 count [A>B 或 A] 数什么 数目
problem-expect-event = 没有名为 { $word } 的调用或事件；{ $hint }
problem-expect-field = 没有 { $key }= 这个字段；{ $hint }
problem-expect-rule = 这里应写 rule=，而不是 { $key }=
problem-expect-state = 没有名为 { $name } 的状态；{ $hint }
problem-expect-word = 这里看不懂 { $word }；{ $hint }

## fault
problem-fault-condition = 这里应写 nth=、after=、seq=、from=、to=、p=、packet= 或一个动作（{ $help } 之一），而不是“{ $name }=”
problem-fault-direction = 这里应写方向，如 A>B 或 *，而不是“{ $word }”
problem-fault-duration = 这里应写时长，如 300ms 或 1.5s，而不是“{ $word }”
problem-fault-field = set 后面应写 字段=值，可用的字段有 { $names }
problem-fault-flags = flags= 后面应写标志，如 SYN,ACK，而不是“{ $word }”
problem-fault-kind = 这里应写标志，如 SYN 或 SYN,ACK，或 { $names } 之一，而不是“{ $word }”
problem-fault-no-action = 还缺一个动作：{ $help } 之一
problem-fault-no-delay = 要写明多久：delay=300ms
problem-fault-no-direction = 要先写方向，如 A>B 或 *
problem-fault-no-field = set 后面要写 字段=值，如 set win=0
problem-fault-no-value = { $word } 后面不带值
problem-fault-number = { $field }= 后面应写不超过 { $most } 的数，而不是“{ $word }”
problem-fault-packet = 这里应写报文的编号，从 1 开始，而不是“{ $word }”
problem-fault-probability = 这里应写 0 到 1 之间的概率，而不是“{ $word }”
problem-fault-range = 这里应写一个数（从 { $least } 开始）或范围，如 2-4，而不是“{ $word }”
problem-fault-time = 这里应写时刻，如 0.3（秒）或 300ms，而不是“{ $word }”
problem-fault-two-actions = 只能有一个动作，前面已经写了“{ $word }”
problem-fault-word = 这里应写条件或动作（{ $help } 之一），而不是“{ $word }”
problem-fault-wrong = 故障“{ $fault }”：{ $why }

## file
problem-file-begin = 开头应写“scenario 编号 名字”
problem-file-end = 文件还没写完就结束了
problem-file-syntax = 这里应写 { $wanted }，而不是 { $found }
problem-file-two = 一个文件只放一个场景
problem-file-unreadable = 无法读取：{ $why }
problem-file-utf-8 = 不是 UTF-8 文本

## header
problem-header-digit = “{ $word }”不是十六进制数字；只能用 0-9 和 a-f
problem-header-kind = 没有“{ $word }”这一种；可选 { $names }
problem-header-none = 没有给出任何字节；请给出十六进制的报文，如 4500002c…
problem-header-odd = 一共 { $count } 个十六进制数字，缺了一个：两个才是一个字节
problem-header-short = { $name } 首部至少有 { $need } 字节，这里只有 { $count } 字节
problem-header-short-4 = IPv4 首部至少有 20 字节，这里只有 { $count } 字节
problem-header-short-6 = IPv6 首部有 40 字节，这里只有 { $count } 字节
problem-header-version = IP 报文以 4 或 6 开头，而不是“{ $word }”；如果只有上层首部，请说明是哪一种：tcp、udp 或 icmp

## hint
problem-hint-all = 可选的有 { $names }
problem-hint-near = 是不是想写 { $names }？

## host
problem-host-address = 主机要有地址
problem-host-twice = 已经有名为 { $name } 的节点了
problem-host-unknown = 没有名为 { $name } 的主机；有 { $names }

## link
problem-link-field = 这里应写 { $names } 之一，而不是 { $key }=

## net
problem-net-address = 两个节点用了同一个地址 { $address }
problem-net-closed = 这个 Net 已经关闭
problem-net-counted = { $name } 至少为 1，不能是 { $word }
problem-net-direction = 要的是方向，例如 'client > api'，而不是“{ $word }”
problem-net-duration = 要的是时长，例如 '20ms' 或秒数，而不是 { $word }
problem-net-flags = 要的是标志，例如 'S'、'SA'、'R'、'FIN'，或 { $names } 之一，而不是“{ $word }”
problem-net-host-name = 主机名只能用字母、数字、'-'、'_' 和 '.'，不能是 { $word }
problem-net-link-end = 链路 { $a }-{ $b } 不通到“{ $name }”
problem-net-made = 主机“{ $name }”已经有了：请在首次创建它的地方写明
problem-net-mtu = 链路 { $a } - { $b } 已经有了：请在首次创建它的地方给出 mtu=
problem-net-no-host = { $name } 不是主机
problem-net-no-link = { $at } 没有到 { $via } 的链路
problem-net-no-router = { $name } 不是路由器
problem-net-no-trace = 没有记录：创建 Net 时请加上 trace=True
problem-net-node = 没有名为“{ $name }”的节点
problem-net-packet = 要的是以首部开头的 IPv4 或 IPv6 报文
problem-net-partition = 有主机同时站在分区的两边
problem-net-probability = { $name } 是 0 到 1 之间的概率，不能是 { $word }
problem-net-profile = 没有名为“{ $word }”的 profile；{ $hint }
problem-net-rate = 要的是速率，例如 '10Mbit' 或每秒比特数，而不是 { $word }
problem-net-state = 没有名为“{ $word }”的状态；有 { $names }
problem-net-switch = “{ $word }”不是主机的开关
problem-net-twice = 有两个节点都叫“{ $name }”
problem-net-unknown = 没有名为“{ $word }”的主机；{ $hint }

## on
problem-on-idle = 要写明时长：on B idle 5s close

## run
problem-run-address = { $host } 没有这样的地址
problem-run-down = { $host } 已停机，请先 reboot
problem-run-icmp-about = icmp 要说明针对哪个报文：icmp 3/1 about A>B
problem-run-icmp-from = { $host } 没有可用来发 ICMP 的地址
problem-run-loops = 运行无法继续：{ $why }
problem-run-no-packet = { $source } 还没有向 { $target } 发过这样的报文
problem-run-no-socket = { $host } 没有可以 { $word } 的套接字
problem-run-no-syn = 还没有出现过 { $source } 发往 { $target } 的 SYN
problem-run-socket = { $host } 没有名为 { $name } 的套接字；有 { $names }
problem-run-socket-option = 没有名为 { $name } 的套接字选项
problem-run-spoof = spoof 要写方向，如 A>B

## settings
problem-settings-buffers = receive_buffer 和 send_buffer 至少为 1 字节
problem-settings-clocks = ts_clock_ns 和 isn_tick_ns 必须大于 0
problem-settings-congestion = initial_window_segments 至少为 1，congestion_control 只能是 { $names } 之一
problem-settings-hystart = hystart 只能是 { $names } 之一
problem-settings-delayed-ack = delayed_ack_ns 不能小于 0，而且必须小于 0.5 秒（MUST-40）
problem-settings-ecn = ecn 只能是 { $names } 之一
problem-settings-lab-only = { $names } 会故意弄坏 TCP，只有实验室里才能设置
problem-settings-mss = mss 必须在 1 到 65495 字节之间
problem-settings-rto = 各个 RTO 都必须大于 0，而且 max_rto_ns 不能小于 min_rto_ns
problem-settings-option-order = option_order 只能是 'linux' 或 'bsd'
problem-settings-window-scale = window_scale 必须在 0 到 14 之间，-1 表示不用（RFC 7323 §2.3）

## step
problem-step-not-flying = { $time } 时第 { $n } 个报文不在途中；在途的有 { $names }
problem-step-packet = 没有第 { $n } 个报文；这次运行一共发出 { $count } 个
problem-step-too-late = 如果 delay={ $delay }，第 { $n } 个报文早就到了

## switch
problem-switch-missing = set 后面要写 switch=value
problem-switch-pair = 应写成 switch=value 或 HOST.switch=value，而不是“{ $word }”
problem-switch-unknown = 没有名为“{ $word }”的开关；{ $hint }
problem-switch-value = 这里应写 switch=value，而不是 { $word }

## token
problem-token-address = IP 地址
problem-token-any-word = 一个词
problem-token-counted = 要数的东西
problem-token-counter = 计数器的名字
problem-token-destination = 主机或地址
problem-token-direction = 方向（如 A>B）
problem-token-end-of-file = 文件末尾
problem-token-end-of-line = 行末
problem-token-fault = 故障（如 A>B SYN nth=1 drop）
problem-token-flags = 标志（如 SYN,ACK）
problem-token-integer = 一个数
problem-token-many = { $names } ……
problem-token-name = 名字（name）
problem-token-one-of = { $names }
problem-token-pair = 名字=值
problem-token-statement = 一条语句
problem-token-step = 步长（如 +250000）
problem-token-string = 带引号的 "文本"
problem-token-subject = 主机（A 或 A.c1）
problem-token-time = 时刻（0.050、3s、50ms）
problem-token-transition = 状态变化（如 CLOSED->SYN-SENT）
problem-token-verb = 调用或事件
problem-token-word = “{ $word }”

## word
problem-word-address = 这里应写 IP 地址，而不是“{ $word }”
problem-word-direction = 这里应写方向，如 A>B，而不是“{ $word }”
problem-word-duration = 这里应写时长，如 50ms 或 1.5s，而不是“{ $word }”
problem-word-ecn = ecn= 后面应写 { $names } 之一，而不是“{ $word }”
problem-word-edges = 这里应写起止序号，如 201-601，而不是“{ $word }”
problem-word-endpoint = 这里应写主机和端口，如 B:80，而不是“{ $word }”
problem-word-waypoints = 这里应写 1 到 9 台路由器，如 R1,R2，而不是“{ $word }”
problem-word-escape = 没有 \{ $word } 这种转义
problem-word-flag = 没有名为“{ $word }”的标志；有 { $names }
problem-word-hex = 这里应写十六进制的字节，而不是“{ $word }”
problem-word-icmp = 这里应写 ICMP 的类型和代码，如 3/1，而不是“{ $word }”
problem-word-number = 这里应写一个数，而不是“{ $word }”
problem-word-octets = 这里应写字节数，如 1460 或 64KB，而不是“{ $word }”
problem-word-port = 这里应写 0 到 65535 的端口，而不是“{ $word }”
problem-word-prefix = “{ $word }”中 / 后面应写前缀长度
problem-word-rate = 这里应写速率，如 10Mbit 或 64kbit，而不是“{ $word }”
problem-word-sequence-number = 这里应写序号：50、abs:90 或 isn(A>B)+1，而不是“{ $word }”
problem-word-shutdown = 这里应写 WR、RD 或 RDWR，而不是“{ $word }”
problem-word-socket-option = 这里应写套接字选项，如 SO_LINGER，而不是“{ $word }”
problem-word-thresholds = 这里应写两个队列长度（报文个数），如 red=5-15，而不是“{ $word }”
problem-word-time = 这里应写时刻，如 0.050、3s 或 50ms，而不是“{ $word }”
problem-word-too-fine = “{ $word }”比 1 纳秒还细
problem-word-unit = “{ $word }”要带单位：{ $word }ms 或 { $word }s
problem-word-utf-8 = 这些字节不是 UTF-8 文本：{ $word }
problem-word-yes-no = 这里应写 yes 或 no，而不是“{ $word }”

## live
problem-live-buffer = 内核的接收缓冲区小不到 10 字节（至少 2,304）
problem-live-download = 从 { $name } 下载失败：{ $why }
problem-live-ipv4 = 内核一方只用 IPv4
problem-live-isn = { $name } 的 ISN 是场景指定的，而内核的 ISN 由它自己选
problem-live-late = { $seconds } 秒内没有回答
problem-live-no-host = { $name } 不是这种情形里的主机
problem-live-program = { $name } 失败：退出码 { $status } { $why }
problem-live-relative = 攻击者用的序号是相对于场景给 A 指定的 ISN 算的
problem-live-slow = { $name } 在 { $seconds } 秒内没有就绪
problem-live-status = 没有回答（状态 { $status }）
problem-live-stopped = 已中止

## trace
problem-trace-an-object = 一个对象
problem-trace-empty = trace：空的；第一行应是 meta 记录
problem-trace-host = 这次运行没有主机“{ $name }”；有 { $names }
problem-trace-json = trace 第 { $number } 行第 { $column } 列：{ $why }
problem-trace-list = 一个列表
problem-trace-meta = trace：第一行不是 meta 记录；这是 synfin 的 trace 吗？
problem-trace-number = 一个数
problem-trace-object = trace 第 { $number } 行：应是一个对象
problem-trace-objects = 由对象组成的列表
problem-trace-octets = 十六进制的字节
problem-trace-packet = 这次运行没有第 { $number } 个报文；有 1 到 { $last }
problem-trace-text = 文本
problem-trace-value = trace：{ $kind } 记录的“{ $key }”是 { $value }，应为{ $wanted }
problem-trace-version = trace：版本 { $value } 不是 { $known }；请用这个 synfin 重新写一份
