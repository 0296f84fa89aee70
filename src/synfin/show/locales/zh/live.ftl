# synfin live、listen、connect

cli-help-live = 新建一个网络命名空间，在里面创建 TUN 设备，一端是 Linux 内核，另一端是 synfin，让真实的程序互相通信：curl 从 synfin 下载，synfin 从 python -m http.server 下载，并比较 SHA-256。加上 --scenario，则按真实时间对着内核重放某个场景的调用和故障，逐条列出与模拟器（profile linux）不同的地方。加上 --fuzz，则随机生成调用与报文段的序列，在两边各执行一遍；回答不同的，缩减成最短的序列后打印出来，并附上 packetdrill 脚本。命令结束时，命名空间、设备和程序都随之消失。
cli-help-listen = 在 TUN 设备上接受一个到 PORT 的连接：标准输入发出去，收到的写到标准输出。双方都关闭后结束。
cli-help-connect = 在 TUN 设备上连接 HOST 的 PORT：标准输入发出去，收到的写到标准输出。双方都关闭后结束。
cli-opt-size = 每个方向传多少字节（默认 20000）
cli-opt-scenario = 对着内核重放这个场景；all 表示 CI 中比较的全部
cli-opt-kernel = 内核扮演哪台主机（默认两边轮流）
cli-opt-options = 重放时双方都提供窗口扩大、时间戳和 SACK 选项（内核默认如此）
cli-opt-most = 重放最多持续多少秒（默认 20）
cli-opt-fuzz = 随机生成这么多个调用与报文段的序列，分别在 synfin 和内核上执行并比较
cli-opt-only = 与 --fuzz 一起用：只执行这个编号的序列，逐步显示
cli-opt-sequence = 执行这个文件里的序列，逐步显示
cli-opt-live-why = 每一行下面写出原因
cli-opt-verbose = 还要说明启用了哪些卸载功能、收发了多少个包
cli-opt-tun = TUN 设备名（默认 synfin0）
cli-opt-address = synfin 在其上的地址（默认 10.77.0.2/24）
cli-opt-peer = 内核的地址，只用于打印配置命令（默认 10.77.0.1）
cli-opt-mtu = 设备的 MTU（默认 1500）

## 缺少什么
live-needs-linux = synfin { $name } 要与 Linux 内核通信，而这个系统是 { $words }；其余功能都能用
live-needs-worker = synfin { $name } 的辅助进程失败：{ $words }
live-needs-namespace = synfin { $name } 需要网络命名空间，但系统拒绝创建（{ $words }）：请用 root 运行，或允许非特权用户命名空间
live-needs-device = synfin { $name } 需要 /dev/net/tun（{ $words }）：请加载模块（modprobe tun），或把设备交给容器（--device /dev/net/tun）
live-needs-rights = synfin { $name } 没有创建 TUN 设备的权限（{ $words }）：请用 root 运行，或给容器加上 --cap-add NET_ADMIN
live-error-device = 打不开 TUN 设备 { $name }（{ $words }）。先创建一次：{ $commands }
live-error-worker = 与内核的这次运行失败：{ $words }
live-error-pcap-stdout = 这里的 --pcap 需要文件名
live-error-case-alone = --case 要与 --scenario 一起用
live-error-fuzz-alone = --fuzz 和 --sequence 不能与 --scenario、--case、--pcap 同用
live-error-only-alone = --only 要与 --fuzz 一起用
live-error-sequence = { $path } 不是一个序列：{ $words }
live-error-unplayable = { $name } 不能对着内核运行：{ $why }
live-error-port = { $port } 不是端口号：范围是 1 到 65535
live-error-address = { $text } 不是 IPv4 地址，应形如 10.77.0.2 或 10.77.0.2/24
live-error-name = { $name } 不能作接口名：长度为 1 到 15 个字节
live-tour-not-here = 这里做不到：{ $why }

