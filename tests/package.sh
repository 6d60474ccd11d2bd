# SPDX-License-Identifier: MIT
#
# Builds the Debian packages and lives with them in a clean Debian of this machine's release:
# installs them, runs the programs, compiles against the library, removes all and looks for what was
# left behind.
#   bash tests/package.sh [FOLDER]
# Needs root, debootstrap and the network, so that no other test runs it. The clean Debian is made
# in FOLDER, or in a temporary one, and is not kept.
set -euo pipefail

cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."
fail() {
  echo "package: error: $1" >&2
  exit 1
}
((EUID == 0)) || fail "only root can make a Debian root; run it as root"
command -v debootstrap >/dev/null || fail "install debootstrap"
say() { echo "== $1"; }

say "Packages"
bash cmake/setup.sh tests
bash cmake/build.sh package package
packages=(build/package/packages/*.deb)
ls -l -- "${packages[@]}"
if command -v lintian >/dev/null; then lintian --allow-root --fail-on error -- "${packages[@]}"; fi

say "A clean Debian"
release=$(. /etc/os-release && echo "$VERSION_CODENAME")
# From where this machine has its own packages.
mirror=$(apt-get indextargets --format '$(SITE)' "Codename: $release" "Created-By: Packages" |
  head -n 1)
[[ -n $mirror ]] || fail "apt knows no source of $release"
root=$(mktemp -d -p "${1:-${TMPDIR:-/tmp}}" mfpar-root.XXXXXX)
chmod 755 -- "$root" # for the user that apt downloads as
remove_root() {
  umount -q -- "$root/proc" || true
  rm -rf --one-file-system -- "$root"
}
trap remove_root EXIT
debootstrap --variant=minbase "$release" "$root" "$mirror" >"$root.log" 2>&1 ||
  { cat "$root.log" >&2 && fail "debootstrap failed"; }
rm -- "$root.log"
# As this machine reaches its sources.
apt-config dump | grep '^Acquire::http' >"$root/etc/apt/apt.conf.d/90http" || true
cp /etc/resolv.conf "$root/etc/resolv.conf"
mount -t proc proc "$root/proc" 2>/dev/null || true

inside() { chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 \
  DEBIAN_FRONTEND=noninteractive "$@"; }
install_with_apt() { inside apt-get -qq -y --no-install-recommends install "$@" >/dev/null; }
# Names of the packages in a field, without versions; those of ours are left out.
names_in() {
  local package
  for package in "${packages[@]}"; do dpkg-deb -f "$package" "$1"; done |
    tr ',' '\n' | sed -E 's/^ *//; s/ .*//' | grep -v '^libmfpar' | sort -u
}
list_files() {
  (cd -- "$root" && find . \( -path ./proc -o -path ./tmp -o -path ./var \) -prune -o -print | sort)
}

inside apt-get -qq update
install_with_apt $(names_in Depends)
install_with_apt cmake g++ make pkg-config
list_files >"$root/tmp/before"

say "Installed"
mkdir -p -- "$root/tmp/packages"
cp -- "${packages[@]}" "$root/tmp/packages"
inside sh -c 'dpkg -i /tmp/packages/*.deb'
inside ldconfig -p | grep 'libmfpar\.so\.0' || fail "the linker does not find libmfpar.so.0"
inside sh -ec 'cd /tmp
  mf-data synth --shape ml-100k --seed 1 -o ratings.csv
  mf-data split ratings.csv --train-out train.csv --valid-out test.csv
  mf-train train.csv -o ratings.model -q
  mf-eval ratings.model test.csv
  mf-recommend ratings.model --user 1 --top 3
  mf-recommend ratings.model 1=5 2=1 --as ann --top 3
  mf-fold-in ratings.model 1=5 2=1 --as ann -o next.model
  mf-model verify next.model
  python3 -c "import mfpar; print(mfpar.load(\"next.model\").recommend(\"ann\", 3))"'
tools=$(dpkg-deb -c build/package/packages/mfpar-tools_*.deb | sed -n 's|.*\./usr/bin/||p')
for program in $tools; do
  for file in "man/man1/$program.1.gz" "bash-completion/completions/$program"; do
    [[ -s $root/usr/share/$file ]] || fail "there is no /usr/share/$file"
  done
  inside "$program" --version
done

say "Compiled against, without and with what the static library needs"
cp -r tests/packaging/consumer "$root/tmp/consumer"
consume() { inside bash /tmp/consumer/run.sh "$1" "/tmp/consumer-$1" /usr; }
consume shared
consume pkg-config
if consume static >/dev/null 2>&1; then
  fail "static linking worked before what it needs was there"
fi
install_with_apt $(names_in Recommends | grep -v "^python3")
consume static
consume pkg-config-static

say "Removed"
inside dpkg -P python3-mfpar mfpar-tools libmfpar-dev libmfpar0
list_files >"$root/tmp/after"
lost=$(comm -23 "$root/tmp/before" "$root/tmp/after")
[[ -z $lost ]] || fail "lost: $lost"
# Whatever came and belongs to no package is ours.
left=$(comm -13 "$root/tmp/before" "$root/tmp/after" | sed 's/^\.//' |
  inside xargs -d '\n' dpkg -S 2>&1 >/dev/null | sed -n 's/.* pattern //p')
[[ -z $left ]] || fail "left behind: $left"
! inside dpkg -l '*mfpar*' 2>/dev/null | grep mfpar || fail "dpkg still knows a package of ours"
say "Nothing is left behind"
