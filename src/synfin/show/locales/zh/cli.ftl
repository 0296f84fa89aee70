### 命令行：帮助、出错信息、标题。

## 词
cli-usage = 用法：
cli-options = 选项：
cli-examples = 例子：
cli-command-word = 命令
cli-did-you-mean = 是不是想输入 { $names }？
cli-there-are = 可选的有 { $names }。
cli-running = 正在运行 { $name }
cli-comparing = 正在对比，逐个拨动开关
cli-testing = 正在检查各个场景
cli-wrote = 已写入 { $path }
cli-no-chinese = 当前输出编码（{ $encoding }）无法显示中文，改用英文。请设置 PYTHONIOENCODING=utf-8 或使用 UTF-8 的 locale。

## 只输入 synfin
cli-first-title = synfin：从第一个 SYN 到最后一个 FIN。把 TCP 跑起来，看清楚，弄坏它。
cli-first-list = 列出全部场景，按学习顺序排列
cli-first-play = 画出三次握手
cli-first-why = 丢掉第三次握手，每一步都给出依据的规则
cli-first-step = 同一个场景，单步走：前进、后退、丢包、延迟、撤销
cli-first-ask = 大家怎么说、正确的说法、能看到它的那次运行
cli-first-quiz = 猜下一个报文段，再答一道面试题
cli-first-live = 通过 TUN 设备与本机的 Linux 内核真实通信
cli-first-more = 更多：synfin --help，synfin 命令 --help；--lang en 切换到英文。

## 简短帮助
cli-help-root = 一个完整的 TCP 引擎（RFC 9293），外加一间实验室：模拟网络里的 40 个场景，可以运行、破坏、单步、对比，每个报文段都说得出理由。
cli-help-more = NAME 可以是场景的编号、名字或文件：synfin play 8、synfin play third-ack-lost、synfin play my.scn。每个命令都有自己的帮助：synfin play --help。
cli-short-play = 运行一个场景并画出时序图；可以改动它，也可以单步走
cli-short-list = 列出场景，或按词搜索
cli-short-why = 某个报文为什么发出，到达后做了什么
cli-short-why-not = 某台主机为什么没有发
cli-short-diff = 两次运行并排对比，每处差别由哪个开关造成
cli-short-tcb = 某一时刻一台主机的 TCB（传输控制块）
cli-short-ss = 像 ss（或 netstat）那样列出连接
cli-short-header = 逐位画出报文首部
cli-short-states = 状态图，以及一次运行走过哪些边
cli-short-switches = --set 能改动什么，以及它在各个 profile 中的取值
cli-short-limits = 这台机器上连接数受什么限制
cli-short-ask = 关于 TCP 的常见说法，以及正确的说法
cli-short-quiz = 猜下一个报文段，答面试题
cli-short-test = 检查场景的预期是否成立
cli-short-sweep = 用大量种子跑 asyncio 测试，按种类汇总失败
cli-short-demo = 简短的导览
cli-short-live = 让 Linux 内核上的真实程序与 synfin 通信
cli-short-exec = 让任意程序走一条会丢包、延迟、重复、改写的链路
cli-short-listen = TUN 设备上的 netcat，监听
cli-short-connect = TUN 设备上的 netcat，连接

