# SPDX-License-Identifier: MIT
#
# Manual pages and completions of all programs of a build: pages.sh BUILD
# Every option in a program's help is in its page and is offered; groff warns of nothing in a page.
# No -e: completions are not written for it.
set -uo pipefail

build=$(cd -- "$1" && pwd)
common=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../../apps/common" && pwd)
PATH=$build/bin:$PATH
source "$common/completion.bash"
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
  "$function" "$1"
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
  options=$("$@" --help | grep -oE '^ {7}(-[a-z], )?--[a-z0-9-]+' | grep -oE -e '--.*')
  complete_words "$@" --
  for option in $options; do
    grep -qF -- "${option}\fR" <<<"$page" || report "$*: $option is not in the page"
    [[ " ${COMPREPLY[*]} " == *" $option "* ]] || report "$*: $option is not offered"
  done
}

for program in "$build"/bin/mf-*; do
  name=${program##*/}
  if command -v groff >/dev/null; then
    warnings=$(groff -man -ww -z -K utf8 -T utf8 "$build/man/$name.1" 2>&1)
    [[ -z $warnings ]] || report "$warnings"
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

expect mf-train --pena '--penalty --penalty-exponent'
expect mf-train x.csv --penalty '' 'per-rating square-root total'
expect mf-train x.csv --penalty '=' 'per-rating square-root total'
expect mf-train x.csv --penalty '=' t 'total'
expect mf-train --train-mse s 'sample:'
expect mf-train my 'my ratings.csv'
expect mf-train x.csv -o mo 'movies.model'
expect mf-train x.csv --rank '' ''
expect mf-tune x.csv --bud '--budget'
expect mf-tune x.csv --config mo 'movies.model'
expect mf-data sy 'synth'
expect mf-data split --train '--train-out'
expect mf-data synth --format m 'movielens'

# Text means itself to roff, terms are bold, what stands for a value is italic, a command is a
# section.
cat >mf-show <<'EOF'
case "$*" in
  --help)
    cat <<'TEXT'
NAME
       mf-show - shows pages

DESCRIPTION
       First lines,
       .not a request: a well-known 'mf-data' "\" ` ^ ~.

       A second paragraph.

COMMANDS
       split
              splits.

EXAMPLES
       mf-show --k-l
              Why it's shown.

EXIT STATUS
       0      done
       130    interrupted
TEXT
    ;;
  'split --help')
    cat <<'TEXT'
NAME
       mf-show split - splits

LEARNING
       -k, --max-rank N
              Factors.

              More of them.
       --rank-by a|b:W
              Order.
       --quiet
              Say less.

EXIT STATUS
       0      done
TEXT
    ;;
  *) exit 2 ;;
esac
EOF
chmod +x mf-show
sed -i '1i #!/bin/bash' mf-show
cat >expected <<'EOF'
.TH "MF\-SHOW" 1 "" "mfpar 1.2" "User Commands"
.SH "NAME"
mf\-show \- shows pages
.SH "DESCRIPTION"
First lines,
\&.not a request: a well\-known \(aqmf\-data\(aq \(dq\(rs\(dq \(ga \(ha \(ti.
.PP
A second paragraph.
.SH "COMMANDS"
.TP
\fBsplit\fR
splits.
.SH "EXAMPLES"
.TP
\fBmf\-show \-\-k\-l\fR
Why it\(aqs shown.
.SH "COMMAND SPLIT"
mf\-show split \- splits
.SS "LEARNING"
.TP
\fB\-k\fR, \fB\-\-max\-rank\fR \fIN\fR
Factors.
.IP
More of them.
.TP
\fB\-\-rank\-by\fR \fIa|b:W\fR
Order.
.TP
\fB\-\-quiet\fR
Say less.
.SH "EXIT STATUS"
.TP
\fB0\fR
done
.TP
\fB130\fR
interrupted
EOF
bash "$common/man_page.sh" ./mf-show 1.2 | diff expected - >&2 ||
  report "the page of mf-show differs"
if bash "$common/man_page.sh" false 1.2 2>/dev/null; then
  report "a program without help has a page"
fi

exit $bad
