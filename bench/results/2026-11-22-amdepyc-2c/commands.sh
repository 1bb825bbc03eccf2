git checkout 18fceeac388f
bench/compare/run --reps 4 --warm 2 --workers 2 --audio-seconds 240 --only roundtrip.quiet,roundtrip.one-core,roundtrip.busy,roundtrip.back-to-back,map.default,map.one,start,audio --columns python-fork,python-spawn,python-forkserver,python-executor,pp4j,tutti-processes,tutti-uncached,tutti-threads,bare,jdk-stream,jdk-forkjoin,bytes,python-loop,tutti-sequential,joblib