## 帮助
cli-help-play = 运行场景中的一种情形并画出时序图：中间是两端之间的报文，两侧是各自的状态，丢失的报文段有标记。最后说明这种情形的预期是否成立；只要改动过，就不再检查预期。
cli-help-list = 两种语言的标题，按学习顺序分组。给出词语时，列出问题或说明中提到它们的场景，最相关的在前，中英文都可以。
cli-help-why = 显示一次运行中的第 N 个报文：哪条规则发出它、比较了哪些数值，路上发生了什么，到达后又由哪条规则处理。
cli-help-why-not = 说明 HOST 在时刻 T 为什么没有发出带 FLAGS 的报文（SYN、SYN,ACK、ACK、FIN、RST、DATA，'*' 表示任何报文）：是规则决定不应答，是该来的报文没到，还是定时器还没到期。
cli-help-diff = 把原样的情形与加上 --set 或 --fault 之后的情形对比，或对比两个 profile。逐个拨动开关，找出每处差别是哪个开关造成的。
cli-help-tcb = HOST 在时刻 T 的 TCB，按 RFC 9293 第 3.3.1 节分组，并把收发两个序号空间画成数轴。
cli-help-ss = 时刻 T 各主机的连接，格式与 ss -tanpo 相同。
cli-help-header = 画出报文的首部（IPv4、IPv6、TCP、UDP、ICMP）：每个字段及其含义、重新计算的校验和，以及数据长度是怎么算出来的。报文可以是某次运行的第 N 个，也可以是十六进制数字。
cli-help-states = 直接由引擎的状态转换表生成的状态图，以及各状态在 RFC 9293、netstat、ss 中的名字。给出 NAME 时，标出这次运行走过的边。
cli-help-sweep = 用 1 到 N 的种子在多个进程里运行用到 synfin net 的 pytest 测试，并按种类汇总失败：出错位置和错误类型相同、丢失的段种类也相同的归为一类。结果存入文件：中断的扫描会接着跑。TEST 是 pytest 接受的任何写法；加上 --scheduler，任务就交给 Dask 集群，各 worker 必须看得到这个目录。
cli-help-switches = --set 的全部开关：TCP 实现之间允许不同的地方各有一个（还有几个是思想实验，故意弄坏 TCP），以及它们在五个 profile 中的取值。
cli-help-limits = 读取本机的各种上限（端口、文件描述符、内存、队列），说明连接数最先受哪一个限制。
cli-help-ask = 可以按主题、按编号（E-07、C29）或按中英文词语提问：大家常说的、正确的说法、出处，以及能看到它的那次运行。不带词语时列出全部主题。
cli-help-quiz = 画出一次运行，在每个报文段之前停下，请你说出下一个是什么（如 B>A SYN,ACK）。之后是面试题、30 秒参考回答、常见的错误回答和追问。不给 NAME 就随机选一个场景。
cli-help-test = 运行场景（全部，或给出名字的那些）的每种情形并检查预期。有预期不成立时退出码为 1。
cli-help-demo = 先在模拟器里看握手、传数据和关闭，再看一个出故障的情形及其原因；条件允许时，再与内核做一次真实传输。

## 选项
cli-opt-lang = 语言：英文或中文（默认随 locale）
cli-opt-help = 显示本帮助
cli-opt-version = 显示版本
cli-opt-case = 场景中的哪种情形（默认第一种）
cli-opt-fault = 对报文动手脚：drop、delay=300ms、dup、reorder、corrupt、mark、set win=0；可重复
cli-opt-set = 改动一个开关，针对一台或所有主机；可重复
cli-opt-profile = 以哪套参数为基础：rfc、linux、linux-old、freebsd、bsd44
cli-opt-seed = 运行中一切随机量的种子
cli-opt-iss = 某台主机的初始序号；可重复
cli-opt-msl = 最长报文段寿命 MSL，单位秒
cli-opt-until = 运行到这一时刻为止，单位秒
cli-opt-step = 交互式单步：前进后退、丢包、延迟、修改、撤销（? 查看按键）
cli-opt-play-why = 每一行下面给出理由
cli-opt-timers = 画出哪些定时器：none 不画，fire 到期时，all 全部
cli-opt-names = 状态用哪种名字
cli-opt-speed = 按时间播放，速度为真实时间的 X 倍（默认立即画完）
cli-opt-pcap = 写出可用 Wireshark 打开的抓包文件（pcapng），每个报文带理由
cli-opt-pcap-at = 在这台主机上抓包（可重复），如同在那里运行 tcpdump；
    不指定时每个报文只记录一次（在发送处）
