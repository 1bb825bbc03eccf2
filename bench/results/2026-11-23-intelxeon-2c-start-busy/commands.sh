git checkout 7c406d6fb096
bench/compare/run --reps 7 --warm 2 --workers 2 --audio-seconds 240 --only start,millis
