### The pytest plugin: its options and what is wrong with them.

pytest-option-every = run every async test on the simulated loop
pytest-option-seed = run with this seed only (what a failure's report says)
pytest-option-seeds = run each test with the seeds 1 to N, or A to B
pytest-option-shrink = after a failure, look for the fewest lost segments in at most RUNS runs (default 200; 0: do not look)
pytest-option-audit = list the awaits that nothing but TCP's own limits bounds
pytest-option-check-determinism = run each test again twice and name the first packet that differs
pytest-option-out = where failed tests leave captures, ladder and trace (default synfin-out)
pytest-option-report = append a JSON line for each test and seed to FILE, instead of drawing and capturing (what synfin sweep reads)

pytest-wrong-both = --synfin-seed and --synfin-seeds exclude each other
pytest-wrong-seed = @pytest.mark.synfin: seed is a number, not { $word }
pytest-wrong-seeds = @pytest.mark.synfin: seeds is how many, or a list of them, not { $word }
pytest-wrong-range = --synfin-seeds is a number or a range such as 101-150, not '{ $word }'
pytest-wrong-count = { $what } is from 1 to { $most }, not { $count }
pytest-wrong-names-only = @pytest.mark.synfin takes names only, such as seeds={ $word }
pytest-wrong-word = @pytest.mark.synfin has no { $word }=; there are { $names }
pytest-wrong-both-words = @pytest.mark.synfin: seed and seeds exclude each other
pytest-wrong-leaks = @pytest.mark.synfin: leaks is 'fail' or 'allow', not { $word }
pytest-wrong-faults = @pytest.mark.synfin: faults is a text such as 'a>b SYN drop', or a list of them, not { $word }
pytest-wrong-report = --synfin-report: { $word } cannot be written: name a file in a folder that is there
pytest-wrong-yields = async fixture { $name } yields more than once