cli-opt-svg = 写出一张图
cli-opt-html = 写出一个可离线单步浏览的网页
cli-opt-play-mermaid = 输出 Mermaid 图，或写入 FILE
cli-opt-play-json = 以 JSON Lines 输出运行记录，或写入 FILE
cli-opt-states-mermaid = 输出 Mermaid 图
cli-opt-as-mermaid = 输出 Mermaid 图
cli-opt-as-json = 输出 JSON，供程序读取
cli-opt-cases = 同时列出各种情形的名字
cli-opt-at = 时刻，运行开始后的秒数
cli-opt-host = 只看这台主机
cli-opt-netstat = 用 netstat -tan 的格式
cli-opt-info = 每条连接下方再列出 ss -i 的内容：ECN、定时器、拥塞窗口
cli-opt-kind = 十六进制数字从哪种首部开始
cli-opt-profiles = 对比两个 profile，例如 rfc,linux
cli-opt-everything = 相同的行也全部列出
cli-opt-analogy = 生活里的比喻，以及它们在哪里不成立
cli-opt-no-segments = 只答面试题
cli-opt-seeds = 种子个数（默认 1000）
cli-opt-jobs = 同时运行的进程数（默认每个处理器一个）
cli-opt-scheduler = Dask 调度器，例如 tcp://10.0.0.5:8786（pip install synfin[dask]）
cli-opt-out = 结果文件；其中已有的扫描会接着跑
cli-opt-shrink = 为一次失败查找最少丢段时最多试跑的次数（默认 60）
cli-opt-expression = 同 pytest 的 -k：只运行名字匹配的测试
cli-opt-sweep-everything = 所有异步测试，同 pytest --synfin
cli-opt-no-kernel = 不做与内核通信的部分

## 出错信息
cli-error-sweep-other = { $path } 里是另一次扫描的结果；请用 --out 换一个文件，或删掉它
cli-error-sweep-file = { $path } 不能用来存结果；请用 --out 换一个文件
cli-error-sweep-pytest = pytest 无法运行这些测试：{ $why }
cli-error-sweep-dask = --scheduler 需要 Dask：pip install "synfin[dask]"
cli-error-sweep-scheduler = { $address } 没有 Dask 调度器应答：{ $why }
cli-error-plain = { $line }
cli-error-at = { $where }: { $why }
cli-error-language = 没有“{ $name }”语言的文本；请用 --lang { $names }
cli-error-command = 没有“{ $name }”这个命令。{ $hint }（synfin --help 列出全部命令）
cli-error-option = { $path } 没有选项 { $name }。{ $hint }
cli-error-option-value = { $path }：{ $name } 后面要跟一个值
cli-error-missing = 缺少 { $name }；请看 { $path } --help
cli-error-extra = 多了一个参数“{ $word }”；请看 { $path } --help
cli-error-parameter = { $name }：{ $why }
cli-error-usage = { $why } 请看 { $path } --help
cli-error-choice = { $name }：“{ $value }”不在 { $names } 之中
cli-error-whole = { $name }：“{ $value }”不是不小于 { $least } 的整数
cli-error-speed = { $name }：“{ $value }”不是大于 0 的数
cli-error-time = { $name }：“{ $value }”不是时间；请写秒数（0.05）或 50ms、3s
cli-error-scenario = 没有叫“{ $name }”的场景。{ $hint }（synfin list 列出全部）
cli-error-switch = 没有叫“{ $name }”的开关。{ $hint }（synfin switches 列出全部）
cli-error-needs-linux = synfin { $name } 要与 Linux 内核通信，而这个系统不是 Linux；其余功能都能用
cli-error-case = { $scenario } 没有“{ $name }”这种情形；有 { $names }
cli-error-profile = 没有名为“{ $name }”的 profile；可选 { $names }
cli-error-two-profiles = --profiles：“{ $value }”不是 { $names } 中的两个；写法如 rfc,linux
cli-error-host = 这里没有主机“{ $name }”；有 { $names }
cli-error-iss = --iss { $text }：应写成 HOST=N，N 小于 4294967296
cli-error-fault = --fault '{ $text }' 写法有误：{ $why }
cli-error-set = --set { $text } 写法有误：{ $why }
cli-error-bytes = 读不懂这个报文：{ $why }
cli-error-flags = “{ $value }”不是标志；请写 SYN、SYN,ACK、ACK、FIN、RST、DATA 或 '*'
cli-error-packet = 这次运行没有第 { $n } 个报文；只有 1 到 { $count }
cli-error-header = “{ $text }”既不是十六进制数字，也不是带报文编号的场景；试试：synfin header 1 1
cli-error-is-directory = { $path } 是目录；请给出其中的文件名
cli-error-no-folder = { $path }：目录 { $folder } 不存在；请先建立它
cli-error-not-writable = { $path } 不可写；请换个位置
cli-error-write = { $path }：{ $why }；没有写入任何内容，请换个位置
cli-error-two-outputs = --json、--mermaid 和“-”只能有一个输出到标准输出；其余请给出文件名
cli-error-step-files = --step 不写文件；请去掉其中一个
cli-error-pcap-at = --pcap-at 指定 --pcap 的抓包位置；请加上 --pcap 文件
cli-error-nothing-found = 没有场景提到“{ $words }”；可以试试 synfin ask { $words }、换几个词，或用 synfin list 查看全部
cli-error-nothing-to-compare = 没有可对比的：请加上 --profiles rfc,linux，或 --set 开关=值，或 --fault '…'
cli-error-ask = 没有条目能回答“{ $query }”；换几个词试试，或用 synfin ask 查看全部主题
cli-error-no-quiz = { $name } 没有面试题；请去掉 --no-segments

