# SPDX-License-Identifier: MIT
#
# Shows a model learn: bash apps/demo.sh [--serve] [RATINGS [TITLES]]
# Sets up and builds the programs, holds out a tenth of the ratings, trains on the others with all
# cores, and prints how well the model predicts what was held out and what the first user would
# like. Without RATINGS it generates a million synthetic ratings; TITLES is looked for beside
# RATINGS. With --serve it then opens a page to rate and be recommended to, until it is interrupted;
# without, it says how. Everything is left under build/demo.
set -euo pipefail

usage() {
  echo "usage: bash apps/demo.sh [--serve] [RATINGS [TITLES]]"
  echo "RATINGS is a text file of user, item, rating; without it, synthetic ratings are used."
  echo "TITLES says what the items are called; movies.csv, movies.dat or u.item beside RATINGS"
  echo "is taken without it. --serve opens a page to rate and be recommended to."
}
serves=
if [[ ${1-} == --serve ]]; then
  serves=yes
  shift
fi
if [[ ${1-} == -h || ${1-} == --help ]]; then
  usage
  exit 0
fi
if (($# > 2)) || [[ ${1-} == -* ]]; then
  usage >&2
  exit 2
fi

root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
bin=$root/build/release/bin
demo=$root/build/demo
bash "$root/cmake/build.sh" release mf-data mf-train mf-eval mf-recommend mf-serve
mkdir -p "$demo"

step() {
  printf '\n== %s\n' "$*"
}

ratings=${1-} titles=${2-}
if [[ -z $ratings ]]; then
  ratings=$demo/ratings.csv titles=$demo/titles.csv
  step "A million synthetic ratings from planted factors"
  "$bin/mf-data" synth --shape ml-1m --seed 1 -o "$ratings" --titles "$titles"
fi

step "A tenth of the ratings held out"
"$bin/mf-data" split "$ratings" --valid-fraction 0.1 \
  --train-out "$demo/training.csv" --valid-out "$demo/held-out.csv"

step "Training on the others"
"$bin/mf-train" "$demo/training.csv" -o "$demo/ratings.model"

step "Predicting the ratings that were held out"
"$bin/mf-eval" "$demo/ratings.model" "$demo/held-out.csv"

# The first user of the training file, whose fields mf-data split wrote: quoted where they must be.
user=$(sed -nE '2s/^("(([^"]|"")*)"|([^,]*)),.*/\2\4/p' "$demo/training.csv" | sed 's/""/"/g')
step "What user $user, who has not rated these, would like"
for name in movies.csv movies.dat u.item titles.csv; do
  if [[ -z $titles && -e $(dirname -- "$ratings")/$name ]]; then
    titles=$(dirname -- "$ratings")/$name
  fi
done
"$bin/mf-recommend" "$demo/ratings.model" --user "$user" --top 10 ${titles:+--titles "$titles"}

serve=("$bin/mf-serve" "$demo/ratings.model" ${titles:+--titles "$titles"})
if [[ -z $serves ]]; then
  step "To rate some yourself, and see a list of your own change as you do"
  printf '%q ' "${serve[@]}"
  printf '\n  and open http://127.0.0.1:8080 (--serve does both)\n'
  exit 0
fi

step "A page to rate on, and see a list of your own change as you do; Ctrl-C ends it"
# The address is told when the service listens.
"${serve[@]}" --port 0 | while IFS= read -r line; do
  printf '%s\n' "$line"
  address=${line#listening on }
  [[ $address != "$line" ]] || continue
  if [[ -n ${DISPLAY-}${WAYLAND_DISPLAY-} ]] && command -v xdg-open >/dev/null; then
    xdg-open "$address" >/dev/null 2>&1 &
  fi
done
