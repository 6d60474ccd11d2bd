# SPDX-License-Identifier: MIT
"""What coverage.sh prints of the summary that llvm-cov exports: coverage_summary.py FILE"""

import json
import sys
from pathlib import Path

LINES, BRANCHES = 95, 85  # per cent that are enough


def show(name, summary):
    words = [f"{name:50}"]
    for what in "lines", "branches":
        counts = summary[what]
        words.append(f"{what} {counts['percent']:6.2f} % ({counts['count'] - counts['covered']} of {counts['count']} not)")
    print("  ".join(words))


def is_enough(summary):
    lines, branches = summary["lines"], summary["branches"]
    return lines["percent"] >= LINES and (branches["count"] == 0 or branches["percent"] >= BRANCHES)


root = Path(__file__).resolve().parents[1]
data = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))["data"][0]
for file in sorted(data["files"], key=lambda file: file["summary"]["lines"]["percent"]):
    if not is_enough(file["summary"]):
        show(str(Path(file["filename"]).relative_to(root)), file["summary"])
show("all of lib", data["totals"])
