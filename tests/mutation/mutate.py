# SPDX-License-Identifier: MIT
"""Whether the tests notice when the library is changed: one small change at a time to a copy of it.

python3 tests/mutation/mutate.py [--mutants 300] [--seed 1] [--modules compute,store,...]
python3 tests/mutation/mutate.py --again PRINTED

Draws changes ("mutants") of lib/src by the seed: an operator of arithmetic, a comparison or its
boundary, a constant, a negated condition, a statement left out. Each is compiled and tried by the
tests of its module's folder, then by those of the modules that build upon it, and is killed where
one of them fails or takes too long. Prints a line a mutant and the share that was killed; those
that survive are to be looked at: some change nothing that can be seen, the others want a test. What
does not compile is no mutant, and another is drawn. --again tries those that survived once more, by
what an earlier run printed, as after a test was written.

The copy and its build are build/mutation, kept for the next run. Needs clang 14 and ninja; with
ccache the second run begins at once.
"""

import argparse
import json
import os
import random
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PLACE = ROOT / "build" / "mutation"
TREE, BUILD = PLACE / "tree", PLACE / "build"
# Each builds upon some of those before it.
MODULES = "base,io,loss,store,model,text,compute,ranking,gibbs,train,fold_in,recommend,tune"
TEST_SECONDS, BUILD_SECONDS = 300, 900

OPERATORS = {
    "arithmetic": {" + ": " - ", " - ": " + ", " * ": " / ", " / ": " * ", " += ": " -= ", " -= ": " += "},
    "boundary": {" < ": " <= ", " <= ": " < ", " > ": " >= ", " >= ": " > "},
    "comparison": {" == ": " != ", " != ": " == ", " < ": " > ", " > ": " < "},
    "logic": {" && ": " || ", " || ": " && "},
    "truth": {"true": "false", "false": "true"},
}


def code_of(line):
    """The line with comments and what stands in quotes blanked out, of the same length."""
    line = re.sub(r'"(\\.|[^"\\])*"|\'(\\.|[^\'\\])\'', lambda quoted: "_" * len(quoted[0]), line)
    return re.sub(r"//.*", lambda comment: " " * len(comment[0]), line)


def changes_of(line):
    """(kind, changed line) for every change that the line can take."""
    code = code_of(line)
    stripped = code.strip()
    if not stripped or stripped.startswith(("#", "template", "static_assert", "using ", "assert(")):
        return
    for kind, pairs in OPERATORS.items():
        for before, after in pairs.items():
            for match in re.finditer(re.escape(before) if before[0] == " " else rf"\b{before}\b", code):
                yield kind, line[: match.start()] + after + line[match.end() :]
    for match in re.finditer(r"(?<![\w.])\d+(?![\w.'])", code):
        yield "constant", line[: match.start()] + str(int(match[0]) + 1) + line[match.end() :]
    for match in re.finditer(r"(?<![\w.])\d+\.\d+(?=f?\b)(?!e)", code):
        yield "constant", line[: match.start()] + str(float(match[0]) + 1.0) + line[match.end() :]
    match = re.match(r"( *(?:\} else )?(?:if|while) \()(.*)(\) (?:\{|return\b.*|continue;|break;|.*;))$", code)
    if match and match[2].count("(") == match[2].count(")") and ";" not in match[2]:
        begin, end = match.span(2)
        yield "negation", line[:begin] + "!(" + line[begin:end] + ")" + line[end:]
    # A call or an assignment on a line of its own, no declaration.
    if re.match(r" +[a-z_][\w.\[\]>-]*(\(.*\)|(\[.*\])? [-+*/|&]?= .*);$", code) and "return" not in code:
        yield "removal", re.match(" *", line)[0] + ";"


def candidates(modules):
    """(module, path in the tree, number of the line, kind, changed line)."""
    found = []
    for module in modules:
        for file in sorted((ROOT / "lib" / "src" / module).rglob("*.cpp")):
            before = ""
            for number, line in enumerate(file.read_text(encoding="utf-8").split("\n")):
                # Only what begins and ends on its line can be left out.
                is_whole = before.rstrip().endswith((";", "{", "}", ":")) or not before.strip()
                for kind, changed in changes_of(line):
                    if kind != "removal" or is_whole:
                        found.append((module, file.relative_to(ROOT), number, kind, changed))
                before = code_of(line)
    return found


def run(command, seconds, **options):
    """The exit code, None where it took too long, and what was printed."""
    try:
        done = subprocess.run(
            command, timeout=seconds, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options
        )
        return done.returncode, done.stdout
    except subprocess.TimeoutExpired:
        return None, ""


def copy_tree():
    """Brings the copy up to date; files that are as they were keep their times."""
    names = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True
    ).stdout.splitlines()
    for name in names:
        source, copy = ROOT / name, TREE / name
        if not source.is_file() or (copy.exists() and copy.read_bytes() == source.read_bytes()):
            continue
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, copy)


