# SPDX-License-Identifier: MIT
#
# What Prometheus' own linter says of the metrics of a service: metrics_linted.sh FOLDER PROMTOOL
# FOLDER has the programs.
set -euo pipefail

programs=$1 promtool=$2
folder=$(mktemp -d)
service=
cleanup() {
  [[ -z $service ]] || kill "$service" 2>/dev/null || true
  rm -r -- "$folder"
}
trap cleanup EXIT
cd -- "$folder"
printf 'user,item,rating\n1,1,5\n1,2,3\n2,1,4\n2,3,1\n3,2,2\n' >ratings.csv
"$programs/mf-train" ratings.csv -q -k 2 -t 2 --valid-fraction 0 -o a.model 2>/dev/null
"$programs/mf-serve" a.model --port 0 >out &
service=$!
for ((tries = 0; tries < 500; ++tries)); do
  grep -q '^listening' out && break
  sleep 0.02
done
port=$(sed -n 's/^listening.*:\([0-9]*\)$/\1/p' out)
exec 3<>"/dev/tcp/127.0.0.1/$port"
printf 'GET /metrics HTTP/1.0\r\n\r\n' >&3
sed '1,/^\r$/d' <&3 >metrics
grep -q '^mfpar_build_info' metrics
"$promtool" check metrics <metrics
