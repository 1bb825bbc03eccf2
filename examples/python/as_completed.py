# The words of each file, in the order in which they are counted; one file is missing.
import sys
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path


def words(file):
    return f"{len(Path(file).read_text().split())} words"


if __name__ == "__main__":
    with ProcessPoolExecutor() as pool:
        futures = {pool.submit(words, file): file for file in sys.argv[1:]}
        for future in as_completed(futures):
            try:
                print(f"{futures[future]}: {future.result()}")
            except Exception:
                print(f"{futures[future]}: failed")
