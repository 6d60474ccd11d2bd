# SPDX-License-Identifier: MIT
#
# Installs a build into FOLDER/first and moves that to FOLDER/moved, where nothing may remember
# where it was built or installed: install.sh BUILD SOURCE FOLDER
set -euo pipefail

build=$1 source=$2 folder=$3

rm -rf -- "$folder"
cmake --install "$build" --prefix "$folder/first"
mv -- "$folder/first" "$folder/moved"
if grep -rlF -e "$source" -e "$build" -e "$folder" -- "$folder/moved"; then
  echo "install: these files remember a folder they should not know" >&2
  exit 1
fi
# Manuals lead to what is installed, and so do the pages among themselves.
docs=$folder/moved/share/doc/mfpar
for page in $(for program in "$folder"/moved/bin/mf-*; do "$program" --help; done |
  grep -oE '[A-Za-z/_-]+\.md' | sort -u); do
  [[ -n $(find "$docs" -path "*/$page") ]] || {
    echo "install: a manual cites $page, which is not installed" >&2
    exit 1
  }
done
(cd -- "$docs" && for page in apps/*.md lib/FORMAT.md lib/INTERCHANGE.md lib/USING.md; do
  [[ -s $page ]] || exit 1
  for link in $(grep -oE '\]\([^):#]+\.md' "$page" | sed 's/^](//'); do
    [[ -e $(dirname -- "$page")/$link ]] || {
      echo "install: $page leads to $link, which is not installed" >&2
      exit 1
    }
  done
done)
