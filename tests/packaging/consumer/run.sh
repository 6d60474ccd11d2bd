# SPDX-License-Identifier: MIT
#
# Builds and runs the consumers outside of the project's own build, in one of the ways in which they
# may come by the library:
#   run.sh shared|static|any FOLDER PREFIX             find_package, by kind
#   run.sh pkg-config|pkg-config-static FOLDER PREFIX  pkg-config and the compiler alone
#   run.sh subdirectory FOLDER SOURCE                  add_subdirectory, compiled only
#   run.sh subdirectory-linked FOLDER SOURCE           the same, with the library built once more
# FOLDER is built in; CC, CXX and CMAKE_GENERATOR are heeded.
set -euo pipefail

way=$1 folder=$2 origin=$3
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
# One for each consumer; consumers.cmake has the same list.
sources=(consumer.cpp serving.c)

fail() {
  echo "consumer: $1" >&2
  exit 1
}

# What `program` needs of the libraries whose names hold `name`.
needed() {
  LC_ALL=C readelf -d "$1" | grep NEEDED | grep "$2" || true
}

# The shared library must bring along what it needs, and the static one must be linked in.
check_kind() {
  local program=$1 kind=$2
  case $kind in
    shared)
      [[ -n $(needed "$program" libmfpar.so.0) ]] || fail "$program does not use libmfpar.so.0"
      [[ -z $(needed "$program" 'tbb\|boost\|xxhash') ]] ||
        fail "$program was linked with what only the library needs"
      ;;
    static) [[ -z $(needed "$program" libmfpar) ]] || fail "$program needs libmfpar.so" ;;
  esac
}

with_cmake() {
  local source=$1 kind=$2
  shift 2
  # Not optimised: what takes longest is to compile.
  cmake -S "$source" -B "$folder" -DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_FLAGS_DEBUG=-O0 "$@"
  cmake --build "$folder" --parallel "$(nproc)"
  (cd -- "$folder" && ctest --output-on-failure --no-tests=error)
  for source in "${sources[@]}"; do check_kind "$folder/${source%.*}" "$kind"; done
}

# Headers, options and targets are there; what is linked then, our own tests are linked with too.
compile_only() {
  rm -rf -- "$folder/CMakeCache.txt" "$folder/CMakeFiles"  # of another compiler, maybe
  cmake -S "$here/subdirectory" -B "$folder" -G Ninja -DCMAKE_BUILD_TYPE=Debug \
    -DMFPAR_SOURCE_DIR="$origin"
  local source
  for source in "${sources[@]}"; do ninja -C "$folder" "$here/$source^"; done  # its object file
}

with_pkg_config() {
  local kind=$1 libdir source program flags compiler
  shift
  PKG_CONFIG_PATH=$(dirname -- "$(find "$origin" -name mfpar.pc)")
  export PKG_CONFIG_PATH
  libdir=$(pkg-config --variable=libdir mfpar)
  flags=$(pkg-config "$@" --cflags --libs mfpar)
  # Where both kinds are installed, linkers take the shared one unless told its file.
  [[ $kind == shared ]] || flags=${flags/-lmfpar/-l:libmfpar.a}
  for source in "${sources[@]}"; do
    program=$folder/${source%.*}
    case $source in
      *.c) compiler=("${CC:-cc}" -std=c11) ;;
      *) compiler=("${CXX:-c++}" -std=c++20) ;;
    esac
    # The flags are words.
    "${compiler[@]}" "$here/$source" $flags -Wl,-rpath,"$libdir" -o "$program"
    check_kind "$program" "$kind"
    (cd -- "$folder" && "$program")
  done
  # What the page on using the library says gives a program that starts.
  local page=$here/../../../lib/USING.md line
  if [[ $kind == shared && -e $page ]]; then
    line=$(sed -n 's/^    \(g++ .* app\.cpp .*\)/\1/p' "$page")
    [[ -n $line ]] || fail "lib/USING.md has no line with g++ and app.cpp"
    cp -- "$here/consumer.cpp" "$folder/app.cpp"
    (cd -- "$folder" && eval "${line/g++/${CXX:-c++}}" && env -u LD_LIBRARY_PATH ./app)
  fi
}

if command -v ccache >/dev/null; then
  export CMAKE_CXX_COMPILER_LAUNCHER=${CMAKE_CXX_COMPILER_LAUNCHER-ccache}
fi
mkdir -p -- "$folder"
case $way in
  any) with_cmake "$here" shared -DCMAKE_PREFIX_PATH="$origin" ;;
  shared | static) with_cmake "$here" "$way" -DCMAKE_PREFIX_PATH="$origin" -DMFPAR_KIND="$way" ;;
  pkg-config) with_pkg_config shared ;;
  pkg-config-static) with_pkg_config static --static ;;
  subdirectory) compile_only ;;
  subdirectory-linked)
    # In few files, and with few kernels.
    with_cmake "$here/subdirectory" static -DMFPAR_SOURCE_DIR="$origin" -DCMAKE_UNITY_BUILD=ON \
      -DCMAKE_UNITY_BUILD_BATCH_SIZE=0 -DMFPAR_FEW_KERNELS=ON
    ;;
  *) fail "unknown way $way" ;;
esac
