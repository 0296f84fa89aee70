### synfin packetdrill

cli-short-packetdrill = 在虚拟时间里用 packetdrill 脚本检验协议栈
cli-help-packetdrill = 不加改动地运行 packetdrill 脚本，对象是一台 synfin 主机：脚本扮演网络和对端，时间是虚拟的，不需要 root。不写 FILE 或 DIR 时运行环境变量 SYNFIN_PACKETDRILL 指定的脚本。退出码 0：全部通过；1：有脚本失败；2：有脚本读不懂；3：没有失败，但有不支持的内容（会列出名字）。
cli-opt-packetdrill-workers = 同时运行几个脚本
cli-opt-packetdrill-defines = 给脚本定义一个符号，相当于原版的 --define
cli-opt-packetdrill-tolerance = 时间允许相差多少微秒，优先于脚本自己的设置；0 表示一点都不能差（不写时取 4 ms 与步长的 12.5 % 中较大者）
cli-opt-packetdrill-strict-segments = 脚本期望一个大报文段时，不把相邻的几个报文段拼起来比较
cli-opt-packetdrill-local-ip = 被测主机的地址
cli-opt-packetdrill-remote-ip = 对端的地址
cli-opt-packetdrill-ip-version = ipv4（默认）或 ipv6
cli-opt-packetdrill-mtu = 主机所在链路上最大的包有多少字节
cli-opt-packetdrill-profile = 被测主机从哪一组开关出发
cli-opt-packetdrill-pcap = 把所有的包写成 pcapng，每个包附上原因；脚本不止一个时 FILE 是目录
cli-opt-packetdrill-as-table = 用 Markdown 表格给出各套件（每个 FILE 或 DIR 算一套）、各目录的通过率，容差为零时的也一并给出
cli-opt-packetdrill-as-json = 输出给程序读的结果

packetdrill-running = 正在运行脚本
packetdrill-nothing = 请写出脚本或目录，或者用环境变量 { $name } 指定
packetdrill-no-scripts = { $place }：没有这个文件，或目录里没有 *.pkt
packetdrill-define = -D { $text }：应写成 NAME=VALUE
packetdrill-flag = 还不支持 { $what }
packetdrill-status-pass = 通过
packetdrill-status-fail = 失败
packetdrill-status-unsupported = 不支持
packetdrill-status-error = 读不懂
packetdrill-column-pass = 通过
packetdrill-column-fail = 失败
packetdrill-column-unsupported = 不支持
packetdrill-column-error = 读不懂
packetdrill-expected = 脚本：
packetdrill-actual = 实际：
packetdrill-missing = 不支持的内容（有多少脚本停在这里）
packetdrill-sum = 通过 { $passed } 个，失败 { $failed } 个，不支持 { $unsupported } 个，读不懂 { $errors } 个。

packetdrill-differs = { $field }：应为 { $expected }，实为 { $actual }
packetdrill-time = 时间：应在 { $expected } s（容差 { $tolerance } s），实际在 { $actual } s
packetdrill-nothing-sent = 到时间为止主机什么都没有发
packetdrill-pieces = 主机发出的几个报文段拼不成脚本期望的那一个
packetdrill-late = 轮到这个事件时，它的时间已经过了
packetdrill-return-time = 调用没有在应当返回的时候返回
packetdrill-blocks = { $call }() 一直阻塞，不会返回
packetdrill-assert = 断言不成立：{ $text }
packetdrill-not-open = 脚本里没有打开过描述符 { $fd }
packetdrill-arguments = { $call }() 至少要有 { $count } 个参数
packetdrill-tool = 主机的连接表里查不到：{ $text }

packetdrill-error-value = { $text }：取值不对
packetdrill-error-echo = TS ecr { $echo }：没有发过这个 TS val
packetdrill-error-endif = 有 #ifdef，没有 #endif
packetdrill-error-ifdef-name = { $text } 后面要写名字
packetdrill-error-ifdef = { $text } 前面没有 #ifdef
packetdrill-error-begin = 第一个事件的时间必须是 0
packetdrill-error-no-socket = 此时没有套接字能发这个包：前面要先有 connect() 或到达的包
packetdrill-error-end = 脚本没有写完就结束了
packetdrill-error-token = 这里不应该出现 "{ $text }"
packetdrill-error-length = { $text }：终点不等于起点加长度
packetdrill-error-flag = "{ $text }" 不是 TCP 标志；可用的是 F S R P . U E W
packetdrill-error-outbound = { $text } 只能用在主机发出的包上
packetdrill-error-code = %{"{"} {"}"}%：{ $text }
packetdrill-error-option-value = { $text } 超出了这个 TCP 选项的范围
packetdrill-error-hex = "{ $text }" 不是偶数个十六进制数字
packetdrill-error-option-words = TCP 选项共 { $size } 字节，不是 4 的倍数
packetdrill-error-option-size = TCP 选项共 { $size } 字节，最多只能有 40
packetdrill-error-file = { $text }

packetdrill-pcap-stdout = --pcap 要写到文件，不能写到标准输出：请给出文件名
packetdrill-pcap-folder = { $path } 是文件，而 { $count } 个脚本需要一个目录
packetdrill-pcap-wrote = 已向 { $path } 写入 { $count } 个文件
packetdrill-table-folder = 目录
packetdrill-table-scripts = 脚本
packetdrill-table-passed = 通过
packetdrill-table-rate = 通过率
packetdrill-table-exact = 容差为零时通过
packetdrill-table-exact-rate = 通过率
packetdrill-table-unsupported = 不支持
packetdrill-table-took = { $count } 个脚本用时 { $seconds } s（同时 { $workers } 个，一遍）
