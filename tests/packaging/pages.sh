# SPDX-License-Identifier: MIT
#
# Manual pages and completions of all programs of a build: pages.sh BUILD
# Every option in a program's help is in its page and is offered; groff has nothing to say to a page.
# No -e: completions are not written for it.
set -uo pipefail

build=$(cd -- "$1" && pwd)
bad=0
report() {
  echo "pages: $1" >&2
  bad=1
}

# COMPREPLY is what bash would offer for the words, the last one being where the cursor is.
complete_words() {
  local function
  function=$(complete -p "$1" | sed -E 's/.*-F ([^ ]+) .*/\1/')
  COMP_WORDS=("$@")
  COMP_CWORD=$(($# - 1))
  COMPREPLY=()
  "$function"
}

# The first arguments, as words, complete to the one after them.
expect() {
  local wanted=${*: -1}
  complete_words "${@:1:$#-1}"
  [[ "${COMPREPLY[*]}" == "$wanted" ]] ||
    report "'${*:1:$#-1}' completes to '${COMPREPLY[*]}', not '$wanted'"
}

# Every option that the help of the program, or of its command, has.
check_options() {
  local page=$1 options option
  shift
  options=$("$build/bin/$1" "${@:2}" --help | grep -oE '^ {7}(-[a-z], )?--[a-z-]+' | grep -oE -e '--.*')
  complete_words "$@" --
  for option in $options; do
    grep -qF -- "${option}\fR" <<<"$page" || report "$*: $option is not in the page"
    [[ " ${COMPREPLY[*]} " == *" $option "* ]] || report "$*: $option is not offered"
  done
}

for program in "$build"/bin/mf-*; do
  name=${program##*/}
  source "$build/completions/$name"
  if command -v groff >/dev/null; then
    said=$(groff -man -ww -z -K utf8 -T utf8 "$build/man/$name.1" 2>&1)
    [[ -z $said ]] || report "$said"
  fi
  page=$(sed 's/\\-/-/g' "$build/man/$name.1")
  commands=$("$program" --help | sed -n '/^COMMANDS$/,/^$/s/^ \{7\}\([a-z]*\)$/\1/p')
  if [[ -z $commands ]]; then check_options "$page" "$name"; fi
  for command in $commands; do
    check_options "$page" "$name" "$command"
    complete_words "$name" "${command:0:2}"
    [[ " ${COMPREPLY[*]} " == *" $command "* ]] || report "$name: $command is not offered"
  done
done

folder=$(mktemp -d)
trap 'rm -r -- "$folder"' EXIT
cd -- "$folder" || exit 1
touch 'my ratings.csv' movies.model

expect mf-train --pena '--penalty'
expect mf-train x.csv --penalty '' 'per-rating square-root total'
expect mf-train x.csv --penalty '=' 'per-rating square-root total'
expect mf-train x.csv --penalty '=' t 'total'
expect mf-train --train-mse s 'sample:'
expect mf-train my 'my ratings.csv'
expect mf-train x.csv -o mo 'movies.model'
expect mf-train x.csv --rank '' ''
expect mf-data sy 'synth'
expect mf-data split --train '--train-out'
expect mf-data synth --format m 'movielens'

exit $bad
