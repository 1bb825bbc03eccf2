git checkout 92ac679baed6
bench/compare/run --reps 5 --warm 3 --workers 2 --audio-seconds 60 --only roundtrip,queue,semaphore,lock
