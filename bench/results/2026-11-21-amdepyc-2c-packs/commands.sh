git checkout ac03a7068bd3
bench/compare/run --reps 5 --warm 3 --workers 2 --audio-seconds 240 --only roundtrip.quiet,roundtrip.one-core,roundtrip.busy,roundtrip.back-to-back,map.one,map.default,start,large,large.doubles,shared
