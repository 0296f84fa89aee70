### pytest 插件：选项，以及写错时的提示。

pytest-option-every = 让每个异步测试都在仿真的事件循环上运行
pytest-option-seed = 只用这个种子运行（失败报告里会给出）
pytest-option-seeds = 每个测试用 1 到 N（或 A 到 B）的种子各运行一次
pytest-option-shrink = 失败后最多试跑 RUNS 次，找出最少需要丢哪些段（默认 200；0：不找）
pytest-option-audit = 列出除了 TCP 自身的限制之外没有任何时限的 await
pytest-option-check-determinism = 每个测试再跑两次，指出第一个不同的包
pytest-option-out = 失败的测试把抓包、阶梯图和跟踪记录放在这里（默认 synfin-out）
pytest-option-report = 每个测试、每个种子在 FILE 里追加一行 JSON，不画图也不抓包（供 synfin sweep 读取）

pytest-wrong-both = --synfin-seed 和 --synfin-seeds 不能同时用
pytest-wrong-seed = @pytest.mark.synfin：seed 是一个数，不能是 { $word }
pytest-wrong-seeds = @pytest.mark.synfin：seeds 是个数，或者种子的列表，不能是 { $word }
pytest-wrong-range = --synfin-seeds 要的是个数，或者范围，例如 101-150，而不是“{ $word }”
pytest-wrong-count = { $what } 在 1 到 { $most } 之间，不能是 { $count }
pytest-wrong-names-only = @pytest.mark.synfin 只接受带名字的参数，例如 seeds={ $word }
pytest-wrong-word = @pytest.mark.synfin 没有 { $word }=；有 { $names }
pytest-wrong-both-words = @pytest.mark.synfin：seed 和 seeds 不能同时用
pytest-wrong-leaks = @pytest.mark.synfin：leaks 只能是 'fail' 或 'allow'，不能是 { $word }
pytest-wrong-faults = @pytest.mark.synfin：faults 是一条故障，例如 'a>b SYN drop'，或者故障的列表，不能是 { $word }
pytest-wrong-report = --synfin-report：无法写入 { $word }，请指定已有目录中的文件
pytest-wrong-yields = 异步 fixture { $name } 多次 yield
