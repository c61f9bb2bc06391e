
# Names that are there by now, one a line.
secrets=
variables=
look() { # ENVIRONMENT
  local place=()
  if [ -n "$1" ]; then
    place=(--env "$1")
  fi
  secrets=$(gh secret list ${place[@]+"${place[@]}"} --json name --jq '.[].name')
  variables=$(gh variable list ${place[@]+"${place[@]}"} --json name --jq '.[].name')
}

put() { # secret|variable ENVIRONMENT NAME KIND WORDS
  local known=$secrets place=() value
  if [ "$1" = variable ]; then
    known=$variables
  fi
  if [ -n "$2" ]; then
    place=(--env "$2")
  fi
  case $'\n'$known$'\n' in
    *$'\n'"$3"$'\n'*)
      printf '%s: is there\n' "$3"
      return
      ;;
  esac
  if [ -n "$4" ]; then
    value=$(made "$4")
  else
    value=$(value_of "$3" "$3" "$5")
  fi
  if [ -z "$value" ]; then
    printf '%s: no value was given\n' "$3" >&2
    missing=$((missing + 1))
    return
  fi
  printf %s "$value" | gh "$1" set "$3" ${place[@]+"${place[@]}"} >/dev/null
  printf '%s: set\n' "$3"
}
