# The digest of each file.
import hashlib
import sys
from multiprocessing import Pool
from pathlib import Path


def digest(file):
    return hashlib.sha256(Path(file).read_bytes()).hexdigest()


if __name__ == "__main__":
    with Pool() as pool:
        for line in pool.map(digest, sys.argv[1:]):
            print(line)
