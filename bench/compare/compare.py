"""Runs every column of every row, interleaved, and writes the table. bench/README.md says what it means."""
import argparse
import datetime
import json
import os
import select
import shlex
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import machine
import report
import rows
import wav

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
JARS = os.path.join(ROOT, "bench", "target", "quick")  # where the profile "quick" builds
LONGEST_RUN_SECONDS = 600


def options():
    parser = argparse.ArgumentParser(prog="bench/compare/run", description="Tutti and its peers on the same work, side by side.")
    parser.add_argument("--quick", action="store_true", help="small counts, two repetitions: shows that it works, measures nothing")
    parser.add_argument("--reps", type=int, help="counted runs of each cell (default 7)")
    parser.add_argument("--warm", type=float, metavar="SECONDS", help="uncounted runs of each cell before (default 3)")
    parser.add_argument("--workers", type=int, default=2, help="workers of each pool (default 2)")
    parser.add_argument("--only", metavar="ROW,...", type=lambda text: text.split(","), help="of " + ", ".join(r.key for r in rows.ROWS))
    parser.add_argument("--columns", metavar="COLUMN,...", type=lambda text: text.split(","), help="of " + ", ".join(c.key for c in rows.COLUMNS))
    parser.add_argument("--audio-seconds", type=float, metavar="SECONDS", help="length of each audio file (default 60)")
    parser.add_argument("--out", metavar="DIR", help="where the results go (default bench/results/<date>-<cpu>-<cores>c)")
    chosen = parser.parse_args()
    chosen.reps = chosen.reps or (2 if chosen.quick else 7)
    chosen.warm = chosen.warm if chosen.warm is not None else (0.5 if chosen.quick else 3)
    chosen.audio_seconds = chosen.audio_seconds or (2 if chosen.quick else 60)
    for given, known in ((chosen.only, rows.ROWS), (chosen.columns, rows.COLUMNS)):
        unknown = set(given or ()) - {one.key for one in known}
        if unknown:
            parser.error(f"not known: {', '.join(sorted(unknown))}")
    return chosen


class Peer:
    """One running cell: a program that does one measured run for each line it is sent."""

    def __init__(self, column, command, row, folder):
        self.column, self.row, self.folder, self.samples, self.fault = column, row, folder, [], None
        self.errors = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors, text=True, bufsize=1)
        self.ask(None)

    def ask(self, request):
        """One line to the program, if any, and its answer; on failure None, and the fault is kept."""
        if self.fault:
            return None
        try:
            if request:
                self.process.stdin.write(request + "\n")
            ready, _, _ = select.select([self.process.stdout], [], [], LONGEST_RUN_SECONDS)
            line = self.process.stdout.readline() if ready else ""
        except OSError:
            line = ""
        if not line:
            self.process.kill()
            self.errors.seek(0)
            said = [line for line in self.errors.read().splitlines() if line and not line[0].isspace()]  # no stack frames
            self.fault = said[-1] if said else "no answer"
            print(f"compare: {self.column.key} {self.row.key} failed: {self.fault}", file=sys.stderr)
        return line

    def run(self, counted):
        if self.folder:
            wav.clear(self.folder)
        line = self.ask("run")
        if line:
            sample = json.loads(line)
            self.samples.append({"row": self.row.key, "column": self.column.key, "counted": counted, **sample,
                                 "figure": self.row.figure(sample["seconds"], sample["count"])})

    def warm_up(self, seconds):
        end = time.monotonic() + seconds
        self.run(counted=False)
        while time.monotonic() < end and not self.fault:
            self.run(counted=False)

    def close(self):
        try:
            self.process.stdin.close()
            self.process.wait(30)
        except (OSError, subprocess.TimeoutExpired):
            self.process.kill()
            self.process.wait()


def kept(samples):
    """All counted runs, and the first and the last of the uncounted ones: quick rows have tens of thousands of those."""
    uncounted = [s for s in samples if not s["counted"]]
    return uncounted[:5] + uncounted[5:][-5:] + [s for s in samples if s["counted"]]


def measure(row, chosen, java, scratch, log):
    """All columns of one row: each is warmed up, then all run in turn, and each repetition begins with another one."""
    items = (chosen.workers if row.key == "start" else row.quick_items if chosen.quick else row.items)
    peers, watch = [], machine.Watch()
    for column in rows.COLUMNS:
        if row.key not in column.rows or column.key not in (chosen.columns or [column.key]) or missing(column, row):
            continue
        folder = None
        if row.key == "audio":
            folder = os.path.join(scratch, column.key)
            wav.make(folder, items, chosen.audio_seconds)
        peers.append(Peer(column, command(column, row, chosen.workers, items, folder, java), row, folder))
    try:
        for peer in peers:
            peer.warm_up(chosen.warm)
        for rep in range(chosen.reps):
            first = rep % len(peers) if peers else 0
            for peer in peers[first:] + peers[:first]:
                peer.run(counted=True)
        for peer in peers:
            if peer.folder and not peer.fault:
                peer.fault = wav.fault(peer.folder, items, chosen.audio_seconds)
    finally:
        for peer in peers:
            peer.close()
            log.extend(kept(peer.samples))
            if peer.folder:
                shutil.rmtree(peer.folder)
    return {"title": row.title, "unit": row.unit, "higher_is_better": row.higher_is_better, "items": items,
            "condition": watch.condition(), "columns": {p.column.key: figures(p) for p in peers},
            "results_agree": len({s["result"] for p in peers for s in p.samples}) <= 1}


