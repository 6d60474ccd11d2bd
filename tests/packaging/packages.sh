# SPDX-License-Identifier: MIT
#
# Packs a build with cpack and looks into the packages: packages.sh BUILD
set -euo pipefail

cd -- "$1"
rm -rf packages
cpack >/dev/null
cd packages

fail() {
  echo "packages: $1" >&2
  exit 1
}

# Each of the files of `package`, given as patterns below /usr, is there.
holds() {
  local package=$1 files pattern
  shift
  files=$(dpkg-deb -c "$package"_*.deb)
  for pattern in "$@"; do
    grep -qE " \./usr/$pattern( |\$)" <<<"$files" || fail "$package does not hold usr/$pattern"
  done
}

# The field of the control file of `package` matches the pattern.
says() {
  local package=$1 field=$2 pattern=$3 value
  value=$(dpkg-deb -f "$package"_*.deb "$field")
  grep -qE -- "$pattern" <<<"$value" || fail "$package: $field is '$value', not like '$pattern'"
}

version=$(dpkg-deb -f libmfpar0_*.deb Version)
packages=(libmfpar0 libmfpar-dev mfpar-tools)
if compgen -G 'python3-mfpar_*.deb' >/dev/null; then packages+=(python3-mfpar); fi
if compgen -G 'mfpar-mpi_*.deb' >/dev/null; then packages+=(mfpar-mpi); fi
for package in "${packages[@]}"; do
  holds "$package" "share/doc/$package/copyright" "share/doc/$package/changelog.gz"
  says "$package" Version "^$version\$"
  [[ -e ${package}_${version}_$(dpkg --print-architecture).deb ]] ||
    fail "$package is called otherwise"
  # Nobody's package but root's, nothing that others may write to.
  if dpkg-deb -c "$package"_*.deb | grep -vE '^[-d]rw[-x]r-[-x]r-[-x] root/root |^l'; then
    fail "$package: owners or permissions"
  fi
done

lib='lib/([^/]+/)?'
holds libmfpar0 "${lib}libmfpar\.so\.0" "${lib}libmfpar\.so\.$version"
says libmfpar0 Depends 'libtbb12 .*libxxhash0'
dpkg-deb --ctrl-tarfile libmfpar0_*.deb | tar -xO ./triggers |
  grep -qx 'activate-noawait ldconfig' ||
  fail "libmfpar0 does not trigger ldconfig"
dpkg-deb --ctrl-tarfile libmfpar0_*.deb | tar -xO ./shlibs | grep -q '^libmfpar 0 libmfpar0' ||
  fail "libmfpar0 has no shlibs"

holds libmfpar-dev include/mfpar/mfpar.hpp include/mfpar/version.hpp "${lib}libmfpar\.a" \
  "${lib}libmfpar\.so" "${lib}pkgconfig/mfpar\.pc" "${lib}cmake/mfpar/mfpar-config\.cmake"
says libmfpar-dev Depends "^libmfpar0 \(= $version\)\$"
says libmfpar-dev Recommends libtbb-dev

says mfpar-tools Depends libboost-program-options
holds mfpar-tools share/doc/mfpar/README\.md share/doc/mfpar/apps/SERVE\.md \
  share/doc/mfpar/apps/RECOMMEND\.md share/doc/mfpar/apps/FOLD_IN\.md share/doc/mfpar/apps/LOG\.md \
  share/doc/mfpar/apps/EVAL\.md share/doc/mfpar/apps/REPORT\.md \
  share/doc/mfpar/apps/TRAIN\.md share/doc/mfpar/lib/USING\.md
holds mfpar-tools lib/systemd/system/mf-serve\.service lib/systemd/system/mf-serve\.socket
for program in ../bin/mf-*; do
  name=${program##*/}
  holds mfpar-tools "bin/$name" "share/man/man1/$name\.1\.gz" \
    "share/bash-completion/completions/$name"
done

if [[ " ${packages[*]} " == *" mfpar-mpi "* ]]; then
  holds mfpar-mpi "${lib}mfpar/mfpar-mpi\.so"
  says mfpar-mpi Depends "mfpar-tools \(= $version\)"
fi

if [[ " ${packages[*]} " == *" python3-mfpar "* ]]; then
  site=$(sed -n 's/^MFPAR_PYTHON_DIR:[A-Z]*=//p' ../CMakeCache.txt)
  holds python3-mfpar "$site/mfpar/__init__\.py" "$site/mfpar/py\.typed" \
    "$site/mfpar/_core\.[^/]*\.so" "$site/mfpar-$version\.dist-info/METADATA" \
    share/doc/python3-mfpar/films\.py share/doc/python3-mfpar/README\.md
  says python3-mfpar Depends 'python3 \(>= 3\.[0-9]+\), python3 \(<< 3\.[0-9]+\), python3-numpy'
  # What it holds can be imported.
  unpacked=$(mktemp -d)
  trap 'rm -rf -- "$unpacked"' EXIT
  dpkg-deb -x python3-mfpar_*.deb "$unpacked"
  python=$(sed -n 's/^_\?Python3_EXECUTABLE:[A-Z]*=//p' ../CMakeCache.txt | head -n 1)
  PYTHONPATH=$unpacked/usr/$site "$python" -Bc 'import mfpar; print(mfpar.__version__)' |
    grep -qx "$version" || fail "python3-mfpar cannot be imported"
fi
