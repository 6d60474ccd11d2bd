# SPDX-License-Identifier: MIT
#
# What the shared library exports is what its headers mark with MFPAR_API, no more and no less, and
# no function of the headers lacks the mark: exported_symbols.sh LIBRARY HEADERS
set -euo pipefail

library=$1 headers=$2
bad=0
report() {
  echo "exported_symbols: $1" >&2
  bad=1
}

code=$(sed 's|//.*||' "$headers"/*.h*)
marked=$(sed -nE -e 's/^(class|struct) MFPAR_API ([A-Za-z_0-9]+).*/\2/p' \
  -e 's/^MFPAR_API [^(]*[ *&]([A-Za-z_0-9]+)\(.*/\1/p' <<<"$code" | sort -u)
(($(wc -l <<<"$marked") > 10)) || report "hardly anything is marked in $headers: '$marked'"

# "mfpar::RatingTable::add(...)@@mfpar_0" as "RatingTable"; what is in no namespace of ours stays.
exported=$(nm -DC --defined-only "$library" |
  sed -E -e '/ A mfpar_0$/d' -e 's/^[0-9a-f]* . //' -e 's/@@?mfpar_0$//' \
    -e 's/^(vtable|typeinfo|typeinfo name) for (mfpar::)/\2/' -e 's/^mfpar::([A-Za-z_0-9]+).*/\1/' |
  sort -u)

for name in $(grep -vxF -- "$marked" <<<"$exported"); do
  report "$name is exported, but marked in no header"
done
for name in $(grep -vxF -- "$exported" <<<"$marked"); do
  report "$name is marked MFPAR_API, but not exported"
done
if nm -DC --defined-only "$library" | grep '::Impl'; then report "an inside is exported"; fi

# Functions begin at the start of a line, members do not.
if grep -E '^[A-Za-z_][A-Za-z_0-9:<>, *&]*[ *&][A-Za-z_0-9]+\(' <<<"$code" |
  grep -vE '^(MFPAR_API|inline|template|constexpr|static|typedef) '; then
  report "these functions are not marked MFPAR_API"
fi

exit $bad
