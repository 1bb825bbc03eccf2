git checkout 0697ad6e0cde
bench/compare/run --reps 5 --warm 2 --workers 2 --audio-seconds 240
