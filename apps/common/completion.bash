# SPDX-License-Identifier: MIT
#
# Completion of the programs' arguments for bash, from what --help prints: options, the words of
# choices, and files, for arguments and for values called FILE, FOLDER, MODEL, RATINGS or TARGET.

_mfpar_files() {
  local - IFS=$'\n'
  set -f
  compopt -o filenames 2>/dev/null
  COMPREPLY=($(compgen -f -- "$cur"))
}

_mfpar() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
  # --option=value comes as three words.
  if [[ $cur == = ]]; then
    cur=
  elif [[ $prev == = ]]; then
    prev=${COMP_WORDS[COMP_CWORD - 2]}
  fi
  local help commands line options= value=
  help=$("$1" --help 2>/dev/null)
  commands=$(sed -n '/^COMMANDS$/,/^$/s/^ \{7\}\([a-z]*\)$/\1/p' <<<"$help")
  if [[ -n $commands ]]; then
    if ((COMP_CWORD == 1)); then
      COMPREPLY=($(compgen -W "$commands --help --version" -- "$cur"))
      return
    fi
    help=$("$1" "${COMP_WORDS[1]}" --help 2>/dev/null)
  fi
  while IFS= read -r line; do
    [[ $line =~ ^\ {7}((-[a-z]),\ )?(--[a-z0-9-]+)(\ (.+))?$ ]] || continue
    options+=" ${BASH_REMATCH[3]}"
    if [[ $prev == "${BASH_REMATCH[2]}" || $prev == "${BASH_REMATCH[3]}" ]]; then
      value=${BASH_REMATCH[5]}
    fi
  done <<<"$help"
  case $value in
    *'|'*) # What is in capitals, as in sample:N, is not typed as it stands.
      value=${value//[[:upper:]]/}
      COMPREPLY=($(compgen -W "${value//|/ }" -- "$cur"))
      ;;
    FILE | FOLDER | MODEL | RATINGS | TARGET) _mfpar_files ;;
    ?*) COMPREPLY=() ;;
    *)
      if [[ $cur == -* ]]; then
        COMPREPLY=($(compgen -W "$options" -- "$cur"))
      else
        _mfpar_files
      fi
      ;;
  esac
}

complete -F _mfpar mf-data mf-eval mf-fold-in mf-model mf-recommend mf-serve mf-train mf-tune
