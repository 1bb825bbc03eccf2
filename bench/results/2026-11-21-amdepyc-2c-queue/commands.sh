git checkout 3da88aa1ed8d
bench/compare/run --reps 7 --warm 2 --workers 2 --audio-seconds 60 --only queue
