"""The results of a run as files: summary.md to read, results.json to compute with, raw.jsonl for the single runs, commands.sh."""
import json
import os

import rows

TITLES = {c.key: c.title for c in rows.COLUMNS}


def write(folder, results, log):
    save(folder, "results.json", json.dumps(results, indent=1))
    save(folder, "raw.jsonl", "".join(json.dumps(sample) + "\n" for sample in log))
    save(folder, "commands.sh", f"git checkout {results['versions']['tutti'].removesuffix('+changes')}\n{results['command']}\n")
    save(folder, "summary.md", summary(results))


def save(folder, name, text):
    with open(os.path.join(folder, name), "w") as file:
        file.write(text if text.endswith("\n") else text + "\n")


def summary(results):
    parts = [f"# Tutti and its peers, {results['date']}", condition(results), standings(results), table(results), faults(results), machine(results)]
    return "\n\n".join(part for part in parts if part)


def condition(results):
    c = results["condition"]
    quick = "**A quick run: it shows that everything works, its figures mean nothing.** " if results["quick"] else ""
    return (f"{quick}Each cell: {runs(results)} runs, {results['workers']} workers. Rows were run one after the other, "
            f"the columns of a row in turn. Load average {c['load_before']} before, {c['load_after']} after; {c['steal_percent']} % of the "
            f"time stolen by the host, {c['io_wait_percent']} % waiting for a disk, {c['idle_percent']} % idle.")


def runs(results):
    """How many runs a cell had: rows of short ones had more."""
    all_runs = sorted({row["runs"] for row in results["rows"].values()})
    return str(all_runs[0]) if len(all_runs) < 2 else f"{all_runs[0]} to {all_runs[-1]}"


def standings(results):
    """Tutti's processes beside the best of the peers and the limit, a line for each row."""
    lines = []
    for key, r in results["rows"].items():
        ours = next((c for c in ("tutti-processes", "tutti-waits") if "median" in r["columns"].get(c, {})), None)
        lines += standing(r, r["title"], ours, best_peer(r), limit_of(key))
        if key in rows.ALONE:
            ours, peers, limit = rows.ALONE[key]
            lines += standing(r, r["title"] + ", sequential", ours, best_of(r, peers), limit)
    if not lines:
        return ""
    head = [line(["", "unit", "Tutti", "best peer", "times as good", "limit", "part of the limit"]),
            line(["---"] * 2 + ["---:", "---", "---:", "---", "---:"])]
    return ("## Tutti beside the best peer\n\nMedians. Peers are pools of processes; *times as good* above 1 is better.\n\n" + "\n".join(head + lines))


def standing(r, title, ours, best, limit):
    if "median" not in r["columns"].get(ours, {}) or not best and not limit:
        return []
    cells = [title, r["unit"], median(r, ours)]
    for other in (best, limit):
        there = "median" in r["columns"].get(other, {})
        cells += [f"{median(r, other)}, {TITLES[other]}" if there else "", factor(r, ours, other)]
    return [line(cells)]


def median(r, key):
    figures = r["columns"][key]
    return number(figures["median"]) + (" *" if figures.get("only_disturbed") else "")


def best_peer(r):
    return best_of(r, [c.key for c in rows.COLUMNS if c.group in ("python", "jvm")])


def best_of(r, keys):
    medians = [(r["columns"][key]["median"], key) for key in keys if "median" in r["columns"].get(key, {})]
    return (max if r["higher_is_better"] else min)(medians)[1] if medians else None


def limit_of(key):
    return next(r.limit for r in rows.ROWS if r.key == key) or None


def factor(r, ours, other):
    """How many times as good; above 1 is better, whatever the unit. Nothing is said where one of them was always disturbed."""
    figures = [r["columns"].get(key, {}) for key in (ours, other)]
    if any(f.get("only_disturbed") for f in figures):
        return ""
    one, two = (f.get("median") for f in figures)
    if not one or not two:
        return ""
    return f"{one / two if r['higher_is_better'] else two / one:.3g}"


def table(results):
    lines = [line(["", "", "median", "min", "max", "to the best peer", "to the limit"]), line(["---"] * 2 + ["---:"] * 5)]
    for key, r in results["rows"].items():
        title = f"{r['title']}, {r['unit']}{' (more is better)' if r['higher_is_better'] else ''}"
        for column in rows.COLUMNS:
            figures = r["columns"].get(column.key)
            if figures is None:
                continue
            if "fault" in figures:
                cells = ["failed", "", "", "", ""]
            else:
                cells = [f"**{median(r, column.key)}**", number(figures["min"]), number(figures["max"]),
                         factor(r, column.key, best_peer(r)), factor(r, column.key, limit_of(key))]
            lines.append(line([title, column.title] + cells))
            title = ""
    return "## All figures\n\nThe two ratios: how many times as good, above 1 is better.\n\n" + "\n".join(lines)


def line(cells):
    return "| " + " | ".join(cells) + " |"


def number(value):
    if value >= 1_000_000:
        return f"{value / 1e6:.3g} M"
    if value >= 1_000:
        return f"{float(f'{value:.3g}'):,.0f}"
    return f"{value:.3g}"


def faults(results):
    lines = []
    for r in results["rows"].values():
        columns = r["columns"].items()
        lines += [f"- {r['title']}, {TITLES[key]}: {figures['fault']}" for key, figures in columns if "fault" in figures]
        only = [TITLES[key] for key, figures in columns if figures.get("only_disturbed")]
        if only:
            lines.append(f"- {r['title']} (*): others used the machine in all runs, so these figures say little: {', '.join(only)}")
        some = [f"{figures['disturbed_runs']} of {TITLES[key]}" for key, figures in columns if figures.get("disturbed_runs") and TITLES[key] not in only]
        if some:
            lines.append(f"- {r['title']}: runs that do not count, because others used the machine: {', '.join(some)}")
        if not r["results_agree"]:
            lines.append(f"- {r['title']}: the columns' results differ")
    lines += [f"- not there: {', '.join(results['not_installed'])}"] if results["not_installed"] else []
    return "## Failed or left out\n\n" + "\n".join(lines) if lines else ""


def machine(results):
    m, v = results["machine"], results["versions"]
    own = [r.key for r in rows.ROWS if not r.of]
    titles = "\n".join(f"| {r['title']} | {r['condition']['load_before']} to {r['condition']['load_after']} | {r['condition']['steal_percent']} | "
                       f"{r['condition']['io_wait_percent']} | {r['condition']['idle_percent']} |"
                       for key, r in results["rows"].items() if key in own)
    installed = ", ".join(f"{name} {v[name]}" for name in ("joblib", "numpy", "scipy", "PP4J") if v.get(name))
    return (f"## Machine and versions\n\n{m['cpu']}, {m['cores']} cores, {m['memory_mib']} MiB, Linux {m['kernel']} {m['architecture']}. "
            f"JDK {v['jdk']} ({v['jdk_vendor']}); CPython {v['python']}{', ' + installed if installed else ''}. Tutti {v['tutti']}.\n\n"
            f"| row | load average | stolen, % | waiting for a disk, % | idle, % |\n| --- | ---: | ---: | ---: | ---: |\n{titles}\n\n"
            f"Command: `{results['command']}`")
