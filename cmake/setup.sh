# SPDX-License-Identifier: MIT
#
# Installs the Debian packages of debian-packages.txt that are missing, and of
# debian-packages-LIST.txt for every LIST: bash cmake/setup.sh [LIST]... Does nothing where all are
# there. Exit 4, naming what is missing, where it cannot install them.
set -euo pipefail

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
# Names of packages have no blanks; a process substitution would need /proc.
needed=($(cat -- "$here/debian-packages.txt"))
for list in "$@"; do needed+=($(cat -- "$here/debian-packages-$list.txt")); done

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
  echo "setup: error: this is no Debian; install what is called here: ${needed[*]}" >&2
  echo "Then build with: cmake --preset release && cmake --build --preset release" >&2
  exit 4
fi

list_missing() {
  local installed package
  installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "${needed[@]}" 2>/dev/null ||
    true)
  for package in "${needed[@]}"; do
    grep -qxF "installed $package" <<<"$installed" || echo "$package"
  done
}

missing=($(list_missing))
((${#missing[@]})) || exit 0

cannot() {
  echo "setup: error: packages are missing and could not be installed: $1" >&2
  echo "Install them with: apt-get update && apt-get install ${missing[*]}" >&2
  exit 4
}

as_root=()
if ((EUID != 0)); then
  command -v sudo >/dev/null || cannot "not root, and there is no sudo"
  as_root=(sudo)
  # Only somebody at a terminal can be asked for a password.
  [[ -t 0 && -t 2 ]] || as_root=(sudo -n)
  "${as_root[@]}" true 2>/dev/null || cannot "not root, and sudo is not permitted"
fi

apt() {
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get -q -o DPkg::Lock::Timeout=300 "$@" </dev/null >&2
}

echo "setup: installing ${missing[*]}" >&2
# A source that cannot be reached need not be the one that has the packages.
apt update || echo "setup: warning: apt-get update failed" >&2
apt install -y --no-install-recommends "${missing[@]}" || cannot "apt-get install failed"
missing=($(list_missing))
((${#missing[@]} == 0)) || cannot "apt-get left them out"
