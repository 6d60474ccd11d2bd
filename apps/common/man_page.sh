# SPDX-License-Identifier: MIT
#
# Prints the manual page of a program, section 1: man_page.sh PROGRAM VERSION
# It is what --help prints, set in roff; the manuals of a program's commands are its sections.
set -euo pipefail

help=$("$1" --help)
{
  sed '/^EXIT STATUS$/,$d' <<<"$help"
  for command in $(sed -n '/^COMMANDS$/,/^$/s/^ \{7\}\([a-z]*\)$/\1/p' <<<"$help"); do
    # Its headings are those of subsections, but for the first.
    "$1" "$command" --help |
      sed "/^EXIT STATUS\$/,\$d; s/^[A-Z]/=&/; s/^=NAME\$/COMMAND ${command^^}/"
  done
  sed -n '/^EXIT STATUS$/,$p' <<<"$help"
} | awk -v name="${1##*/}" -v version="$2" '
function escaped(text) {
  gsub(/\\/, "\\(rs", text)
  gsub(/-/, "\\-", text)
  gsub(/\047/, "\\(aq", text)
  gsub(/"/, "\\(dq", text)
  gsub(/`/, "\\(ga", text)
  gsub(/\^/, "\\(ha", text)
  gsub(/~/, "\\(ti", text)
  return (text ~ /^\./ ? "\\&" : "") text
}
function bold(text) { return "\\fB" text "\\fR" }
# "-k, --rank N": the names are bold, what stands for a value is italic. Other terms are literal.
function term(text,    value) {
  if (text !~ /^-/) return bold(escaped(text))
  value = text
  sub(/^(-[a-z], )?--[a-z0-9-]+ ?/, "", value)
  text = escaped(substr(text, 1, length(text) - length(value)))
  gsub(/\\-[a-z0-9\\-]+/, "\\fB&\\fR", text)
  return value == "" ? text : text "\\fI" escaped(value) "\\fR"
}
{ lines[NR] = $0 }
END {
  printf ".TH \"%s\" 1 \"\" \"mfpar %s\" \"User Commands\"\n", toupper(escaped(name)), version
  for (i = 1; i <= NR; ++i) {
    text = lines[i]
    sub(/^=? */, "", text)
    before_text = lines[i + 1] ~ /^              /
    before_prose = !before_text && lines[i + 1] ~ /^       /
    if (text == "") {
      if (before_text || before_prose) print before_text ? ".IP" : ".PP"
    } else if (lines[i] ~ /^[=A-Z]/) {
      print (lines[i] ~ /^=/ ? ".SS" : ".SH") " \"" escaped(text) "\""
    } else if (lines[i] ~ /^       [0-9]+  /) {
      print ".TP\n" bold(text + 0) "\n" escaped(substr(lines[i], 15))
    } else if (lines[i] ~ /^       [^ ]/ && before_text) {
      print ".TP\n" term(text)
    } else {
      print escaped(text)
    }
  }
}'
