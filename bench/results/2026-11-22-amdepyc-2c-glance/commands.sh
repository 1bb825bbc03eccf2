git checkout 57d97f5cadb8
bench/compare/run --reps 5 --warm 2 --workers 2 --audio-seconds 240 --only roundtrip.quiet,roundtrip.one-core,roundtrip.busy,roundtrip.back-to-back,neighbour,map.one,map.default,millis,start