## play
cli-held = 这种情形的 { $count } 条预期全部成立
cli-not-held = 这种情形的 { $count } 条预期中有 { $wrong } 条不成立：
cli-no-expectations = 这种情形没有写预期。
cli-changed = 命令行改动过这次运行，因此不检查预期。
cli-fault-unused = --fault '{ $text }' 没有碰上任何报文。
cli-other-cases = 其他情形（{ $command }）：
cli-next-why = 第 { $n } 个报文的原因：{ $command }

## --step
cli-step-start = 共 { $count } 步。回车：前进，b：后退，?：全部按键，q：退出。
cli-step-where = 第 { $step } 步（共 { $count } 步），{ $time } 秒：
cli-step-flies = 在途：#{ $n } { $source }>{ $target } { $what }，{ $time } 到达
cli-step-nothing-flies = 没有在途的报文
cli-step-at-end = 已经到末尾了；按 b 后退
cli-step-at-start = 已经在开头了；按回车前进
cli-step-unknown = 没有“{ $word }”这个命令；按 ? 查看按键
cli-step-needs = “{ $word }”后面还要写 { $what }
cli-step-no-packet = 还没有发出任何报文
cli-step-not-yet = 第 { $n } 个报文还没有发出
cli-step-not-flying = { $time } 秒时第 { $n } 个报文不在途中；在途的有：{ $names }
cli-step-no-edits = 没有做过任何改动
cli-step-edited = 报文 { $n }：{ $action }；从这里起按改动继续（u 撤销）
cli-step-undone = 已撤销
cli-step-keys = 回车、n、next [步数]    前进
    b、back [步数]          后退
    g、go 时刻              跳到某一时刻（秒）
    p、packet N             跳到第 N 个报文发出时
    0、begin、e、end        跳到开头、末尾
    v、view                 到目前为止的完整时序图
    l、list                 在途的报文
    drop N                  丢掉第 N 个报文（在途时）
    delay N 300ms           让它全程用这么长时间
    dup N [5s]              让它到达两次
    corrupt N               翻转一位，校验和出错
    edit N win=0            修改字段（seq、ack、flags、win、ttl、mss …）
    u、undo                 撤销最近一次改动
    f、faults               把改动写成 --fault 选项
    w、why [N]              第 N 个（或最近一个）报文的原因
    t、tcb [主机]           TCB
    s、ss                   像 ss 那样列出连接
    q、quit                 退出

## list
cli-group-opening = 建立连接
cli-group-closing = 关闭连接
cli-group-failure = 故障
cli-group-data = 传输数据
cli-list-cases = 情形：{ $names }
cli-list-hint = synfin play 编号 运行一个场景；synfin list 词语 搜索。
cli-list-play = { $command } 运行其中第一个。