## 结果
live-did-get = 内核上的 { $program } 从 synfin 下载了 { $size } 字节，用时 { $seconds } s（{ $gbit } Gbit/s）
live-did-put = 内核上的 { $program } 向 synfin 上传了 { $size } 字节，用时 { $seconds } s（{ $gbit } Gbit/s）
live-did-fetch = synfin 从内核上的 { $program } 下载了 { $size } 字节，用时 { $seconds } s（{ $gbit } Gbit/s）
live-sha-same = 两端 SHA-256 一致：{ $sha }…
live-sha-differs = SHA-256 与 { $sha }… 不一致
live-no-ladder = 这么大的传输不画时序图；--pcap 会记录前 20,000 个包。
live-more-packets = …… 还有 { $count } 个包
live-offloads-none = 无
live-verbose = 卸载功能：{ $offloads }；最大报文段 { $largest } 字节，MTU { $mtu }。从内核收到 { $received } 个包，发给内核 { $sent } 个，设备拒收 { $lost } 个。
live-refused = 内核不提供 { $offloads }，改由 synfin 逐包处理，速度会慢一些。

## 场景
live-same = { $name }，内核扮演 { $kernel }：{ $seconds } s 内 { $segments } 个包，与模拟器一致
live-differs = { $name }，内核扮演 { $kernel }：与模拟器有 { $count } 处不同
live-kind-missing = { $host } 没有做预期的事：{ $expected }
live-kind-extra = { $host } 做了预期之外的事：{ $actual }
live-kind-instead = { $host }：预期 { $expected }，实际 { $actual }
live-kind-time = { $host }：预期 { $expected }，时间不同：{ $actual }
live-late = 这台机器太忙，比较不公平：synfin 自己也迟了 { $ms } ms，连续三次。
live-known = 有一处已知的差别：{ $why }（{ $source }）
live-sum = 对着内核运行 { $count } 次，其中 { $good } 次与模拟器一致

## 随机序列
live-fuzz-same = 两边完全一致。
live-fuzz-so-far = 已执行 { $count } 个序列，{ $found } 处差别
live-fuzz-again = 共有 { $count } 个序列出现这种差别，编号 { $numbers }；重现：
live-fuzz-named = { $count } 次已知差别：{ $why }（{ $source }）
live-fuzz-sum = { $count } 个序列共 { $steps } 步，用时 { $seconds } s：{ $found } 处差别尚无解释，已知差别 { $named } 处；{ $races } 个序列的结果取决于几毫秒的先后，{ $unsteady } 个序列内核自己两次的结果不同。
live-fuzz-named-half-open-outlives-listener = 监听套接字关闭后，半连接仍留在内核的表里，直到定时器到期；期间收到的报文段按它不存在来应答。
live-fuzz-named-urgent-not-inline = 没有设置 SO_OOBINLINE 时，内核把紧急数据的那个字节从字节流中取出，读到那里就停；synfin 把它留在字节流里（RFC 6093）。
live-fuzz-named-send-buffer-charge = 发送缓冲区能放多少，取决于内核为每个单元记账的内存，那是内核自己的事。
live-fuzz-named-fin-before-held-text = 对端在自己的 FIN 之后还发过数据：内核先发出对 FIN 的 ACK，再丢弃那些数据，所以这个 ACK 里仍报告它们。
live-fuzz-named-units-and-sack-options = SACK 选项会缩短报文段，D-SACK 只缩短一个单元里的；先前排队的单元在哪里结束、哪些会合并，取决于内核的内存布局。
live-fuzz-named-text-over-fin = 对端在乱序到达的 FIN 所占的序号上又放了数据，自相矛盾；内核保留最后合并的那个报文段，synfin 保留数据。
live-fuzz-named-unit-deferred = 拥塞窗口只够发送一个大段的一部分时，内核可能等下一个 ACK 再整个发送，等不等取决于在途数据已发出多久。
live-fuzz-named-overlap-behind-neighbour = 新到的数据覆盖了乱序缓存中的数据时，只有内核没有先把它与左邻合并，才会用 D-SACK 报告。
live-fuzz-named-ack-waits-for-window = 收到的数据超过一个报文段时，只有窗口没有变小才立即确认；内核的窗口是缓冲区的一半，synfin 用整个缓冲区。
live-fuzz-named-ack-waited-for-window = 与 ack-waits-for-window 相同，只是晚一个报文段：等到定时器到期才发出的 ACK 会结束交互（pingpong）模式，于是下一个 ACK 不再等待。
live-fuzz-named-time-wait-taken-over = 处于 TIME-WAIT、或应用已关闭而处于 FIN-WAIT-2 的连接，在内核里只留一条记录；对端用过时间戳时，应用从自选的同一端口 connect() 可以取代它。
live-fuzz-named-predicted-old-ack-stamp = 由首部预测接收的报文段虽然 ACK 过旧，它的时间戳此后仍被回显。
live-fuzz-named-predicted-old-ack = 带数据的报文段命中内核首部预测（header prediction）时，在检查 ACK 字段之前就被接收：不管 ACK 多旧，数据和时间戳都算数；但前提是记在套接字账上的内存还放得下它。
live-fuzz-named-fin-before-reset = 同时打开尚未得到确认就 shutdown() 了两个方向：内核一见到 ACK 就发出 FIN，然后才处理那段使连接终止的数据；synfin 先把整个报文段处理完。
live-fuzz-named-crossing-syn-unacknowledged = 双方 SYN 交叉之后，内核把什么也没确认的 ACK 当作对自己 SYN 的确认，进入 ESTABLISHED；RFC 9293 要求 SND.UNA < SEG.ACK。
live-fuzz-named-predicted-ack-of-syn-ack = 对 SYN,ACK 的确认还在延迟等待时，对端发来的 ACK 若命中内核的首部预测，不会让它提前发出；其他报文段都会。

