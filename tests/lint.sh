# SPDX-License-Identifier: MIT
#
# What can be seen without running anything: bash tests/lint.sh format|tidy
#   format  every source stands as clang-format 14 puts it
#   tidy    clang-tidy, by .clang-tidy, finds nothing in lib and apps, of which the build with the
#           address sanitizer has the files, a folder as one, so that headers are read once
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
      cat -- "$log"
      exit 1
    fi
    ;;
  *)
    echo "usage: bash tests/lint.sh format|tidy" >&2
    exit 2
    ;;
esac
