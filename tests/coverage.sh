# SPDX-License-Identifier: MIT
#
# How much of lib the tests run: bash tests/coverage.sh [ARGUMENT OF CTEST]...
# Builds the preset coverage, runs the tests, and prints lines and branches of every file of lib
# that has less than 95 % of its lines or 85 % of its branches run, and of all. A line or branch
# counts once, whichever program ran it. Clang counts what stands in the source: edges by which an
# exception leaves a call, which compilers add and gcov reports as branches, are none, and
# assertions are compiled out. What did not run, line by line: build/coverage/lines.txt.
set -euo pipefail

cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."
bash cmake/setup.sh coverage
bash cmake/build.sh coverage

build=build/coverage
rm -rf -- "$build/profiles"
# Processes that run at once share a few files, and add to them.
export LLVM_PROFILE_FILE=$PWD/$build/profiles/%4m.profraw
failed=0
# Some fail here: a profile cannot be written where files are limited, nor when a process is killed.
ctest --preset coverage --parallel "$(nproc)" "$@" </dev/null || failed=1

llvm-profdata-14 merge -sparse "$build"/profiles/*.profraw -o "$build/all.profdata"
objects=()
for program in "$build"/bin/mf-* "$build"/tests/tests_* "$build/tests/test_c_api"; do
  if [[ -f $program && -x $program ]]; then objects+=(-object "$program"); fi
done
sources=(-instr-profile "$build/all.profdata" "${objects[@]:1}" "$PWD/lib/src" "$PWD/lib/include")
llvm-cov-14 show "${sources[@]}" -show-branches=count >"$build/lines.txt"
llvm-cov-14 export "${sources[@]}" -summary-only >"$build/summary.json"
python3 tests/coverage_summary.py "$build/summary.json"
exit $failed
