# SPDX-License-Identifier: MIT
#
# What is shipped is hardened, as its ELF headers and symbols tell: hardened.sh LIBRARY FILE...
# LIBRARY is the static one, FILE the shared one, a program or a module of Python.
set -euo pipefail

library=$1
shift
bad=0
report() {
  echo "hardened: $1" >&2
  bad=1
}

fortified=0
for file in "$@"; do
  name=${file##*/}
  head=$(readelf -hW "$file")
  segments=$(readelf -lW "$file")
  dynamic=$(readelf -dW "$file")
  symbols=$(readelf -sW --dyn-syms "$file")
  grep -q ' GNU_RELRO ' <<<"$segments" || report "$name: no RELRO"
  grep -qE 'FLAGS(_1)?\).*\b(BIND_NOW|NOW)\b' <<<"$dynamic" || report "$name: no BIND_NOW"
  grep -qE 'GNU_STACK .* RW +0x' <<<"$segments" || report "$name: the stack can be executed"
  grep -q 'TEXTREL' <<<"$dynamic" && report "$name: code is written to as it is loaded"
  grep -q ' __stack_chk_fail' <<<"$symbols" || report "$name: no stack protector"
  grep -qE ' __(mem|str|f?read|v?f?s?n?printf)[a-z]*_chk' <<<"$symbols" && fortified=1
  case $name in
    *.so*) grep -q 'Type: *DYN' <<<"$head" || report "$name: is no shared object" ;;
    *) grep -q 'Flags: .*PIE' <<<"$dynamic" || report "$name: not position-independent (PIE)" ;;
  esac
done
((fortified)) || report "nothing has checks of _FORTIFY_SOURCE"
symbols=$(readelf -sW "$library")
grep -q ' __stack_chk_fail' <<<"$symbols" || report "${library##*/}: no stack protector"

exit $bad
