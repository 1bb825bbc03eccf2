"""What is compared: the rows, the columns, and which column has which row."""
from dataclasses import dataclass
from typing import Callable


@dataclass(frozen=True)
class Row:
    key: str
    title: str
    unit: str
    figure: Callable  # (what is read of a run, its count) -> the figure in the table
    items: int
    quick_items: int
    higher_is_better: bool = False
    limit: str = ""  # the column that shows what the machine allows
    program: str = ""  # what the cells are asked for, if not the key
    reads: str = "seconds"  # what of a run the figure is made of
    condition: str = ""  # "one core", "busy" or "neighbour"
    still: bool = False  # only runs count in which nobody else used the machine
    of: str = ""  # another figure of that row's runs, not a row of its own
    often: int = 1  # so many times as many runs as elsewhere, because they are short
    warm: int = 1  # so many times as long is it warmed up, because a run is long and calls little


def each_us(s, n):
    return s / n * 1e6


def a_second(s, n):
    return n / s


LARGE = 64 << 20

ROWS = [
    Row("roundtrip.quiet", "round trip, quiet", "us", each_us, 500, 50, limit="bare", often=4),
    Row("roundtrip.one-core", "round trip, one core", "us", each_us, 2_000, 200, limit="bare", program="roundtrip", condition="one core", often=8),
    Row("roundtrip.busy", "round trip, busy", "us", each_us, 2_000, 200, limit="bare", program="roundtrip", condition="busy", often=8),
    Row("roundtrip.back-to-back", "round trip, back to back", "us", each_us, 2_000, 500, limit="bare", program="roundtrip", often=8),
    Row("neighbour", "a program beside round trips", "loops/s", lambda s, n: s, 10_000, 1_000, higher_is_better=True, limit="nothing",
        program="roundtrip", reads="neighbour", condition="neighbour", often=6),
    Row("neighbour.roundtrip", "round trip beside that program", "us", each_us, 0, 0, of="neighbour"),
    Row("map.one", "map, one item a message", "items/s", a_second, 20_000, 5_000, higher_is_better=True, limit="jdk-forkjoin"),
    Row("map.default", "map, default batches", "items/s", a_second, 500_000, 100_000, higher_is_better=True, limit="jdk-stream", often=6),
    Row("millis", "tasks of 1 ms", "% of the ideal", lambda s, n: n * 0.1 / s, 4_000, 200, higher_is_better=True, limit="jdk-forkjoin",
        reads="worker_seconds", still=True, warm=4),
    Row("millis.parent", "tasks of 1 ms, CPU time of the parent", "us an item", each_us, 0, 0, reads="parent_cpu", of="millis"),
    Row("graph", "graph, a lattice of tasks", "us a node", each_us, 10_000, 2_500, limit="jdk-forkjoin"),
    Row("queue", "queue between two processes", "messages/s", a_second, 300_000, 50_000, higher_is_better=True),
    Row("large", "64 MiB there and back", "GB/s", lambda s, n: n * 2 * LARGE / s / 1e9, 8, 2, higher_is_better=True, limit="kept"),
    Row("large.doubles", "64 MiB of doubles there and back", "GB/s", lambda s, n: n * 2 * LARGE / s / 1e9, 8, 2, higher_is_better=True, limit="kept"),
    Row("shared", "shared array of 64 MiB handed over", "us", each_us, 2_000, 500),
    Row("start", "start to first results", "ms", lambda s, n: s * 1e3, 0, 0, limit="bare", often=3),  # an item for each worker
    Row("audio", "audio job", "s", lambda s, n: s, 8, 2, limit="bytes"),
    Row("lock", "lock and unlock, alone", "ns", lambda s, n: s / n * 1e9, 1_000_000, 100_000),
    Row("lock.two", "lock and unlock, two processes at once", "ns", lambda s, n: s / n * 1e9, 2_000_000, 200_000),
    Row("semaphore", "semaphore, there and back", "us", each_us, 10_000, 1_000),
    Row("event", "event, there and back", "us", each_us, 10_000, 1_000),
    Row("pipe", "pipe, there and back", "us", each_us, 10_000, 1_000),
    Row("idle", "1,000 threads wait", "% of a core", lambda s, n: s / n * 1e5, 2_000, 500),
]


