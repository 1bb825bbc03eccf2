"""What is compared: the rows, the columns, and which column has which row."""
from dataclasses import dataclass
from typing import Callable


@dataclass(frozen=True)
class Row:
    key: str
    title: str
    unit: str
    figure: Callable  # (seconds, count) of a run -> the figure in the table
    items: int
    quick_items: int
    higher_is_better: bool = False


ROWS = [
    Row("roundtrip", "round trip", "us", lambda s, n: s / n * 1e6, 2_000, 500),
    Row("map.one", "map, one item a message", "items/s", lambda s, n: n / s, 20_000, 5_000, higher_is_better=True),
    Row("map.default", "map, default batches", "items/s", lambda s, n: n / s, 500_000, 100_000, higher_is_better=True),
    Row("queue", "queue between two processes", "messages/s", lambda s, n: n / s, 300_000, 50_000, higher_is_better=True),
    Row("start", "start to first results", "ms", lambda s, n: s * 1e3, 0, 0),  # an item for each worker
    Row("audio", "audio job", "s", lambda s, n: s, 8, 2),
    Row("lock", "lock and unlock, alone", "ns", lambda s, n: s / n * 1e9, 1_000_000, 100_000),
    Row("lock.two", "lock and unlock, two processes at once", "ns", lambda s, n: s / n * 1e9, 2_000_000, 200_000),
    Row("semaphore", "semaphore, there and back", "us", lambda s, n: s / n * 1e6, 10_000, 1_000),
    Row("event", "event, there and back", "us", lambda s, n: s / n * 1e6, 10_000, 1_000),
    Row("pipe", "pipe, there and back", "us", lambda s, n: s / n * 1e6, 10_000, 1_000),
    Row("idle", "1,000 threads wait", "% of a core", lambda s, n: s / n * 1e5, 2_000, 500),
]


@dataclass(frozen=True)
class Column:
    key: str
    title: str
    group: str  # "python", "tutti", "jdk" or "limit"
    rows: tuple
    needs: str = ""  # a Python module, and for its audio job more of them


WAITS = ("lock", "lock.two", "semaphore", "event", "pipe", "idle")
MAPS = ("roundtrip", "map.one", "map.default", "start")
COLUMNS = [
    Column("python-fork", "CPython Pool, fork", "python", MAPS + ("queue", "audio")),
    Column("python-waits", "CPython multiprocessing", "python", WAITS),
    Column("python-spawn", "CPython Pool, spawn", "python", MAPS + ("queue",)),
    Column("python-forkserver", "CPython Pool, forkserver", "python", MAPS),
    Column("python-executor", "CPython ProcessPoolExecutor", "python", ("roundtrip", "map.one", "start")),
    Column("joblib", "joblib (loky)", "python", ("map.one", "map.default", "start"), needs="joblib"),
    Column("python-loop", "Python loop", "loop", ("audio",)),
    Column("tutti-processes", "Tutti processes", "tutti", MAPS + ("queue", "audio")),
    Column("tutti-uncached", "Tutti processes, no start cache", "tutti", ("start",)),
    Column("tutti-waits", "Tutti, pool without flags", "tutti", WAITS),
    Column("tutti-native", "Tutti, pool with native access", "tutti", WAITS),
    Column("tutti-threads", "Tutti threads", "tutti", MAPS + ("audio",)),
    Column("tutti-virtual", "Tutti virtual threads", "tutti", MAPS + ("audio",)),
    Column("tutti-sequential", "Tutti sequential", "tutti", MAPS + ("audio",)),
    Column("jdk-fixed", "JDK fixed thread pool", "jdk", ("roundtrip", "map.one", "start", "audio")),
    Column("jdk-forkjoin", "JDK ForkJoinPool", "jdk", MAPS + ("audio",)),
    Column("jdk-virtual", "JDK virtual threads", "jdk", ("roundtrip", "map.one", "start", "audio")),
    Column("bare", "two JVMs, one byte over a socket", "limit", ("roundtrip", "start")),
]
