bench/backends
