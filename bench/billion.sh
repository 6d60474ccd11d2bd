# SPDX-License-Identifier: MIT
# A billion ratings of 8 million users and 200,000 items, made up, packed, and trained on for two
# epochs at rank 32 without being in memory.
#
#   bash bench/billion.sh BIN FOLDER [SHARE]
#
# BIN has the programs. FOLDER needs about 50 GB for a billion: 28 of text, which is removed once
# it is packed, 16 of temporary files meanwhile, 4 of store, 5 of the file of training. SHARE, 100
# for example, takes that part of all numbers. Prints times and peak memory of each step.
set -euo pipefail

bin=$1 folder=$2 share=${3:-1}
mkdir -p "$folder"
cd "$folder"

timed() { # what it is called, and the command
  local name=$1
  shift
  /usr/bin/time -f "== $name: %e s, %U s of processor time, %M KiB" "$@"
}

timed "made up" "$bin/mf-data" synth --users $((8000000 / share)) --items $((200000 / share)) \
  --ratings $((1000000000 / share)) -o billion.csv
timed "packed" "$bin/mf-data" pack billion.csv -o billion.store --valid-fraction 0.01 --memory 4G
rm billion.csv
timed "planned" "$bin/mf-train" billion.store --plan -k 32 --no-rated-lists
timed "trained" "$bin/mf-train" billion.store --stream -k 32 -t 2 --no-rated-lists -o billion.model
timed "evaluated" "$bin/mf-eval" billion.model billion.store --part held-out
ls -l billion.store billion.model
