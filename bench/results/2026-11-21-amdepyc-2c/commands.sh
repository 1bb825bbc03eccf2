git checkout ad0499fd8c67
bench/compare/run --reps 7 --warm 3 --workers 2 --audio-seconds 60