@dataclass(frozen=True)
class Column:
    key: str
    title: str
    group: str  # "python", "jvm", "tutti", "jdk" or "limit"; the first two have walls between tasks, so they are the peers
    rows: tuple
    needs: str = ""  # a Python module, and for its audio job more of them; or "pp4j"


WAITS = ("lock", "lock.two", "semaphore", "event", "pipe", "idle")
TRIPS = ("roundtrip.quiet", "roundtrip.one-core", "roundtrip.busy", "roundtrip.back-to-back")
BESIDE = ("neighbour", "neighbour.roundtrip")
MILLIS = ("millis", "millis.parent")
LARGES = ("large", "large.doubles", "shared")
MAPS = ("map.one", "map.default", "start")
COLUMNS = [
    Column("python-fork", "CPython Pool, fork", "python", TRIPS + BESIDE + MAPS + MILLIS + LARGES + ("queue", "audio")),
    Column("python-waits", "CPython multiprocessing", "python", WAITS),
    Column("python-spawn", "CPython Pool, spawn", "python", MAPS + ("roundtrip.quiet", "roundtrip.back-to-back", "queue")),
    Column("python-forkserver", "CPython Pool, forkserver", "python", MAPS + ("roundtrip.quiet", "roundtrip.back-to-back")),
    Column("python-executor", "CPython ProcessPoolExecutor", "python", TRIPS + BESIDE + MILLIS + ("map.one", "start")),
    Column("joblib", "joblib (loky)", "python", MAPS + MILLIS + ("audio",), needs="joblib"),
    Column("python-loop", "Python loop", "loop", ("audio",)),
    Column("pp4j", "PP4J", "jvm", TRIPS + BESIDE + MILLIS + ("map.one", "start", "audio"), needs="pp4j"),
    Column("tutti-processes", "Tutti processes", "tutti", TRIPS + BESIDE + MAPS + MILLIS + LARGES + ("graph", "queue", "audio")),
    Column("tutti-uncached", "Tutti processes, no start cache", "tutti", ("start",)),
    Column("tutti-waits", "Tutti, pool without flags", "tutti", WAITS),
    Column("tutti-native", "Tutti, pool with native access", "tutti", WAITS),
    Column("tutti-threads", "Tutti threads", "tutti", TRIPS + MAPS + ("millis", "graph", "audio")),
    Column("tutti-virtual", "Tutti virtual threads", "tutti", MAPS + ("roundtrip.quiet", "roundtrip.back-to-back", "millis", "graph", "audio")),
    Column("tutti-sequential", "Tutti sequential", "tutti", MAPS + ("roundtrip.back-to-back", "graph", "audio")),
    Column("jdk-fixed", "JDK fixed thread pool", "jdk", TRIPS + ("map.one", "millis", "graph", "start", "audio")),
    Column("jdk-forkjoin", "JDK ForkJoinPool", "jdk", TRIPS + ("map.one", "millis", "graph", "start", "audio")),
    Column("jdk-virtual", "JDK virtual threads", "jdk", ("roundtrip.quiet", "roundtrip.back-to-back", "map.one", "millis", "graph", "start", "audio")),
    Column("jdk-stream", "JDK parallel stream", "jdk", ("map.default", "millis", "audio")),
    Column("kept", "kept shared memory, copied in and out", "limit", ("large", "large.doubles")),
    Column("bare", "two JVMs, one byte over a socket", "limit", TRIPS + ("start",)),
    Column("nothing", "that program alone", "limit", ("neighbour",)),
    Column("bytes", "the bytes alone, read and written by threads", "limit", ("audio",)),
    Column("bytes-loop", "the bytes alone, one file after the other", "limit", ("audio",)),
]

# What is said about a row above the table: ours, beside the best of the peers, and the limit.
ALONE = {"audio": ("tutti-sequential", ("python-loop",), "bytes-loop")}
