# shellcheck shell=bash disable=SC2154
# Whole file of pulumi-kingbase. Part of backup.sh and verify.sh: the places off this machine that are declared, and what became of a run there.

# kw_places: a name each; none: nothing is declared.
kw_places() {
  [ -z "$KW_OFF_HOST" ] || echo "$KW_OFF_HOST"
  [ -z "$KW_S3_BUCKET" ] || echo "s3://$KW_S3_BUCKET"
}

# kw_at PLACE put|prove RUN
kw_at() {
  case $1 in
    s3://*) python3 "$library/object-store.py" "$2" "$3" ;;
    *) "$library/off-machine.sh" "$2" "$3" ;;
  esac
}

# kw_everywhere put|prove RUN: into $missed what failed where, a line each; 1 where anything did.
kw_everywhere() {
  local place said
  missed=''
  while IFS= read -r place; do
    if said=$(kw_at "$place" "$1" "$2" 2>&1 </dev/null); then
      kw_say "$place: $(tail -n 1 <<<"$said")"
    else
      missed=$missed${missed:+$'\n'}$place:\ $(tail -n 1 <<<"$said")
      kw_say "NOT AT $place: $said"
    fi
  done < <(kw_places)
  [ -z "$missed" ]
}

# What is too old in the store goes; the second machine's is done by off-machine.sh. 0 days: the store's own rules keep or remove.
kw_thin_store() {
  local name
  [ -n "$KW_S3_BUCKET" ] && [ "$KW_S3_KEEP_DAYS" != 0 ] || return 0
  python3 "$library/object-store.py" list | kw_removable "$KW_S3_KEEP_DAYS" "$KW_KEEP_AT_LEAST" "${KW_NOW:-$(date +%s)}" | while read -r name; do
    kw_say "$name is older than $KW_S3_KEEP_DAYS days, and goes from bucket $KW_S3_BUCKET"
    python3 "$library/object-store.py" remove "$name"
  done
}
