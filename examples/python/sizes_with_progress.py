# The size of many files, with the progress on standard error.
import sys
from multiprocessing import Pool
from pathlib import Path


def size(file):
    return Path(file).stat().st_size


if __name__ == "__main__":
    files = sys.argv[1:]
    total = 0
    with Pool() as pool:
        for done, n in enumerate(pool.imap_unordered(size, files), start=1):
            total += n
            print(f"\rfiles {done}/{len(files)}", end="", file=sys.stderr)
    print(total, "bytes")
