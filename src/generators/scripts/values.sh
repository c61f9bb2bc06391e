
# The value of a secret: asked for on a terminal, else the line ID=VALUE or NAME=VALUE of what stands on stdin.
given=
if [ ! -t 0 ]; then
  given=$(cat)
fi

value_of() { # ID NAME WORDS
  local line rest=$given value=
  if [ -t 0 ]; then
    printf '%s\n%s: ' "$3" "$1" >&2
    IFS= read -rs value || true
    printf '\n' >&2
    # What is pasted over several lines would go on as the value of the next one.
    if IFS= read -rs -t 0.2 line; then
      while IFS= read -rs -t 0.2 line; do :; done
      several_lines "$1"
      return 1
    fi
  else
    while [ -n "$rest" ]; do
      line=${rest%%$'\n'*}
      case $line in
        "$1="* | "$2="*) value=${line#*=} ;;
      esac
      case $rest in
        *$'\n'*) rest=${rest#*$'\n'} ;;
        *) rest= ;;
      esac
    done
  fi
  value=${value%$'\r'}
  case $value in
    \"*\" | \'*\')
      printf 'error: the value of %s stands in quotes, which would become a part of it\n' "$1" >&2
      return 1
      ;;
    '{'*'}' | '['*']') ;;
    -----BEGIN* | '{'* | '['*)
      several_lines "$1"
      return 1
      ;;
  esac
  printf %s "$value"
}

several_lines() { # ID
  printf 'error: the value of %s goes over several lines: store it with envcheck sync --from FILE\n' "$1" >&2
}

# What is made here and not asked for.
made() { # KIND
  case $1 in
    base64:*) openssl rand -base64 "${1#*:}" | tr -d '\n' ;;
    hex:*) openssl rand -hex "${1#*:}" | tr -d '\n' ;;
    *) envcheck generate secret "$1" ;;
  esac
}

missing=0
