### 首部方格图：字段名称、含义、校验和。

header-ipv4 = IPv4
header-ipv6 = IPv6
header-ext = IPv6 扩展
header-tcp = TCP
header-udp = UDP
header-icmp = ICMP
header-icmp6 = ICMPv6
header-title = { $name } 首部：从第 { $start } 字节开始，长 { $length } 字节
header-title-quoted = ICMP 差错报文中引用的 { $name } 首部：从第 { $start } 字节开始，长 { $length } 字节
header-payload = 数据：{ $count } 字节
header-payload-more =   ……另有 { $count } 字节
header-data-length-tcp = 数据长度：IP 总长度 { $total } − IP 首部 { $ip } − TCP 首部 { $upper } = { $octets }。TCP 首部里没有长度字段，接收方就是这样算出来的。
header-data-length-udp = 数据长度：IP 总长度 { $total } − IP 首部 { $ip } − UDP 首部 { $upper } = { $octets }。UDP 的长度字段又说了一遍。
header-check-good = { $name } 校验和 { $found }：正确
header-check-bad = { $name } 校验和 { $found }：错误，应为 { $expected }；接收方会丢弃这个报文
header-check-none = { $name } 校验和为 0：发送方没有计算（UDP over IPv4 允许）
header-check-unknown = { $name } 校验和：这里无法验证（所覆盖的字节或地址不全）
header-note-ihl-small = IHL 为 { $ihl }，不可能：IPv4 首部至少 5 个字（每字 32 位）。
header-note-offset-small = 数据偏移为 { $offset }，不可能：TCP 首部至少 5 个字（每字 32 位）。
header-note-offset-large = 数据偏移指明 { $offset } 字节，但这里只有 { $have } 字节。
header-note-fragment = 这是一个分片，从原报文的第 { $offset } 字节开始：里面没有上层首部。
header-note-first-fragment = 第一个分片：其余数据在后面的分片里。
header-note-cut-short = 报文自称 { $total } 字节，这里只有 { $have } 字节。
header-note-padding = 报文长 { $total } 字节；后面还有 { $extra } 字节（链路层填充）。
header-note-udp-length = UDP 长度字段为 { $length }，实际有 { $have } 字节。
header-note-unknown-protocol = 协议号 { $protocol } 在这里不再往下解析。

## IPv4 (RFC 791)
field-ipv4-version = 版本
meaning-ipv4-version = 4：IPv4
field-ipv4-ihl = 首部长
meaning-ipv4-ihl = 首部长度，以 32 位字为单位
field-ipv4-dscp = DSCP
meaning-ipv4-dscp = 希望路由器如何对待这个报文
field-ipv4-ecn = ECN
meaning-ipv4-ecn = { $v ->
    [0] 不使用显式拥塞通知
    [3] 途中有路由器发生拥塞
   *[other] 发送方支持拥塞标记
  }
field-ipv4-total-length = 总长度
meaning-ipv4-total-length = 首部加数据，字节数
field-ipv4-ident = 标识
meaning-ipv4-ident = 同一报文的各个分片相同
field-ipv4-reserved = 保留
meaning-ipv4-reserved = 必须为 0
field-ipv4-frag-offset = 片偏移
meaning-ipv4-frag-offset = 这一片在原报文中的位置，以 8 字节为单位
meaning-ipv4-df = { $v ->
    [1] 不许分片：过大时路由器回 ICMP 差错（用于路径 MTU 发现）
   *[0] 路由器可以分片
  }
meaning-ipv4-mf = { $v ->
    [1] 后面还有分片
   *[0] 最后一片，或者没有分片
  }
field-ipv4-ttl = 生存时间 TTL
meaning-ipv4-ttl = 每经过一个路由器减 1，减到 0 就被丢弃
field-ipv4-protocol = 协议
meaning-ipv4-protocol = 后面是谁的首部
field-ipv4-checksum = 首部校验和
meaning-ipv4-checksum = 只覆盖 IP 首部
field-ipv4-src = 源地址
meaning-ipv4-src = 谁发的（32 位；端口在 TCP 或 UDP 首部里）
field-ipv4-dst = 目的地址
meaning-ipv4-dst = 发给谁
field-ipv4-ip-options = 选项
meaning-ipv4-ip-options = IP 选项，很少使用

## IPv6 (RFC 8200)
field-ipv6-version = 版本
meaning-ipv6-version = 6：IPv6
field-ipv6-traffic-class = 流量类别
meaning-ipv6-traffic-class = 即 DSCP 与 ECN
field-ipv6-flow-label = 流标签
meaning-ipv6-flow-label = 同一条流的报文相同
field-ipv6-payload-length = 载荷长度
meaning-ipv6-payload-length = 本首部之后的字节数
field-ipv6-next-header = 下一个首部
meaning-ipv6-next-header = 后面是谁的首部
field-ipv6-hop-limit = 跳数限制
meaning-ipv6-hop-limit = 相当于 IPv4 的 TTL
field-ipv6-src = 源地址
meaning-ipv6-src = 谁发的（128 位）
field-ipv6-dst = 目的地址
meaning-ipv6-dst = 发给谁
field-ext-next-header = 下一个首部
meaning-ext-next-header = 后面是谁的首部
field-ext-ext-data = 扩展
meaning-ext-ext-data = 例如分片首部

