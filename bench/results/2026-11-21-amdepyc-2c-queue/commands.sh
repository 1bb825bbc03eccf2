git checkout 3456a8a8fb33
bench/compare/run --reps 5 --warm 2 --workers 2 --audio-seconds 60 --only queue
