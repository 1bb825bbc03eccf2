git checkout bdd4389de880
bench/compare/run --reps 5 --warm 3 --workers 2 --audio-seconds 240
