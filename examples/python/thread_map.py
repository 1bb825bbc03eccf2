# The first line of each file, read by threads.
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path


def first_line(file):
    return Path(file).read_text().splitlines()[0]


with ThreadPoolExecutor() as pool:
    for line in pool.map(first_line, sys.argv[1:]):
        print(line)
