# SPDX-License-Identifier: MIT
"""Runs programs in ever more address space (ulimit -v), from too little to enough.

python3 sweep_memory.py BIN [--only NAME[,NAME]...] [--from MIB] [--by MIB]

Each run ends with exit code 0 and the right bytes, or with 4 and a line that says that there is not
enough memory; where there is too little for the system to load the program, the system says so.
mf-serve is started, and asked where it listens. Exits 1 if not.
"""

import argparse
import os
import re
import resource
import signal
import subprocess
import sys
import tempfile
import urllib.request
from collections import Counter
from pathlib import Path

from programs import SCENARIOS, Programs, Run, name_of_code, prepare, restore, state_of, wanted_of


def was_loaded(run):
    """Whether main() was reached: the loader and the kernel need memory first."""
    return not (run.code in (127, -signal.SIGKILL, -signal.SIGSEGV) and
                (run.err in ("", "out of memory\n") or
                 "error while loading shared libraries" in run.err))


def serve(programs, memory):
    """Starts the service, asks it for its health and ends it."""
    def limit():
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    with subprocess.Popen([programs.binaries / "mf-serve", "old.model", "--port", "0",
                           "--threads", "2"], cwd=programs.folder, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, preexec_fn=limit) as process:
        out = ""
        for line in process.stdout:
            out += line
            found = re.match(r"listening on (http://\S+)", line)
            if found:
                try:
                    with urllib.request.urlopen(found[1] + "/recommend?user=u1", timeout=20) as it:
                        out += it.read().decode()
                except OSError as error:
                    out += f"no answer: {error}\n"
                process.terminate()
        return Run(process.wait(30), out, process.stderr.read())


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("binaries")
    parser.add_argument("--only", default=",".join([*SCENARIOS, "serve"]))
    parser.add_argument("--from", dest="first", type=float, default=8, help="MiB")
    parser.add_argument("--by", type=float, default=0.25, help="MiB")
    options = parser.parse_args()
    problems = Counter()
    total = 0
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "work"
        place.mkdir()
        programs = Programs(options.binaries, "none", place)
        before = prepare(programs)
        for name in options.only.split(","):
            scenario = SCENARIOS.get(name)
            wanted = wanted_of(programs, scenario, before) if scenario else before
            outcomes = Counter()
            good, memory = 0, options.first
            while good < 4:  # a little more is no little less
                size = int(memory * 2 ** 20)
                run = programs.run(scenario.command, memory=size) if scenario else serve(
                    programs, size)
                after = state_of(place)
                loaded = was_loaded(run)
                outcomes[name_of_code(run.code) if loaded else "not loaded"] += 1
                total += 1
                problem = scenario.judge(before, after, wanted) if scenario else ""
                if run.code == 0:
                    good += 1
                    if scenario and not scenario.has_all(after, wanted):
                        problem = "exit code 0 without a result"
                    if not scenario and '"items":[' not in run.out and '"error"' not in run.out:
                        problem = f"no answer: {run.out}"
                elif "no answer" in run.out and run.code == -signal.SIGTERM:
                    pass  # it had ended by itself when it was told to
                elif loaded and (run.code != 4 or len(run.message()) != 1 or "bug" in run.err):
                    problem = f"exit code {name_of_code(run.code)}: {run.err[-300:]}"
                if problem:
                    problems[f"{name}: {problem}"] += 1
                    print(f"  {name} with {memory} MiB: {problem}", flush=True)
                restore(place, before)
                memory += options.by
            print(f"{name:14} {options.first} to {memory} MiB: " +
                  ", ".join(f"{count} with {code}" for code, count in outcomes.items()), flush=True)
    print(f"{total} runs, {sum(problems.values())} problems")
    for problem, count in sorted(problems.items()):
        print(f"{count:6} {problem}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
