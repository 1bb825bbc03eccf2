git checkout 806bef36be1a
bench/compare/run --reps 5 --warm 2 --workers 2 --audio-seconds 240 --only start,millis --columns python-fork,python-spawn,python-executor,tutti-processes,tutti-uncached,jdk-forkjoin,bare