def configure():
    launcher = ["-DCMAKE_CXX_COMPILER_LAUNCHER=ccache"] if shutil.which("ccache") else []
    code, out = run(
        ["cmake", "-S", str(TREE), "-B", str(BUILD), "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release"]
        + ["-DCMAKE_CXX_FLAGS_RELEASE=-O1", "-DCMAKE_C_COMPILER=clang-14", "-DCMAKE_CXX_COMPILER=clang++-14"]
        + ["-DMFPAR_FEW_KERNELS=ON", "-DMFPAR_BUILD_BENCH=OFF", "-DMFPAR_BUILD_APPS=OFF", "-DMFPAR_INSTALL=OFF"]
        + ["-DMFPAR_HARDEN=OFF", f"-DMFPAR_TEST_DATA={PLACE}/none"]
        + launcher,
        BUILD_SECONDS,
    )
    if code != 0:
        sys.exit(out)


def build(program):
    jobs = os.environ.get("CMAKE_BUILD_PARALLEL_LEVEL", str(os.cpu_count()))
    return run(["ninja", "-C", str(BUILD), "-j", jobs, program], BUILD_SECONDS)


def tests_by_program():
    out = subprocess.run(
        ["ctest", "--test-dir", str(BUILD), "--show-only=json-v1"], check=True, stdout=subprocess.PIPE, text=True
    ).stdout
    tests = {}
    for test in json.loads(out)["tests"]:
        # A test whose program is not built yet has no command.
        program = Path(test.get("command", [""])[0]).name
        tests.setdefault(program, []).append(test["name"])
    return tests


def run_tests(names):
    pattern = "^(" + "|".join(map(re.escape, names)) + ")$"
    command = ["ctest", "--test-dir", str(BUILD), "-R", pattern, "--stop-on-failure", "--timeout", str(TEST_SECONDS)]
    return run(command, TEST_SECONDS * len(names))


def try_mutant(mutant, tests_of):
    """"killed", "survived", or "" where it does not compile; `tests_of` a module."""
    module, path, number, _, changed = mutant
    names = tests_of(module)
    file = TREE / path
    text = file.read_text(encoding="utf-8")
    lines = text.split("\n")
    lines[number] = changed
    file.write_text("\n".join(lines), encoding="utf-8")
    try:
        code, _ = build("tests_" + module)
        if code != 0:
            return ""
        # Those called as the file come first.
        stem = path.stem
        code, out = run_tests([name for name in names if stem in name or name in stem] or names)
        if code == 0:
            code, out = run_tests(names)
        every = MODULES.split(",")
        for other in every[every.index(module) + 1 :]:
            if code == 0:
                build("tests_" + other)
                code, out = run_tests(tests_of(other))
        return "survived" if code == 0 else "killed"
    finally:
        file.write_text(text, encoding="utf-8")


def line_of(outcome, mutant):
    _, path, number, kind, changed = mutant
    line = (ROOT / path).read_text(encoding="utf-8").split("\n")[number]
    return f"{outcome:8} {path}:{number + 1}: {kind}: {line.strip()}  ->  {changed.strip()}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--mutants", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--modules", default=MODULES)
    parser.add_argument("--again", type=Path, help="what an earlier run printed")
    parser.add_argument("--seconds", type=int, default=0, help="begin no mutant after so many")
    options = parser.parse_args()
    begin = time.monotonic()
    modules = options.modules.split(",")
    copy_tree()
    configure()
    drawn = candidates(modules)
    random.Random(options.seed).shuffle(drawn)
    if options.again:
        printed = set(options.again.read_text(encoding="utf-8").splitlines())
        drawn = [mutant for mutant in drawn if line_of("survived", mutant) in printed]
    print(f"{len(drawn)} changes are possible", flush=True)
    ready, results = {}, {"killed": [], "survived": [], "": []}

    def tests_of(module):
        if module not in ready:
            code, out = build("tests_" + module)
            names = tests_by_program().get("tests_" + module, [])
            if code != 0 or not names or run_tests(names)[0] != 0:
                sys.exit(f"the tests of {module} fail before anything is changed\n{out[-2000:]}")
            ready[module] = names
        return ready[module]

    for module in MODULES.split(","):
        tests_of(module)
    for mutant in drawn:
        judged = len(results["killed"]) + len(results["survived"])
        if judged == options.mutants or (options.seconds and time.monotonic() - begin > options.seconds):
            break
        outcome = try_mutant(mutant, tests_of)
        results[outcome].append(mutant)
        if outcome:
            print(line_of(outcome, mutant), flush=True)
    killed, survived = len(results["killed"]), len(results["survived"])
    if killed + survived:
        print(f"{killed} of {killed + survived} killed, {100 * killed / (killed + survived):.0f} %", end="")
        print(f"; {len(results[''])} did not compile; {time.monotonic() - begin:.0f} s")


if __name__ == "__main__":
    main()
