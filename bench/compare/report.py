"""The results of a run as files: summary.md to read, results.json to compute with, raw.jsonl for the single runs, commands.sh."""
import json
import os

import rows


def write(folder, results, log):
    save(folder, "results.json", json.dumps(results, indent=1))
    save(folder, "raw.jsonl", "".join(json.dumps(sample) + "\n" for sample in log))
    save(folder, "commands.sh", f"git checkout {results['versions']['tutti'].removesuffix('+changes')}\n{results['command']}\n")
    save(folder, "summary.md", summary(results))


def save(folder, name, text):
    with open(os.path.join(folder, name), "w") as file:
        file.write(text if text.endswith("\n") else text + "\n")


def summary(results):
    parts = [f"# Tutti and its peers, {results['date']}", condition(results), table(results), ratios(results), faults(results), machine(results)]
    return "\n\n".join(part for part in parts if part)


def condition(results):
    c = results["condition"]
    quick = "**A quick run: it shows that everything works, its figures mean nothing.** " if results["quick"] else ""
    return (f"{quick}Each cell: median (min to max) of {results['reps']} runs, {results['workers']} workers. Rows were run one after the other, "
            f"the columns of a row in turn. Load average {c['load_before']} before, {c['load_after']} after; {c['steal_percent']} % of the "
            f"time stolen by the host, {c['idle_percent']} % idle.")


def table(results):
    measured = results["rows"]
    lines = [line([""] + [f"{r['title']}, {r['unit']} {'(more is better)' if r['higher_is_better'] else ''}".strip() for r in measured.values()]),
             line(["---"] + ["---:"] * len(measured))]
    for column in rows.COLUMNS:
        cells = [cell(r["columns"].get(column.key)) for r in measured.values()]
        if any(cells):
            lines.append(line([column.title] + cells))
    return "\n".join(lines)


def line(cells):
    return "| " + " | ".join(cells) + " |"


def cell(figures):
    if figures is None:
        return ""
    if "fault" in figures:
        return "failed"
    return f"**{number(figures['median'])}** ({number(figures['min'])} to {number(figures['max'])})"


def number(value):
    if value >= 1_000_000:
        return f"{value / 1e6:.3g} M"
    if value >= 1_000:
        return f"{float(f'{value:.3g}'):,.0f}"
    return f"{value:.3g}"


def ratios(results):
    """How Tutti's processes stand against the best of the others, as factors above 1 where Tutti is ahead."""
    lines = []
    for r in results["rows"].values():
        ours = r["columns"].get("tutti-processes") or r["columns"].get("tutti-waits", {})
        if "median" not in ours:
            continue
        standings = []
        for group, name in (("python", "the best Python pool"), ("limit", "the bare limit")):
            others = [(r["columns"][c.key]["median"], c.title) for c in rows.COLUMNS
                      if c.group == group and "median" in r["columns"].get(c.key, {})]
            if others:
                best, title = (max if r["higher_is_better"] else min)(others)
                factor = ours["median"] / best if r["higher_is_better"] else best / ours["median"]
                standings.append(f"{factor:.2g} times {name}" + (f" ({title})" if group == "python" else ""))
        if standings:
            lines.append(f"- {r['title']}: " + ", ".join(standings))
    return "## Tutti processes, as speed\n\nBelow 1 Tutti is slower.\n\n" + "\n".join(lines) if lines else ""


def faults(results):
    titles = {c.key: c.title for c in rows.COLUMNS}
    lines = [f"- {r['title']}, {titles[key]}: {figures['fault']}"
             for r in results["rows"].values() for key, figures in r["columns"].items() if "fault" in figures]
    lines += [f"- {r['title']}: the columns' results differ" for r in results["rows"].values() if not r["results_agree"]]
    lines += [f"- not installed: {', '.join(results['not_installed'])}"] if results["not_installed"] else []
    return "## Failed or left out\n\n" + "\n".join(lines) if lines else ""


def machine(results):
    m, v = results["machine"], results["versions"]
    titles = "\n".join(f"| {r['title']} | {r['condition']['load_before']} to {r['condition']['load_after']} | {r['condition']['steal_percent']} | "
                       f"{r['condition']['io_wait_percent']} | {r['condition']['idle_percent']} |" for r in results["rows"].values())
    installed = ", ".join(f"{name} {v[name]}" for name in ("joblib", "numpy", "scipy") if v[name])
    return (f"## Machine and versions\n\n{m['cpu']}, {m['cores']} cores, {m['memory_mib']} MiB, Linux {m['kernel']} {m['architecture']}. "
            f"JDK {v['jdk']} ({v['jdk_vendor']}); CPython {v['python']}{', ' + installed if installed else ''}. Tutti {v['tutti']}.\n\n"
            f"| row | load average | stolen, % | waiting for a disk, % | idle, % |\n| --- | ---: | ---: | ---: | ---: |\n{titles}\n\n"
            f"Command: `{results['command']}`")
