"""Prints what bench/codec has measured: the least time of each cell, because others share the machine."""

import json
import sys

cells = {}
for run in json.load(open(sys.argv[1])):
    method = run["benchmark"].rsplit(".", 1)[1]
    least = min(t for fork in run["primaryMetric"]["rawData"] for t in fork)
    cells.setdefault(run["params"]["value"], {})[method] = least

print("| value | encode | decode | decode a result | JDK: write | JDK: read | both ways, times as fast |")
print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
worst = None
for value, at in cells.items():
    ratio = (at["jdkEncode"] + at["jdkDecode"]) / (at["encode"] + at["decode"])
    worst = ratio if worst is None else min(worst, ratio)
    times = [at[m] for m in ("encode", "decode", "decodeResult", "jdkEncode", "jdkDecode")]
    print(f"| {value} | " + " | ".join(f"{t:,.0f}" for t in times) + f" | {ratio:.1f} |")
print(f"\nns for one value; the least of all factors is {worst:.1f}")