## why
cli-why-sent = 为什么发出
cli-why-arrived = 在 { $host }，{ $time } 秒
cli-why-no-reason = 没有记录规则（它不是引擎产生的）。
cli-why-fault = 路上有一条故障规则作用于它：{ $text }
cli-why-told = 通知 { $host } 的应用：{ $what }
cli-why-answers = { $host } 发出 #{ $n } { $what }
cli-why-header = { $command } 查看它的每一位。
cli-fate-dropped = 它没有到达：在路上丢了。
cli-fate-queue-full = 它没有到达：路上的队列满了。
cli-fate-corrupted = 它到达时已损坏；校验和不对，被丢弃。
cli-fate-expired = 它没有到达：TTL 在路由器上减到了 0。
cli-fate-fragmented = 它在路上被分片。

## why-not
cli-not-any = 任何报文
cli-not-title = { $host } 在 { $time } 秒为什么没有发 { $what }
cli-not-sent = 其实发了：第 { $n } 个报文，{ $time } 秒发出。
cli-not-down = { $host } 从 { $time } 秒起停机；停着的机器什么也不发。
cli-not-arrival = 最后到达的是第 { $n } 个报文（{ $time } 秒），处理它的规则不发这样的应答：
cli-not-silence = 从 { $time } 秒起，有规则不让它发：
cli-not-lost = { $time } 秒的第 { $n } 个报文没有到达：{ $host } 不知道有它，也就无从响应。
cli-not-timer = 它在等一个定时器，{ $time } 秒启动，{ $due } 秒到期：
cli-not-coming = { $time } 秒发出的第 { $n } 个报文还在路上，{ $due } 秒才到 { $host }。
cli-not-nothing = 没有要发的东西。
cli-not-next = 下一个这样的报文是 #{ $n }。

## diff
cli-diff-as-is = 原样
cli-diff-changed = 改动后
cli-diff-folded = …… 还有 { $count } 行相同 ……
cli-diff-because = 原因：{ $switches }
cli-diff-none = 发生的事没有差别{ $count ->
    [0] 。
   *[other] ；有 { $count } 个开关不同。
  }
cli-diff-count = { $all } 行中有 { $count } 行不同（以 ! 标出）。
cli-diff-switches = 造成差别的开关
cli-diff-other-switches = 另有 { $count } 个开关不同，但在这里看不出来。

## ss、states
cli-ss-none = { $time } 秒时没有主机有连接。
cli-states-hint = synfin states NAME 标出一次运行走过的边；--svg FILE 画成图。
cli-states-star = * 这次运行走过

## limits
cli-limits-title = 这台机器上 TCP 连接数受什么限制
cli-limits-line = { $what }：{ $number }
cli-limits-now = ，当前已用 { $count }
cli-limits-endless = 无限制
cli-limits-soft-hard = { $soft }（最多可调到 { $hard }）
cli-limits-tuples = 每个监听地址和端口对应的四元组
cli-limits-tuples-text = 一条连接由四元组（本地地址、本地端口、远端地址、远端端口）标识。服务器监听的地址和端口是固定的，剩下的是对端的 2^32 个 IPv4 地址乘以 2^16 个端口。实际上远远到不了这个数，而且一台机器可以监听许多地址和端口。
cli-limits-ports = 临时端口（ip_local_port_range）
cli-limits-ports-text = 客户端不指定端口时从这里分配，所以一个本地地址到同一个远端（地址、端口）最多只有这么多连接，再多 connect() 就返回 EADDRNOTAVAIL。如果由客户端先关闭，每个端口还要在 TIME-WAIT 里停 60 秒：对同一目的地大约只能持续每秒新建 { $rate } 条连接。
cli-limits-descriptors = 一个进程的文件描述符（RLIMIT_NOFILE，ulimit -n）
cli-limits-descriptors-text = 每条已接受或主动建立的连接占一个。超出后 accept()、socket()、open() 返回 EMFILE（too many open files），连接就留在全连接队列里等。limits.conf 只是在登录时设置这个数，针对每个进程，不是一个用户的总数。
cli-limits-nr-open = 上面这个限制最多能设到多少（fs.nr_open）
cli-limits-nr-open-text = 它只是上一项的天花板，不是对连接数的另一个限制。
cli-limits-file-max = 整个系统的打开文件数（fs.file-max）
cli-limits-file-max-text = 超出后所有进程都会得到 ENFILE。
cli-limits-memory = TCP 可用的内存
cli-limits-memory-text = 所有 TCP 套接字的缓冲区合计。超过 { $pressure } MiB 开始压小窗口，超过 { $high } MiB 就拒绝分配。每条连接的缓冲区从 { $buffers } 字节（接收、发送）起步，但真正存了数据才计算；空闲连接只占几 KB。
cli-limits-queues = 监听套接字的队列
cli-limits-queues-text = listen() 的 backlog 会被截到 somaxconn：最多有这么多已建立的连接等待 accept()。半连接队列同样有上限，满了就用 SYN cookie 或不予理会。它们限制的是连接来得多快，而不是总数。
cli-limits-time-wait = TIME-WAIT 记录
cli-limits-time-wait-text = 超出后内核会提前丢弃 TIME-WAIT，并写入日志。
cli-limits-conntrack = 防火墙记住的连接数
cli-limits-conntrack-text = 开启连接跟踪时，超出的新连接的报文会被丢弃，看起来就像丢包。
cli-limits-server = 从这里启动的服务器进程，最先受限于 { $count } 个文件描述符。
cli-limits-client = 一个客户端进程连接同一个（地址、端口），最先受限于 { $count } 条连接。
cli-limits-unknown = 在这个系统（{ $system }）上读不到：{ $names }。
cli-limits-more = synfin play 35 在一次运行里逐一演示这些上限；synfin ask max-connections 讲常见的误解。

