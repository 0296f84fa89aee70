### 时序图、图形和表格用到的词句。

## 时序图
ladder-seconds = 秒
ladder-run = { $scenario }，profile 为 { $profile }，随机种子 { $seed }
ladder-arrives = #{ $n } { $what } 到达
ladder-queue = 半连接 { $syn }，全连接 { $accept }（backlog { $backlog }）
ladder-timer-set = { $name }定时器：{ $due } 后到期
ladder-timer-restart = { $name }定时器重置：{ $due } 后到期
ladder-timer-stop = { $name }定时器停止
ladder-timer-fire = { $name }定时器到期
ladder-hops = #{ $n } 继续在路由器之间转发……
ladder-silence = 等待：{ $rule }
ladder-end = 结束：{ $outcome }；共发送 { $count } 个报文

## 报文段标签后的标记
mark-lost = 丢失
mark-queue-full = 队列满，丢弃
mark-corrupt = 损坏
mark-expired = TTL 耗尽
mark-fragmented = 被分片
mark-delay = 延迟
mark-dup = 被复制
mark-reorder = 乱序
mark-set = 被改写
mark-ce = 被标记 CE
mark-fault = 遇到故障
mark-copy = #{ $n } 的副本
mark-again = 重传
mark-spoofed = 伪造

## 应用程序得到的通知
signal-connected = 连接已建立
signal-accepted = accept 返回新连接
signal-acceptable = 有连接可以 accept
signal-readable = 有数据可读
signal-writable = 可以写入
signal-data = 读到
signal-eof = 读到 EOF（对方不再发送）
signal-reset = 被对方重置
signal-refused = 连接被拒绝
signal-closed = 连接已关闭
signal-error = 出错
signal-urgent = 紧急数据
signal-pushed = 推送
signal-timeout = 超时
signal-notice = 通知
signal-trouble = 重传多次，线路可能有问题
signal-soft-error = 软错误

## 定时器
timer-retransmit = 重传
timer-persist = 坚持（零窗口探测）
timer-delayed-ack = 延迟确认
timer-keepalive = 保活
timer-time-wait = TIME-WAIT（2MSL）
timer-fin-wait-2 = FIN-WAIT-2
timer-user-timeout = 用户超时
timer-syn-ack = SYN,ACK 重传
timer-override = 糊涂窗口超时

## 主机
host-crash = 崩溃
host-power-off = 断电
host-reboot = 重启
host-kill = 程序被杀死
host-link-down = 链路断开
host-link-up = 链路恢复

## 运行如何结束
outcome-quiescent = 不会再有事发生
outcome-idle = 到此为止，可能还有定时器在走
outcome-limit = 达到上限
outcome-time = 时间到

## 抓包文件里的注释
pcap-sent = #{ $n }：{ $source } 发往 { $target }。
pcap-arrived = #{ $n }：{ $source } 发来，到达 { $target }。
pcap-then = { $time } 秒到达 { $host }。
pcap-forwarded = #{ $n }：{ $source } 转发给 { $target }。

## 状态图
states-title = TCP 连接的状态
states-source = RFC 9293 图 5 及其注
states-coverage = 共 { $all } 条边，走过 { $visited } 条
states-counterfactual = 反事实假设
states-abrupt = 因 RST、ABORT 或放弃重传而立即结束：
state-closed = 没有连接
state-listen = 等待任何一方发来的 SYN
state-syn-sent = 已发出 SYN，等待回应
state-syn-received = 已收到并发出 SYN，等待对它的确认
state-established = 连接已建立，双向都可传数据
state-fin-wait-1 = 已发出 FIN，等待它的 ACK 或对方的 FIN
state-fin-wait-2 = 自己的 FIN 已被确认，等待对方的 FIN
state-close-wait = 对方已关闭，本方应用程序还没有关闭
state-closing = 双方同时发出 FIN，等待自己的 FIN 被确认
state-last-ack = 已发出第二个 FIN，等待最后的 ACK
state-time-wait = 等待 2MSL，直到旧报文段全部消失

## 传输控制块
tcb-title = { $host } 在 { $t } 秒时的传输控制块（TCB）
tcb-none = 此时 { $host } 没有连接。
tcb-connection = 连接 { $n }：{ $state }
tcb-listener = 监听套接字：{ $state }
tcb-sockets = 套接字
tcb-send = 发送序号
tcb-receive = 接收序号
tcb-estimate = 估计值
tcb-timers = 定时器
tcb-queues = 队列
tcb-timer = { $name }：还剩 { $left }
tcb-acknowledged = 已确认
tcb-in-flight = 在途：{ $count }
tcb-usable = 可以发送：{ $count }
tcb-beyond = 尚不允许
tcb-received = 已收到
tcb-window = 接收窗口：{ $count }

## 图片
svg-description = { $hosts } 之间的时序图：共 { $count } 个报文，其中 { $lost } 个丢失。
svg-left-out = ……还有 { $count } 个报文没有画出

## HTML 页面
page-first = 回到开头
page-back = 后退一步
page-next = 下一步
page-last = 跳到结尾
page-play = 播放
page-pause = 暂停
page-language = English
page-step-of = 步骤
page-what = 发生了什么
page-why = 为什么
page-packet = 报文内容
page-no-packet = 这一步没有报文。
page-hosts = 两端此刻的状态
page-timers = 定时器
page-syn-queue = 半连接队列
page-accept-queue = 全连接队列
page-no-connection = 没有连接
page-keys = 按键：← → 单步，空格播放，Home 和 End 跳转，L 切换语言
page-lost-legend = 红叉：丢失；虚线：重传、延迟等异常情况
page-bytes = 字节（对应的首部字段会高亮）
page-hover = 指向字段或字节，也可以用 Tab 键逐个查看。
page-ladder = 时序图
page-position = 运行进度
page-no-script = 本页用自带的脚本绘图（不加载任何外部内容），请允许它运行脚本。
