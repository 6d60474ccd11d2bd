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