## 内核已知的差别
live-known-ack-before-program = 连接刚建立时，内核收到数据立即确认（quick ACK），这时应用还没运行；模拟器里应用先作答，ACK 随应答一起发出。
live-known-ack-before-program-http = 服务器还没作答，内核已经确认了请求（quick ACK）；模拟器里先有应答，ACK 随应答一起发出。
live-known-connect-then-send = connect() 成功之前应用不能写数据，所以握手的最后一个 ACK 单独发出；RFC 9293 的 SEND 在 SYN-SENT 时可以排队。
live-known-send-leaves-at-once = send() 当场就把数据发走，紧接着的 close() 已没有数据可以捎带 FIN；synfin 是在两个调用之后才发送。
live-known-send-leaves-at-once-after-close = send() 当场就把数据发走，FIN 只好单独走；已关闭的一方收到两个报文段，于是发两次 RST。
live-known-push-per-send = 内核给每次 send() 的最后一个报文段都置 PSH；RFC 9293 只在清空发送缓冲区的那个报文段上置 PSH。
live-known-ack-rides-on-close = 对 FIN 的确认最多推迟一个时钟滴答；close() 若正好落在其间，ACK 就由自己的 FIN 捎带。
live-known-ack-before-close = 对 FIN 的确认最多推迟一个时钟滴答；滴答若恰好在 close() 之前结束，ACK 就单独发出，FIN 随后再发。
live-known-timers-cross = 模拟器里，重发的 SYN 恰在 SYN,ACK 定时器到期的同一刻到达，并且先处理；内核的定时器晚几毫秒，次序就反过来。
live-known-timers-cross-silent = 两个定时器在同一刻到期；第三个 SYN,ACK 由重发的 SYN 引出还是由 B 的定时器发出，取决于几毫秒之差。
live-known-probe-after-opening = 内核的探测总会晚百分之几；第四次探测本应落在 5 s 窗口打开之后，因此不再发送。

## netcat
live-error-configure = { $name } 还没有配置；请先运行一次：{ $commands }，再重新执行本命令
live-listening = 正在监听 { $address }:{ $port }
live-connecting = 正在连接 { $host }:{ $port }
live-connection-failed = 连接失败：{ $error }
