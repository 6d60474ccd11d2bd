# SPDX-License-Identifier: MIT
#
# Shows a model learn: bash apps/demo.sh [RATINGS]
# Sets up and builds the programs, takes a tenth of the ratings away, learns from the others with
# all cores, and tells how well the model predicts what was taken away. Without RATINGS it makes a
# million ratings up. Everything is left under build/demo.
set -euo pipefail

usage() {
  echo "usage: bash apps/demo.sh [RATINGS]"
  echo "RATINGS is a text file of user, item, rating; without it, ratings are made up."
}
if [[ ${1-} == -h || ${1-} == --help ]]; then
  usage
  exit 0
fi
if (($# > 1)) || [[ ${1-} == -* ]]; then
  usage >&2
  exit 2
fi

root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
bin=$root/build/release/bin
demo=$root/build/demo
bash "$root/cmake/build.sh" release mf-data mf-train mf-eval
mkdir -p "$demo"

step() {
  printf '\n== %s\n' "$*"
}

ratings=${1-}
if [[ -z $ratings ]]; then
  ratings=$demo/ratings.csv
  step "A million ratings made up from planted factors"
  "$bin/mf-data" synth --shape ml-1m --seed 1 -o "$ratings"
fi

step "A tenth of the ratings taken away"
"$bin/mf-data" split "$ratings" --valid-fraction 0.1 \
  --train-out "$demo/training.csv" --valid-out "$demo/taken-away.csv"

step "Learning from the others"
"$bin/mf-train" "$demo/training.csv" -o "$demo/ratings.model"

step "Predicting the ratings that were taken away"
"$bin/mf-eval" "$demo/ratings.model" "$demo/taken-away.csv"
