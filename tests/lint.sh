# SPDX-License-Identifier: MIT
#
# What can be seen without running anything: bash tests/lint.sh format|tidy|cppcheck
#   format    every source stands as clang-format 14 puts it
#   tidy      clang-tidy, by .clang-tidy, finds nothing in lib and apps, of which the build with the
#             address sanitizer has the files, a folder as one, so that headers are read once
#   cppcheck  finds nothing in lib but what tests/cppcheck.txt says
set -euo pipefail

cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."
case "$#,${1-}" in
  1,format)
    find apps bench lib tests -regextype egrep -regex '.*[.](cpp|hpp|h|c|inl)' -print0 |
      xargs -0 clang-format-14 --dry-run -Werror
    ;;
  1,tidy)
    log=$(mktemp)
    trap 'rm -f -- "$log"' EXIT
    if ! run-clang-tidy-14 -p build/asan -quiet -extra-arg=-Wno-unknown-warning-option \
      '(lib|apps)/.*/Unity/' >"$log" 2>&1; then
      grep -A 4 -E '(error|warning): ' -- "$log" || cat -- "$log"
      exit 1
    fi
    ;;
  1,cppcheck)
    # Copies that cost are clang-tidy's.
    cppcheck -j "$(nproc)" --std=c++20 --language=c++ --enable=warning,portability --quiet \
      --suppressions-list=tests/cppcheck.txt --error-exitcode=1 \
      --template='{file}:{line}: {id}: {message}' -I lib/include -I lib/src lib/src
    ;;
  *)
    echo "usage: bash tests/lint.sh format|tidy|cppcheck" >&2
    exit 2
    ;;
esac
