# How often each line occurs in all files, counted in one dictionary.
import sys
from multiprocessing import Manager, Pool
from pathlib import Path


def count(file, counts, lock):
    for line in Path(file).read_text().splitlines():
        with lock:
            counts[line] = counts.get(line, 0) + 1


if __name__ == "__main__":
    with Manager() as manager, Pool() as pool:
        counts, lock = manager.dict(), manager.Lock()
        pool.starmap(count, [(file, counts, lock) for file in sys.argv[1:]])
        for line, n in sorted(counts.items()):
            print(n, line)
