git checkout 84b4e3c50206
bench/compare/run --reps 7 --warm 3 --workers 2 --audio-seconds 60 --only large,large.doubles,shared --columns python-fork,tutti-processes,kept
