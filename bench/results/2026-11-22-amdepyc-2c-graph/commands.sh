git checkout 333d30ce8313
bench/compare/run --reps 4 --warm 2 --workers 2 --audio-seconds 240 --only graph,map.default,map.one,millis
