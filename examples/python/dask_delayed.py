# The mean number of words of some files: a graph of tasks.
import sys
from pathlib import Path

from dask import delayed


def words(file):
    return len(Path(file).read_text().split())


def mean(counts):
    return sum(counts) / len(counts)


if __name__ == "__main__":
    counts = [delayed(words)(file) for file in sys.argv[1:]]
    result = delayed(mean)(counts)
    print(result.compute(scheduler="processes"))
