### 对 asyncio 程序的测试：断言失败和报告里的话。

## 期望
testing-expected = 期望 { $what }（发出 { $wanted } 个）
testing-since = { $head }，自 { $time } s 起
testing-found = { $head }，实际有 { $count } 个：
testing-found-none = { $head }，一个也没有；这个方向上最后的包是：
testing-found-nothing = { $head }，这个方向上根本没有包
testing-more = …… 还有 { $count } 个

## 程序
testing-died-killed = 测试还在等 { $host } 上的 { $name }，它已被杀死
testing-died-crashed = 测试还在等 { $name }，主机 { $host } 已断电

## 泄漏
testing-leaks = 测试结束时还有 { $count } 个套接字没有关闭（如果是有意的：@pytest.mark.synfin(leaks="allow")）：
testing-leak-close-wait = { $host }：{ $ends } 处于 { $state }：对端已关闭，{ $program } 却一直不关闭{ $made }
testing-leak-open = { $host }：{ $ends }（{ $state }）从未关闭，而 { $program } 已经结束{ $made }
testing-leak-made = ，创建于 { $where }

## 失败报告
testing-check-failed = { $name } 失败：{ $error }
testing-seed = 种子 { $seed }
testing-replay = 重现：{ $command }
testing-not-again = 用同一个种子重跑，失败没有再现：有仿真之外的因素在起作用（真实时间、线程、集合的遍历顺序、文件）。
testing-untold = 发送的包超过 { $most } 个，不画图也不抓包；把测试缩小一些更容易看清问题
testing-accidents = 这次运行中发生了 { $count } 次随机意外（丢包、重复……）
testing-fewest = 其实只需要 { $all } 次意外中的 { $count } 次（共试跑 { $runs } 次；少了其中任何一次，测试就通过）：
testing-fewer = { $all } 次意外中的 { $count } 次就足够了（试跑 { $runs } 次后停止查找）：
testing-no-accident = 没有这 { $all } 次随机意外，测试同样失败（共试跑 { $runs } 次）
testing-waits = 还在等待的，以及各自的时限：
testing-ladder-cut = …… 更早的 { $count } 个包见 ladder.txt ……
testing-files = 目录 { $folder }：{ $names }

## 挂起审计
testing-audit = 除了 TCP 自身的限制，没有任何时限的 await：
testing-audit-line = { $place }：这个{ $operation }的时限：{ $bound }
testing-await-read = 读操作
testing-await-write = 写操作
testing-await-connect = 连接操作
testing-bound-nothing = 没有
testing-bound-own = 程序自己的超时，还剩 { $seconds } s
testing-bound-retries2 = tcp_retries2，至少 { $seconds } s
testing-bound-until-acknowledged = 已发送的数据得到确认之前是 tcp_retries2，至少 { $seconds } s；之后没有
testing-bound-zero-window = 只要对端还应答窗口探测就没有，否则是 tcp_retries2，至少 { $seconds } s
testing-bound-keepalive = 保活，静默 { $seconds } s 之后
testing-bound-user-timeout = TCP_USER_TIMEOUT，{ $seconds } s
testing-bound-syn-retries = tcp_syn_retries，{ $seconds } s

## 确定性
testing-differs = 同一个种子得到了两次不同的运行：第 { $n } 个包不同
testing-differs-first = 第一次：{ $line }
testing-differs-again = 第二次：{ $line }
testing-differs-end = （没有更多的包）
