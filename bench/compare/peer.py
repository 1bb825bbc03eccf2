"""One cell of the table whose column is Python: a column and a row of it, in a process of its own.

Run:  python3 peer.py COLUMN ROW WORKERS ITEMS [FOLDER]
It says "ready", then answers each line of standard input with one measured run, as one line of JSON:
{"seconds": 0.021, "count": 2000, "result": "2000"}, and ends where its input ends. A line "warm" asks for the
same without pauses. The measured work is that of peers/overhead.py and peers/etl.py; the Java columns speak the same (dev.tutti.bench.compare.Peer).
"""
import json
import multiprocessing
import os
import struct
import sys
import threading
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing.shared_memory import SharedMemory

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "peers"))
from overhead import identity, spin_micros

LARGE = 64 << 20

COLUMN, ROW = sys.argv[1:3] if len(sys.argv) > 2 else ("", "")
PAUSE_SECONDS = 0.002  # long enough for both sides to sleep; the same in Column.java


class PoolColumn:
    """multiprocessing.Pool with one of its start methods."""

    def __init__(self, workers):
        self.context = multiprocessing.get_context(COLUMN.removeprefix("python-"))
        self.workers = workers
        if ROW == "queue":
            self.open_queue()
        elif ROW not in ("start", "audio"):
            self.pool = self.context.Pool(workers)
            self.pool.map(identity, range(1000))

    def roundtrip(self, times):
        return timed(lambda: [self.pool.apply(identity, (1,)) for _ in range(times)])

    def roundtrip_quiet(self, times):
        return paused(lambda: self.pool.apply(identity, (1,)), times)

    def map_one(self, items):
        return timed(lambda: self.pool.map(identity, range(items), chunksize=1))

    def millis(self, items):
        return timed(lambda: self.pool.map(spin_micros, [1000] * items, chunksize=1))

    def map_default(self, items):
        return timed(lambda: self.pool.map(identity, range(items)))

    def large(self, times):
        """What is sent is what comes back; of numbers only their bytes, which is the most that pickle can do for them."""
        sent = bytes(range(256)) * (LARGE // 256)
        def run():
            results = []
            for _ in range(times):
                back = self.pool.apply(identity, (sent,))
                results.append(len(back) + back[-1])
            return results
        return timed(run)

    large_doubles = large

    def shared(self, times):
        """Each task is told the name, as an argument cannot hold the memory itself."""
        memory = SharedMemory(create=True, size=LARGE)
        try:
            memory.buf[8:16] = struct.pack("d", 7.0)
            return timed(lambda: [self.pool.apply(look, (memory.name,)) for _ in range(times)])
        finally:
            memory.close()
            memory.unlink()

    def open_queue(self):
        """A process that puts as many numbers as it is told to."""
        self.wanted, self.numbers = self.context.SimpleQueue(), self.context.Queue()
        self.context.Process(target=put_numbers, args=(self.wanted, self.numbers), daemon=True).start()

    def queue(self, items):
        def run():
            self.wanted.put(items)
            return [self.numbers.get() for _ in range(items)]
        return timed(run)

    def start(self, items):
        begin = time.perf_counter()
        with self.context.Pool(self.workers) as pool:
            results = pool.map(identity, range(items), chunksize=1)
            return time.perf_counter() - begin, results

    def audio(self, paths):
        def run():
            with self.context.Pool(self.workers) as pool:
                return pool.map(audio_job(), paths)
        return timed(run)


class ExecutorColumn:
    """concurrent.futures.ProcessPoolExecutor, which sends one item a message unless told otherwise."""

    def __init__(self, workers):
        self.workers = workers
        if ROW != "start":
            self.pool = ProcessPoolExecutor(workers)
            list(self.pool.map(identity, range(100)))

    def roundtrip(self, times):
        return timed(lambda: [self.pool.submit(identity, 1).result() for _ in range(times)])

    def roundtrip_quiet(self, times):
        return paused(lambda: self.pool.submit(identity, 1).result(), times)

    def map_one(self, items):
        return timed(lambda: list(self.pool.map(identity, range(items))))

    def millis(self, items):
        return timed(lambda: list(self.pool.map(spin_micros, [1000] * items)))

    def start(self, items):
        begin = time.perf_counter()
        with ProcessPoolExecutor(self.workers) as pool:
            results = list(pool.map(identity, range(items)))
            return time.perf_counter() - begin, results


class JoblibColumn:
    """joblib.Parallel with its own processes."""

    def __init__(self, workers):
        from joblib import Parallel, delayed
        self.parallel, self.delayed, self.workers = Parallel, delayed, workers
        if ROW not in ("start", "audio"):
            self.map_default(100)

    def map_one(self, items):
        return timed(lambda: self.parallel(n_jobs=self.workers, batch_size=1)(self.delayed(identity)(i) for i in range(items)))

    def map_default(self, items):
        return timed(lambda: self.parallel(n_jobs=self.workers)(self.delayed(identity)(i) for i in range(items)))

    def millis(self, items):
        return timed(lambda: self.parallel(n_jobs=self.workers)(self.delayed(spin_micros)(1000) for _ in range(items)))

    def audio(self, paths):
        from joblib.externals.loky import get_reusable_executor

        def run():
            results = self.parallel(n_jobs=self.workers)(self.delayed(audio_job())(path) for path in paths)
            get_reusable_executor().shutdown(wait=True)  # its workers would be there for the next run
            return results
        return timed(run)

    def start(self, items):
        from joblib.externals.loky import get_reusable_executor
        get_reusable_executor().shutdown(wait=True)
        return self.map_one(items)


class WaitColumn:
    """Waiting for each other: this process, and one that it has forked, which does what it is told."""

    def __init__(self, workers):
        context = multiprocessing.get_context("fork")
        self.lock, self.ready, self.go = context.Lock(), context.Semaphore(0), context.Semaphore(0)
        self.there, self.back = context.Semaphore(0), context.Semaphore(0)
        self.ping, self.pong = context.Event(), context.Event()
        self.pipe, self.end = context.Pipe()
        self.orders = context.SimpleQueue()
        self.done = context.Semaphore(0)
        self.waiters = context.Semaphore(0)
        context.Process(target=self.serve, daemon=True).start()
        if ROW == "idle":
            for _ in range(1000):
                threading.Thread(target=self.waiters.acquire, daemon=True).start()

    def serve(self):
        while True:
            what, times = self.orders.get()
            self.ready.release()
            self.go.acquire()
            getattr(self, what)(times)
            self.done.release()

    def both(self, what, answer, times):
        """From when both are there; how long it takes here."""
        self.orders.put((answer, times))
        self.ready.acquire()
        self.go.release()
        seconds, _ = timed(lambda: what(times))
        self.done.acquire()
        return seconds

    def lock_alone(self, times):
        lock = self.lock
        for _ in range(times):
            lock.acquire()
            lock.release()

    def lock_half(self, times):
        self.lock_alone(times)
        self.done.acquire()
        self.done.release()

    def semaphore_here(self, times):
        for _ in range(times):
            self.there.release()
            self.back.acquire()

    def semaphore_there(self, times):
        for _ in range(times):
            self.there.acquire()
            self.back.release()

    def event_here(self, times):
        for _ in range(times):
            self.ping.set()
            self.pong.wait()
            self.pong.clear()

    def event_there(self, times):
        for _ in range(times):
            self.ping.wait()
            self.ping.clear()
            self.pong.set()

    def pipe_here(self, times):
        for i in range(times):
            self.pipe.send(i)
            self.pipe.recv()

    def pipe_there(self, times):
        for _ in range(times):
            self.end.send(self.end.recv())

    def run(self, row, times):
        if row == "lock":
            return timed(lambda: self.lock_alone(times))[0]
        if row == "lock.two":
            return self.both(self.lock_half, "lock_alone", times // 2)
        if row == "idle":
            begin = time.process_time()
            time.sleep(times / 1e3)
            return time.process_time() - begin
        return self.both(getattr(self, row + "_here"), row + "_there", times)


class NothingColumn:
    """Nothing: what the program beside it reaches when it is alone."""

    def __init__(self, workers):
        pass

    def roundtrip(self, times):
        seconds, _ = timed(lambda: time.sleep(times * 50e-6))
        return seconds, [1] * times


class LoopColumn:
    """A plain loop."""

    def __init__(self, workers):
        pass

    def audio(self, paths):
        return timed(lambda: [audio_job()(path) for path in paths])


COLUMNS = {"python-fork": PoolColumn, "python-spawn": PoolColumn, "python-forkserver": PoolColumn,
           "python-executor": ExecutorColumn, "joblib": JoblibColumn, "python-waits": WaitColumn, "python-loop": LoopColumn,
           "nothing": NothingColumn}


def look(name):
    memory = SharedMemory(name=name)
    try:
        return int(struct.unpack("d", memory.buf[8:16])[0])
    finally:
        memory.close()


def put_numbers(wanted, numbers):
    while True:
        for i in range(wanted.get()):
            numbers.put(i)


def audio_job():
    import etl  # here, so that the other rows do not carry numpy
    return etl.job


def timed(action):
    begin = time.perf_counter()
    results = action()
    return time.perf_counter() - begin, results


def paused(action, times):
    """Each after a pause, which does not count."""
    results, seconds = [], 0.0
    for _ in range(times):
        time.sleep(PAUSE_SECONDS)
        took, result = timed(action)
        results.append(result)
        seconds += took
    return seconds, results


def checksum(results):
    """Tells wrong values and a wrong order."""
    return str(sum((i + 1) * r for i, r in enumerate(results)))


def main():
    workers, items = int(sys.argv[3]), int(sys.argv[4])
    column = COLUMNS[COLUMN](workers)
    run = None if COLUMN == "python-waits" else getattr(column, ROW.replace(".", "_"))
    paths = []
    if ROW == "audio":
        paths = sorted(entry.path for entry in os.scandir(sys.argv[5]) if not entry.name.endswith("-transformed.wav"))
        audio_job()
    print("ready", flush=True)
    for line in sys.stdin:
        if COLUMN == "python-waits":
            answer = {"seconds": column.run(ROW, items), "count": items, "result": str(items)}
        elif ROW == "audio":
            seconds, each = run(paths)
            answer = {"seconds": seconds, "count": len(each), "result": str(len(each))}
        else:
            seconds, results = (column.roundtrip if ROW == "roundtrip.quiet" and line == "warm\n" else run)(items)
            answer = {"seconds": seconds, "count": len(results), "result": checksum(results)}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