## ask
cli-ask-hint = synfin ask 主题 查看一条；也可以用编号（如 E-07、C29）或问题里的词语，中英文都行。

## quiz
cli-quiz-how = 每个报文段之前：谁发什么？写法如 B>A SYN,ACK，有把握可加上 ack=1。回车直接看答案，? 看帮助。
cli-quiz-next = 下一个，{ $time } 秒：
cli-quiz-hint = 写方向和标志：A>B SYN、B>A FIN,ACK、A>B DATA；给出 seq=、ack=、len= 就一起比较。只按回车则直接显示。
cli-quiz-unreadable = 看不出是哪个报文段；请写成 B>A SYN,ACK，或按 ? 看帮助。
cli-quiz-right = 对了
cli-quiz-wrong = 不对，是 { $what }
cli-quiz-score = { $count } 个里答对 { $right } 个。
cli-quiz-think = （先说出你的回答，再按回车。）

## test
cli-test-line = { $count } 种情形中有 { $good } 种成立
cli-test-sum = { $count } 种情形中有 { $good } 种成立。

## demo
cli-demo-title = synfin 导览
cli-demo-whole = 模拟器里的一条连接：握手、传数据、关闭。两侧是状态，时间以秒计。
cli-demo-broken = 出点故障：第三次握手丢了。为什么还能正常工作？
cli-demo-kernel = 同一个引擎，TUN 设备的另一端是本机的 Linux 内核
cli-demo-kernel-none = 这个版本不含这一部分：与内核通信需要 Linux。其余功能在哪里都能用。
cli-demo-kernel-skipped = 按你的要求跳过。
cli-demo-go-on = 接下来可以
cli-demo-go-alone = 十行话告诉你能做什么
cli-demo-go-fault = 自己动手弄坏它，每一步都给出规则
cli-demo-go-html = 能单步浏览关闭过程的网页，带两端的 TCB

## switches
cli-switches-note = * 各场景的初始值：mss=1460、receive_buffer=65535、window_scale=-1，timestamps、sack、delayed_ack 关闭，msl=30s。! 会故意弄坏 TCP。时间要带单位：--set min_rto=200ms。
cli-switch-reads = 应用自动读取数据（yes、no）
cli-switch-accepts = 应用自动 accept（yes、no）

## synfin sweep
cli-sweep-running = 正在扫描 { $seeds } 个种子
cli-sweep-resumed = { $path } 里已有 { $count } 个种子，接着往下跑
cli-sweep-sum = { $seeds } 个种子，共运行 { $runs } 次：失败 { $failed } 次，分为 { $kinds } 种
cli-sweep-kind = 第 { $n } 种，失败 { $count } 次：
cli-sweep-seeds = 种子 { $seeds }
cli-sweep-lost = 种子 { $first } 到 { $last } 没能运行：{ $why }
cli-sweep-file = 结果：{ $path }
