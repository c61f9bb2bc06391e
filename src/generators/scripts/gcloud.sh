
secret() { # ID NAME KIND WORDS
  local said value versions is_new=
  if said=$(gcloud secrets describe "$1" "${place[@]}" --format='value(name)' 2>&1 >/dev/null); then
    versions=$(gcloud secrets versions list "$1" "${place[@]}" --format='value(state)')
    case $versions in
      *[Ee][Nn][Aa][Bb][Ll][Ee][Dd]*)
        printf '%s: has an enabled version\n' "$1"
        return
        ;;
      ?*)
        printf '%s: has versions, and none is enabled: left alone\n' "$1" >&2
        missing=$((missing + 1))
        return
        ;;
    esac
  else
    case $said in
      *NOT_FOUND*) is_new=yes ;;
      *)
        # Who may not see a secret does not know whether it is there.
        printf '%s: cannot be looked at: %s\n' "$1" "$said" >&2
        exit 2
        ;;
    esac
  fi
  if [ -n "$3" ]; then
    value=$(made "$3")
  else
    value=$(value_of "$1" "$2" "$4")
  fi
  if [ -z "$value" ]; then
    printf '%s: no value was given for %s\n' "$1" "$2" >&2
    missing=$((missing + 1))
    return
  fi
  if [ -n "$is_new" ]; then
    gcloud secrets create "$1" "${place[@]}" "${replication[@]}" --labels="$labels" >/dev/null
  fi
  printf %s "$value" | gcloud secrets versions add "$1" "${place[@]}" --data-file=- >/dev/null
  printf '%s: added\n' "$1"
}
