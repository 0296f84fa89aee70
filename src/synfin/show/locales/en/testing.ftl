### Tests of asyncio programs: what failed assertions and reports say.

## Expectations
testing-expected = expected { $what } ({ $wanted } sent)
testing-since = { $head } since { $time } s
testing-found = { $head }, found { $count }:
testing-found-none = { $head }, found none; the last in that direction:
testing-found-nothing = { $head }, nothing at all went in that direction
testing-more = … and { $count } more

## Programs
testing-died-killed = { $name } on { $host } was killed while the test waited for it
testing-died-crashed = { $host } crashed while the test waited for { $name }

## Leaks
testing-leaks = { COUNT($count, one: "socket", many: "sockets") } left open at the end of the test (if that is meant: @pytest.mark.synfin(leaks="allow")):
testing-leak-close-wait = { $host }: { $ends } is in { $state }: the peer has closed, { $program } never does{ $made }
testing-leak-open = { $host }: { $ends } ({ $state }) was never closed; { $program } has ended{ $made }
testing-leak-made = , made at { $where }

## The report of a failure
testing-check-failed = { $name } failed: { $error }
testing-seed = seed { $seed }
testing-replay = to run it again: { $command }
testing-not-again = The failure did not come again with the same seed: something outside the simulation has a say in it (real time, threads, the order of a set, a file).
testing-untold = more than { $most } packets were sent: nothing is drawn or captured; a smaller test tells more
testing-accidents = { COUNT($count, one: "random accident", many: "random accidents") } (losses, copies …) happened in this run
testing-fewest = it takes only { COUNT($count, one: "accident", many: "accidents") } of { $all } (found in { $runs } runs; without any one of them the test passes):
testing-fewer = { COUNT($count, one: "accident", many: "accidents") } of { $all } will do (the search was cut short after { $runs } runs):
testing-no-accident = it fails without any of the { $all } random accidents as well ({ $runs } runs)
testing-waits = what still waited, and what bounds it:
testing-ladder-cut = … { COUNT($count, one: "earlier packet is", many: "earlier packets are") } in ladder.txt …
testing-files = in { $folder }: { $names }

## Hang audit
testing-audit = awaits that nothing but TCP's own limits bounds:
testing-audit-line = { $place }: this { $operation } is bounded by { $bound }
testing-await-read = read
testing-await-write = write
testing-await-connect = connect
testing-bound-nothing = nothing
testing-bound-own = a timeout of the program's own that has { $seconds } s left
testing-bound-retries2 = tcp_retries2, at least { $seconds } s
testing-bound-until-acknowledged = tcp_retries2, at least { $seconds } s, until what was sent is acknowledged; then by nothing
testing-bound-zero-window = nothing while the peer answers window probes, else by tcp_retries2, at least { $seconds } s
testing-bound-keepalive = keepalive, { $seconds } s of silence
testing-bound-user-timeout = TCP_USER_TIMEOUT, { $seconds } s
testing-bound-syn-retries = tcp_syn_retries, { $seconds } s

## Determinism
testing-differs = the same seed gave two different runs: packet { $n } differs
testing-differs-first = first run:  { $line }
testing-differs-again = second run: { $line }
testing-differs-end = (no more packets)
