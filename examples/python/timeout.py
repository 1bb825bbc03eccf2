# Work that takes too long is given up.
import time
from multiprocessing import Pool, TimeoutError


def work(seconds):
    time.sleep(seconds)
    return f"worked {seconds} s"


if __name__ == "__main__":
    with Pool(2) as pool:
        results = [pool.apply_async(work, (seconds,)) for seconds in [60, 0]]
        for result in results:
            try:
                print(result.get(timeout=3))
            except TimeoutError:
                print("too slow")