def figures(peer):
    counted = [s["figure"] for s in peer.samples if s["counted"]]
    if peer.fault or not counted:
        return {"fault": peer.fault or "no run"}
    return {"median": statistics.median(counted), "min": min(counted), "max": max(counted), "samples": counted,
            "result": peer.samples[-1]["result"]}


def missing(column, row):
    return [name for name in needed(column, row) if not machine.module_version(name)]


def needed(column, row):
    if row.key == "audio" and column.key.startswith("python"):
        return ["numpy", "scipy"]
    return [column.needs] if column.needs else []


def command(column, row, workers, items, folder, java):
    cell = [column.key, row.key, str(workers), str(items)] + ([folder] if folder else [])
    if column.group == "python" or column.group == "loop":
        return [sys.executable, os.path.join(HERE, "peer.py"), *cell]
    flags = {"tutti-native": ["--enable-native-access=ALL-UNNAMED"], "tutti-uncached": ["-Dtutti.aot=off"]}.get(column.key, [])
    return [java, *flags, "-cp", os.path.join(JARS, "benchmarks.jar"), "dev.tutti.bench.compare.Peer", *cell]


def build():
    """The packaged jars, without the checks of a full build; Maven leaves alone what is up to date."""
    if not shutil.which("mvn"):
        print("compare: no mvn found: apt-get install maven", file=sys.stderr)
        sys.exit(3)
    print("compare: building the jars", file=sys.stderr)
    done = subprocess.run(["mvn", "-q", "-Pquick", "-pl", "bench", "-am", "package"], cwd=ROOT)
    if done.returncode:
        sys.exit(3)


def results_folder(chosen, date):
    if chosen.out:
        folder = chosen.out
    else:
        folder = os.path.join(ROOT, "bench", "results", f"{date}-{machine.cpu_slug()}-{len(os.sched_getaffinity(0))}c")
        taken = 1
        while os.path.exists(folder if taken == 1 else f"{folder}-{taken}"):
            taken += 1
        folder += "" if taken == 1 else f"-{taken}"
    os.makedirs(folder, exist_ok=True)
    return folder


def main():
    chosen = options()
    jdk = machine.find_jdk()
    if jdk is None:
        print("compare: no JDK of version 25.0.3 or newer found: install one, or set JAVA_HOME", file=sys.stderr)
        sys.exit(3)
    absent = sorted({name for c in rows.COLUMNS for r in rows.ROWS if r.key in c.rows for name in missing(c, r)})
    if absent:
        packages = " ".join("python3-" + name for name in absent)
        print(f"compare: not installed, so left out: {', '.join(absent)}: apt-get install {packages}", file=sys.stderr)
    build()
    java = os.path.join(jdk, "bin", "java")
    # Neither the place of the results nor the JVM's options of this shell belong to a measurement.
    for name in ("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS"):
        os.environ.pop(name, None)
    date = datetime.date.today().isoformat()
    whole, log, measured = machine.Watch(), [], {}
    versions = machine.versions(java, machine.commit(ROOT))
    with tempfile.TemporaryDirectory(prefix="tutti-bench-") as scratch:
        for row in rows.ROWS:
            if row.key in (chosen.only or [row.key]):
                print(f"compare: {row.title}", file=sys.stderr)
                measured[row.key] = measure(row, chosen, java, scratch, log)
    results = {"date": date, "command": command_line(chosen), "quick": chosen.quick, "reps": chosen.reps, "warm_seconds": chosen.warm,
               "workers": chosen.workers, "audio_seconds": chosen.audio_seconds, "machine": machine.describe(), "versions": versions,
               "not_installed": absent, "condition": whole.condition(), "rows": measured}
    folder = results_folder(chosen, date)
    report.write(folder, results, log)
    with open(os.path.join(folder, "summary.md")) as summary:
        print(summary.read())
    faults = [(r, c) for r in measured.values() for c in r["columns"].values() if "fault" in c]
    sys.exit(1 if faults or not all(r["results_agree"] for r in measured.values()) else 0)


def command_line(chosen):
    """What gives this run again; where its results went is left out."""
    words = ["bench/compare/run"] + (["--quick"] if chosen.quick else [])
    words += ["--reps", str(chosen.reps), "--warm", f"{chosen.warm:g}", "--workers", str(chosen.workers), "--audio-seconds", f"{chosen.audio_seconds:g}"]
    words += ["--only", ",".join(chosen.only)] if chosen.only else []
    words += ["--columns", ",".join(chosen.columns)] if chosen.columns else []
    return shlex.join(words)


if __name__ == "__main__":
    main()
