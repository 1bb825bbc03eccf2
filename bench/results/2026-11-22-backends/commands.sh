nice -n 15 bench/backends
