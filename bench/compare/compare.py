"""Runs every column of every row, interleaved, and writes the table. bench/README.md says what it means."""
import argparse
import datetime
import os
import shlex
import subprocess
import sys
import tempfile

import condition
import jars
import machine
import report
import rows
import wav
from cell import Cell

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = jars.ROOT


def options():
    parser = argparse.ArgumentParser(prog="bench/compare/run", description="Tutti and its peers on the same work, side by side.")
    parser.add_argument("--quick", action="store_true", help="small counts, two repetitions: shows that it works, measures nothing")
    parser.add_argument("--reps", type=int, help="counted runs of each cell (default 7)")
    parser.add_argument("--warm", type=float, metavar="SECONDS", help="uncounted runs of each cell before (default 3)")
    parser.add_argument("--workers", type=int, default=2, help="workers of each pool (default 2)")
    parser.add_argument("--only", metavar="ROW,...", type=lambda text: text.split(","), help="of " + ", ".join(r.key for r in rows.ROWS if not r.of))
    parser.add_argument("--columns", metavar="COLUMN,...", type=lambda text: text.split(","), help="of " + ", ".join(c.key for c in rows.COLUMNS))
    parser.add_argument("--audio-seconds", type=float, metavar="SECONDS", help="length of each audio file (default 240)")
    parser.add_argument("--out", metavar="DIR", help="where the results go (default bench/results/<date>-<cpu>-<cores>c)")
    chosen = parser.parse_args()
    chosen.reps = chosen.reps or (2 if chosen.quick else 7)
    chosen.warm = chosen.warm if chosen.warm is not None else (0.5 if chosen.quick else 3)
    chosen.audio_seconds = chosen.audio_seconds or (2 if chosen.quick else 240)
    if chosen.only:
        chosen.only = [key for name in chosen.only for key in rows_named(name)]
    for given, known in ((chosen.only, rows.ROWS), (chosen.columns, rows.COLUMNS)):
        unknown = set(given or ()) - {one.key for one in known}
        if unknown:
            parser.error(f"not known: {', '.join(sorted(unknown))}")
    return chosen


def rows_named(name):
    """The row of that name, or else all whose names begin with it and a dot."""
    own = [r.key for r in rows.ROWS if not r.of]
    return [key for key in own if key == name] or [key for key in own if key.startswith(name + ".")] or [name]


def measure(row, chosen, java, scratch, log):
    """All columns of one row: each is warmed up, then all run in turn, and each repetition begins with another one."""
    items = (chosen.workers if row.key == "start" else row.quick_items if chosen.quick else row.items)
    cells, watch = [], machine.Watch()
    beside = condition.Busy() if row.condition == "busy" else condition.Neighbour(scratch) if row.condition == "neighbour" else None
    try:
        for column in columns_of(row, chosen):
            folder = None
            if row.key == "audio":
                folder = os.path.join(scratch, column.key)
                wav.make(os.path.join(scratch, "input"), folder, items, chosen.audio_seconds)
            cells.append(Cell(column, row, command(column, row, chosen.workers, items, folder, java), chosen.workers, folder,
                              beside if row.condition == "neighbour" else None))
        for cell in cells:
            cell.warm_up(chosen.warm * row.warm)
        reps = chosen.reps * (1 if chosen.quick else row.often)
        for rep in range(reps):
            first = rep % len(cells) if cells else 0
            for cell in cells[first:] + cells[:first]:
                check = (lambda folder: wav.fault(folder, items, chosen.audio_seconds, cell.column.group != "limit")) if rep + 1 == reps else None
                cell.run(counted=True, check=check)
                if cell.was_disturbed():
                    cell.run(counted=True)  # once more; neither counts if both were
    finally:
        for cell in cells:
            cell.close()
            log.extend(cell.kept())
        if beside:
            beside.close()
    shared = {"items": items, "runs": reps, "condition": watch.condition(), "results_agree": len({s["result"] for c in cells for s in c.samples}) <= 1}
    return {r.key: {"title": r.title, "unit": r.unit, "higher_is_better": r.higher_is_better, **shared,
                    "columns": {c.column.key: c.figures(r) for c in cells if r.key in c.column.rows}}
            for r in rows.ROWS if row.key in (r.key, r.of)}


def columns_of(row, chosen):
    return [c for c in rows.COLUMNS if row.key in c.rows and c.key in (chosen.columns or [c.key]) and not missing(c, row)]


def missing(column, row):
    return [name for name in needed(column, row) if not (jars.has_pp4j() if name == "pp4j" else machine.module_version(name))]


def needed(column, row):
    needs = [column.needs] if column.needs else []
    return needs + (["numpy", "scipy"] if row.key == "audio" and column.group in ("python", "loop") else [])


def command(column, row, workers, items, folder, java):
    cell = [column.key, row.program or row.key, str(workers), str(items)] + ([folder] if folder else [])
    where = condition.ONE_CORE if row.condition == "one core" else []
    if column.group in ("python", "loop") or column.key == "nothing":
        return [*where, sys.executable, os.path.join(HERE, "peer.py"), *cell]
    flags = {"tutti-native": ["--enable-native-access=ALL-UNNAMED"], "tutti-uncached": ["-Dtutti.aot=off"]}.get(column.key, [])
    return [*where, java, *flags, "-cp", jars.class_path(column), "dev.tutti.bench.compare.Peer", *cell]


def make_start_caches(chosen, java):
    """As a program has them that was run before: the first run leaves the one for all programs, the second one its own."""
    row = next(r for r in rows.ROWS if r.key == "start")
    for column in columns_of(row, chosen):
        if column.key == "tutti-processes":
            for _ in range(2):
                subprocess.run(command(column, row, chosen.workers, chosen.workers, None, java), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True)


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
    jars.build()
    jars.fetch_pp4j()
    absent = sorted({name for c in rows.COLUMNS for r in rows.ROWS if r.key in c.rows for name in missing(c, r)})
    if absent:
        packages = " ".join("python3-" + name for name in absent if name != "pp4j")
        print(f"compare: not there, so left out: {', '.join(absent)}" + (f": apt-get install {packages}" if packages else ""), file=sys.stderr)
    java = os.path.join(jdk, "bin", "java")
    # Neither the place of the results nor the JVM's options of this shell belong to a measurement.
    for name in ("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS"):
        os.environ.pop(name, None)
    date = datetime.date.today().isoformat()
    whole, log, measured = machine.Watch(), [], {}
    versions = machine.versions(java, machine.commit(ROOT)) | {"PP4J": jars.PP4J_VERSION if jars.has_pp4j() else None}
    with tempfile.TemporaryDirectory(prefix="tutti-bench-") as scratch:
        make_start_caches(chosen, java)
        for row in rows.ROWS:
            if row.key in (chosen.only or [row.key]) and not row.of:
                print(f"compare: {row.title}", file=sys.stderr)
                measured.update(measure(row, chosen, java, scratch, log))
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
