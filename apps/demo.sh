# SPDX-License-Identifier: MIT
#
# Shows a model learn: bash apps/demo.sh [RATINGS]
# Sets up and builds the programs, holds out a tenth of the ratings, trains on the others with all
# cores, and prints how well the model predicts what was held out. Without RATINGS it generates a
# million synthetic ratings. Everything is left under build/demo.
set -euo pipefail

usage() {
  echo "usage: bash apps/demo.sh [RATINGS]"
  echo "RATINGS is a text file of user, item, rating; without it, synthetic ratings are used."
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
  step "A million synthetic ratings from planted factors"
  "$bin/mf-data" synth --shape ml-1m --seed 1 -o "$ratings"
fi

step "A tenth of the ratings held out"
"$bin/mf-data" split "$ratings" --valid-fraction 0.1 \
  --train-out "$demo/training.csv" --valid-out "$demo/held-out.csv"

step "Training on the others"
"$bin/mf-train" "$demo/training.csv" -o "$demo/ratings.model"

step "Predicting the ratings that were held out"
"$bin/mf-eval" "$demo/ratings.model" "$demo/held-out.csv"