## TCP (RFC 9293)
field-tcp-src-port = 源端口
meaning-tcp-src-port = 哪个进程发的
field-tcp-dst-port = 目的端口
meaning-tcp-dst-port = 交给哪个进程
field-tcp-seq = 序列号
meaning-tcp-seq = 本段第一个数据字节的编号（带 SYN 时是初始序列号 ISN）
field-tcp-ack = 确认号
meaning-tcp-ack = 期望收到的下一个字节；它之前的都已收到（ACK 置 1 时有效）
field-tcp-data-offset = 偏移
meaning-tcp-data-offset = 首部长度，以 32 位字为单位；选项长短不一，所以需要它
field-tcp-reserved = 保留
meaning-tcp-reserved = 留待以后使用，发送时为 0
meaning-tcp-cwr = { $v ->
    [1] 拥塞窗口已减小
   *[0] 未置位
  }
meaning-tcp-ece = { $v ->
    [1] 发现拥塞（ECN 回显）
   *[0] 未置位
  }
meaning-tcp-urg = { $v ->
    [1] 紧急指针有效
   *[0] 没有紧急数据
  }
meaning-tcp-ack-flag = { $v ->
    [1] 确认号有效
   *[0] 不带确认（第一个 SYN、某些 RST）
  }
meaning-tcp-psh = { $v ->
    [1] 请立即把数据交给应用程序
   *[0] 未置位
  }
meaning-tcp-rst = { $v ->
    [1] 重置：连接立即结束
   *[0] 未置位
  }
meaning-tcp-syn = { $v ->
    [1] 同步序列号：用于建立连接，占一个序号
   *[0] 未置位
  }
meaning-tcp-fin = { $v ->
    [1] 本方不再发送数据，占一个序号
   *[0] 未置位
  }
field-tcp-window = 窗口
meaning-tcp-window = 发出本段的一方还能接收多少字节（扩大之前的值）
field-tcp-checksum = 校验和
meaning-tcp-checksum = 覆盖伪首部（地址）、首部和数据
field-tcp-urgent = 紧急指针
meaning-tcp-urgent = 从序列号算起，只在 URG 置 1 时有效

## TCP 选项
field-opt-eol = EOL
meaning-opt-eol = 选项结束
field-opt-nop = NOP
meaning-opt-nop = 空操作，用来凑满一个字
field-opt-mss = 种类
meaning-opt-mss = 2：最大报文段长度
field-opt-mss-value = MSS
meaning-opt-mss-value = 本方愿意接收的最大报文段
field-opt-ws = 种类
meaning-opt-ws = 3：窗口扩大
field-opt-ws-value = 移位
meaning-opt-ws-value = 本方的窗口值要左移这么多位
field-opt-sackok = 种类
meaning-opt-sackok = 4：支持选择确认
field-opt-sack = 种类
meaning-opt-sack = 5：选择确认
field-opt-sack-left = 左边界
meaning-opt-sack-left = 已收到的一块数据的第一个字节
field-opt-sack-right = 右边界
meaning-opt-sack-right = 这块数据之后的那个字节
field-opt-ts = 种类
meaning-opt-ts = 8：时间戳
field-opt-tsval = TSval
meaning-opt-tsval = 发送方的时钟
field-opt-tsecr = TSecr
meaning-opt-tsecr = 把对方的时钟值送回去
field-opt-md5 = 种类
meaning-opt-md5 = 19：MD5 签名（RFC 2385）
field-opt-tfo = 种类
meaning-opt-tfo = 34：Fast Open Cookie（为空表示请求一个）
field-opt-exp = 种类
meaning-opt-exp = 254：实验用
field-opt-unknown = 种类
meaning-opt-unknown = 不认识的选项：按长度跳过（MUST-6）
field-opt-length = 长度
meaning-opt-length = 本选项的字节数，含种类和长度两个字节
field-opt-data = 值
meaning-opt-data = 选项的值
field-opt-padding = 填充
meaning-opt-padding = 凑满最后一个字
field-opt-bad = 损坏
meaning-opt-bad = 长度不可能：其余选项不再解析（MUST-7）

## UDP (RFC 768)
field-udp-src-port = 源端口
meaning-udp-src-port = 哪个进程发的
field-udp-dst-port = 目的端口
meaning-udp-dst-port = 交给哪个进程
field-udp-length = 长度
meaning-udp-length = 首部（8 字节）加数据，字节数
field-udp-checksum = 校验和
meaning-udp-checksum = 覆盖伪首部、首部和数据；0 表示没有计算

## ICMP (RFC 792, RFC 4443)
field-icmp-type = 类型
meaning-icmp-type = 说的是哪类事
field-icmp-code = 代码
meaning-icmp-code = 具体是哪一种
field-icmp-checksum = 校验和
meaning-icmp-checksum = 覆盖整个 ICMP 报文（ICMPv6 还含伪首部）
field-icmp-rest = 其余
meaning-icmp-rest = 回显的标识和序号，“报文过大”的 MTU，或未使用
