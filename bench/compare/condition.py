"""What a row asks of the machine, and what the machine did meanwhile."""
import mmap
import os
import struct
import subprocess
import sys
import time

TICKS = os.sysconf("SC_CLK_TCK")
CORES = sorted(os.sched_getaffinity(0))
ONE_CORE = ["taskset", "-c", str(CORES[-1])]  # the last: the first one mostly has the interrupts
STILL_PERCENT = 2  # a run is disturbed where others take this much of the machine's time, or more

BUSY = """
import os
parent = os.getppid()
while os.getppid() == parent:
    for i in range(1_000_000):
        pass
"""
COUNTING = """
import mmap, os, struct, sys
with open(sys.argv[1], "r+b") as file:
    shared = mmap.mmap(file.fileno(), 8)
parent, loops = os.getppid(), 0
while os.getppid() == parent:
    total = 0
    for i in range(2_000):
        total += i * i
    loops += 1
    struct.pack_into("q", shared, 0, loops)
"""


class Programs:
    """Programs that run beside all cells of a row and end with it, or with this process."""

    def __init__(self, commands):
        self.started = [subprocess.Popen(command, stdin=subprocess.DEVNULL) for command in commands]

    def close(self):
        for process in self.started:
            process.kill()
            process.wait()


class Busy(Programs):
    """A loop of the lowest priority on each core."""

    def __init__(self):
        super().__init__(["nice", "-n", "19", "taskset", "-c", str(core), sys.executable, "-c", BUSY] for core in CORES)


class Neighbour(Programs):
    """A program that computes all the time, and how far it has come."""

    def __init__(self, folder):
        path = os.path.join(folder, "neighbour")
        with open(path, "w+b") as file:
            file.write(bytes(8))
            file.flush()
            self.shared = mmap.mmap(file.fileno(), 8)
        super().__init__([[sys.executable, "-c", COUNTING, path]])
        while not self.loops() and self.started[0].poll() is None:
            time.sleep(0.01)

    def loops(self):
        return struct.unpack_from("q", self.shared)[0]


class Usage:
    """Who has used the machine since this was made, beside a program and its children: all in seconds of a core."""

    def __init__(self, pid):
        self.pid = pid
        self.parent, self.family = family_seconds(pid)
        self.stat, self.waiting = stat_seconds(), waiting_seconds()
        self.begin = time.monotonic()

    def since(self):
        wall = time.monotonic() - self.begin
        parent, family = family_seconds(self.pid)
        busy, stolen, disk = (now - then for now, then in zip(stat_seconds(), self.stat))
        others = max(0.0, busy - (family - self.family))
        share = 100 / (wall * len(CORES))
        return {"parent_cpu": parent - self.parent, "stolen_percent": round(stolen * share, 2), "disk_percent": round(disk * share, 2),
                "others_percent": round(others * share, 2), "some_waits_percent": round(100 * (waiting_seconds() - self.waiting) / wall, 2),
                "disturbed": (others + stolen + disk) * share >= STILL_PERCENT}


def family_seconds(pid):
    """What a process has used, and what it and all its descendants have: in nanoseconds where the kernel tells, not in its ticks."""
    parents = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open(f"/proc/{name}/stat") as stat:
                    parents.setdefault(int(stat.read().rpartition(")")[2].split()[1]), []).append(int(name))
            except OSError:
                pass  # it has ended
    family = [pid]
    for member in family:
        family.extend(parents.get(member, []))
    used = [process_seconds(member) for member in family]
    return used[0], sum(used)


def process_seconds(pid):
    total = 0
    try:
        for thread in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{thread}/schedstat") as schedstat:
                total += int(schedstat.read().split()[0])
    except OSError:
        pass  # it has ended
    return total / 1e9


def stat_seconds():
    """Busy, stolen by the host, and waiting for a disk; of all cores."""
    with open("/proc/stat") as lines:
        user, nice, system, _, disk, irq, softirq, stolen = (int(n) / TICKS for n in lines.readline().split()[1:9])
    return user + nice + system + irq + softirq, stolen, disk


def waiting_seconds():
    """How long somebody has waited for a core; the program that is measured is one of them."""
    try:
        with open("/proc/pressure/cpu") as lines:
            return int(lines.readline().rpartition("total=")[2]) / 1e6
    except OSError:
        return 0.0
