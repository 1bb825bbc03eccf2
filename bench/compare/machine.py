"""What the figures depend on: the machine, the versions, and what else went on meanwhile."""
import glob
import importlib.metadata
import os
import platform
import re
import subprocess
import sys

JDK_FLOOR = (25, 0, 3)


def describe():
    return {"cpu": cpu(), "cores": len(os.sched_getaffinity(0)), "memory_mib": memory_mib(),
            "kernel": platform.release(), "architecture": platform.machine()}


def cpu():
    with open("/proc/cpuinfo") as lines:
        for line in lines:
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.machine()


def cpu_slug():
    """AMD EPYC 7R13 Processor -> amdepyc7r13; Intel(R) Xeon(R) Platinum 8375C CPU @ 2.90GHz -> xeonplatinum8375c."""
    words = re.sub(r"\(.*?\)|@.*|\b(intel|cpu|processor|[0-9]+-core)\b", " ", cpu().lower())
    return re.sub(r"[^a-z0-9]", "", words)


def memory_mib():
    with open("/proc/meminfo") as lines:
        return int(next(line for line in lines if line.startswith("MemTotal")).split()[1]) // 1024


def versions(java, commit):
    properties = subprocess.run([java, "-XshowSettings:properties", "-version"], capture_output=True, text=True).stderr
    return {"tutti": commit, "python": platform.python_version(),
            **{name: module_version(name) for name in ("joblib", "numpy", "scipy")},
            "jdk": re.search(r"java\.runtime\.version = (.*)", properties)[1],
            "jdk_vendor": re.search(r"java\.vendor = (.*)", properties)[1]}


def module_version(name):
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def commit(root):
    """The commit that was measured, with a mark where the sources were not exactly it."""
    def git(*arguments):
        return subprocess.run(["git", "-C", root, *arguments], capture_output=True, text=True).stdout.strip()
    return (git("rev-parse", "--short=12", "HEAD") or "unknown") + ("+changes" if git("status", "--porcelain") else "")


def load():
    return round(os.getloadavg()[0], 2)


class Watch:
    """Share of the machine's time, since it was made, that was stolen by its host or spent waiting for a disk."""

    def __init__(self):
        self.load_before = load()
        self.before = self.times()

    @staticmethod
    def times():
        with open("/proc/stat") as lines:
            return [int(n) for n in lines.readline().split()[1:9]]

    def condition(self):
        spent = [now - then for now, then in zip(self.times(), self.before)]
        total = max(1, sum(spent))
        idle, waiting, stolen = spent[3], spent[4], spent[7]
        return {"load_before": self.load_before, "load_after": load(), "steal_percent": round(100 * stolen / total, 2),
                "io_wait_percent": round(100 * waiting / total, 2), "idle_percent": round(100 * idle / total, 1)}


def find_jdk():
    """The folder of the newest JDK that Tutti runs on; JAVA_HOME first."""
    homes = [os.environ.get("JAVA_HOME", "")] + sorted(
        glob.glob("/usr/lib/jvm/*") + glob.glob(os.path.expanduser("~/.sdkman/candidates/java/*")) + glob.glob("/opt/*jdk*"),
        key=jdk_version, reverse=True)
    for home in homes:
        if jdk_version(home) >= JDK_FLOOR:
            return home
    return None


def jdk_version(home):
    try:
        with open(os.path.join(home, "release")) as release:
            return tuple(int(n) for n in re.search(r'JAVA_VERSION="([0-9.]+)', release.read())[1].strip(".").split("."))
    except (OSError, TypeError):
        return (0,)


if __name__ == "__main__":  # for the scripts beside this one: the folder of the JDK
    home = find_jdk()
    sys.exit("bench: no JDK of version 25.0.3 or newer found: install one, or set JAVA_HOME") if home is None else print(home)
