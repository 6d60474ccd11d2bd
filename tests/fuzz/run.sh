# SPDX-License-Identifier: MIT
#
# Builds the targets and fuzzes each: bash tests/fuzz/run.sh [SECONDS [TARGET]...]
# 60 seconds each unless said otherwise. What was learnt is kept in build/fuzz/corpus and gone on
# from; inputs that fail are kept in build/fuzz/finds. The exit code is then 1, as it is where a
# target does not run (build/fuzz/TARGET.log).
set -euo pipefail

seconds=${1:-60}
shift || true
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.."
bash cmake/build.sh fuzz fuzz_targets
if [[ $# -eq 0 ]]; then
  set -- $(cd tests/fuzz/seeds && echo *)
fi

# Traces of allocations take a fifth of the time otherwise.
export ASAN_OPTIONS=malloc_context_size=3:quarantine_size_mb=16
# Checkpoints are files in folders, which are flushed.
[[ ! -d /dev/shm ]] || export TMPDIR=${TMPDIR-/dev/shm}
mkdir -p build/fuzz/finds
failed=0
printf '%-16s %12s %8s %8s  %s\n' target executions edges inputs finds
for target in "$@"; do
  corpus=build/fuzz/corpus/$target log=build/fuzz/$target.log words=()
  mkdir -p "$corpus"
  [[ ! -f tests/fuzz/words/$target ]] || words=(-dict="tests/fuzz/words/$target")
  build/fuzz/tests/fuzz/fuzz_"$target" "$corpus" tests/fuzz/seeds/"$target" "${words[@]}" \
    -max_total_time="$seconds" -max_len=16384 -timeout=20 -rss_limit_mb=2048 -reload=0 \
    -artifact_prefix=build/fuzz/finds/"$target"- -print_final_stats=1 >"$log" 2>&1 || true
  finds=$(find build/fuzz/finds -name "$target-*" | wc -l)
  executions=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
  [[ $finds -eq 0 && -n $executions ]] || failed=1
  printf '%-16s %12s %8s %8s  %s\n' "$target" "${executions:-none}" \
    "$(sed -n 's/.* cov: \([0-9]*\) .*/\1/p' "$log" | tail -n 1)" \
    "$(find "$corpus" -type f | wc -l)" "$finds"
done
exit "$failed"
