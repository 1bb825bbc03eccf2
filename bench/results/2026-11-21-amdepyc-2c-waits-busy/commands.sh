git checkout 68e808c60b6f
bench/compare/run --reps 7 --warm 4 --workers 2 --audio-seconds 60 --only lock,lock.two,semaphore,event,pipe,idle
