# SPDX-License-Identifier: MIT
"""Writes what compare.py measured: Markdown, JSON and a plot."""
import json
import os
import shutil
import subprocess


def markdown_table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines)


def write(folder, results, machine):
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "compare.json"), "w") as file:
        json.dump({"machine": machine, "sections": results}, file, indent=1)
    with open(os.path.join(folder, "compare.md"), "w") as file:
        file.write("# Comparison\n\n" + "\n".join(f"{key}: {value}  " for key, value in machine.items()) + "\n")
        for section in results:
            file.write(f"\n## {section['title']}\n\n{section['explanation']}\n\n"
                       f"{markdown_table(section['head'], section['rows'])}\n")
    epochs = next((section for section in results if section["name"] == "epochs"), None)
    if epochs:
        plot(folder, epochs)


def plot(folder, epochs):
    """A bar for each rank and program: million ratings a second."""
    if not shutil.which("gnuplot"):
        print("gnuplot is not installed: no plot")
        return
    names = epochs["series"]
    data = "\n".join(f"{rank} " + " ".join(f"{value:.3f}" for value in values)
                     for rank, values in epochs["points"])
    bars = ", ".join(f"$speeds using {column + 2}:xtic(1) title '{name}'" for column, name in enumerate(names))
    script = f"""set terminal svg size 800,420 font 'sans,13'
set output 'compare.svg'
set style data histograms
set style fill solid 0.9 border -1
set xlabel 'rank'
set ylabel 'million ratings a second'
set yrange [0:*]
set key outside right top noenhanced
set grid ytics
$speeds << END
{data}
END
plot {bars}
"""
    subprocess.run(["gnuplot"], input=script, text=True, cwd=folder, check=True)
