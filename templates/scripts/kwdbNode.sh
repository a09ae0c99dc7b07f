# What a node of KWDB shows apart from SQL: the files of its write-ahead log, how its last stop was, its certificates. KW_STORE KW_STATE KW_CERTIFICATES (empty: none)
# A line each: wal, path below tsdb/wal, bytes, age in seconds; crash, text of crash.json; cert, name, seconds until it ends or unread; key, name, mode.
now=$(date +%s)
if [ -d "$KW_STORE/tsdb/wal" ]; then
  { find -L "$KW_STORE/tsdb/wal" -type f -printf '%P\t%s\t%T@\n' 2>/dev/null || true; } | LC_ALL=C sort |
    awk -F '\t' -v now="$now" '{ age = now - int($3); print "wal\t" $1 "\t" $2 "\t" (age < 0 ? 0 : age) }'
fi
if [ -s "$KW_STATE/crash.json" ]; then printf 'crash\t%s\n' "$(cat "$KW_STATE/crash.json")"; fi
if [ -n "$KW_CERTIFICATES" ]; then
  for file in "$KW_CERTIFICATES"/*.crt; do
    [ -f "$file" ] || continue
    left=unread
    if end=$(openssl x509 -noout -enddate -in "$file" 2>/dev/null) && end=$(date -d "${end#notAfter=}" +%s 2>/dev/null); then left=$((end - now)); fi
    printf 'cert\t%s\t%s\n' "$(basename "$file")" "$left"
  done
  for file in "$KW_CERTIFICATES"/*.key; do
    if [ -f "$file" ]; then printf 'key\t%s\t%s\n' "$(basename "$file")" "$(stat -c %a "$file")"; fi
  done
fi
