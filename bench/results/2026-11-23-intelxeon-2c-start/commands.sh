git checkout 8d10901b865f
bench/compare/run --reps 5 --warm 2 --workers 2 --audio-seconds 240 --only start,millis --columns python-fork,python-spawn,tutti-processes,tutti-uncached,jdk-forkjoin,bare
