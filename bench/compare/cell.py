"""One running cell: a program that does one measured run for each line it is sent."""
import json
import os
import select
import statistics
import subprocess
import sys
import tempfile
import time

import condition
import wav

LONGEST_RUN_SECONDS = 600


class Cell:
    def __init__(self, column, row, command, workers, folder, neighbour):
        self.column, self.row, self.workers, self.folder, self.neighbour = column, row, workers, folder, neighbour
        self.samples, self.fault = [], None
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

    def run(self, counted, check=None):
        """One run; `check` looks at the files that it has written, before they are removed."""
        usage = condition.Usage(self.process.pid) if counted and self.row.still else None
        begin, loops = time.monotonic(), self.neighbour.loops() if self.neighbour else 0
        line = self.ask("run" if counted else "warm")
        if not line:
            return
        sample = json.loads(line)
        if self.neighbour:
            sample["neighbour"] = (self.neighbour.loops() - loops) / (time.monotonic() - begin)
        if usage:
            sample.update(usage.since())
        sample["worker_seconds"] = sample["seconds"] * self.workers
        if self.folder:
            self.fault = check(self.folder) if check else None
            wav.clear(self.folder)
        self.samples.append({"row": self.row.key, "column": self.column.key, "counted": counted, **sample,
                             "figure": self.row.figure(sample[self.row.reads], sample["count"])})

    def warm_up(self, seconds):
        end = time.monotonic() + seconds
        self.run(counted=False)
        while time.monotonic() < end and not self.fault:
            self.run(counted=False)

    def was_disturbed(self):
        return bool(self.samples) and self.samples[-1].get("disturbed", False)

    def figures(self, row):
        """What the table has of these runs: of their own row, or of another figure of the same runs."""
        counted = [s for s in self.samples if s["counted"]]
        if self.fault or not counted:
            return {"fault": self.fault or "no run"}
        still = [s for s in counted if not s.get("disturbed")]
        values = [row.figure(s[row.reads], s["count"]) for s in still or counted]
        made = {"median": statistics.median(values), "min": min(values), "max": max(values), "samples": values, "result": counted[-1]["result"]}
        if len(still) < len(counted):
            made.update(disturbed_runs=len(counted) - len(still), only_disturbed=not still)
        return made

    def kept(self):
        """All counted runs, and the first and the last of the uncounted ones: quick rows have tens of thousands of those."""
        uncounted = [s for s in self.samples if not s["counted"]]
        return uncounted[:5] + uncounted[5:][-5:] + [s for s in self.samples if s["counted"]]

    def close(self):
        try:
            self.process.stdin.close()
            self.process.wait(30)
        except (OSError, subprocess.TimeoutExpired):
            self.process.kill()
            self.process.wait()
        if self.folder and os.path.isdir(self.folder):
            wav.clear(self.folder)
