# What a node of KWDB shows apart from SQL: the files of its write-ahead log, and how its last stop was. KW_STORE KW_STATE
# A line each: wal, path below tsdb/wal, bytes, age in seconds; crash, text of crash.json.
now=$(date +%s)
if [ -d "$KW_STORE/tsdb/wal" ]; then
  { find -L "$KW_STORE/tsdb/wal" -type f -printf '%P\t%s\t%T@\n' 2>/dev/null || true; } | LC_ALL=C sort |
    awk -F '\t' -v now="$now" '{ age = now - int($3); print "wal\t" $1 "\t" $2 "\t" (age < 0 ? 0 : age) }'
fi
if [ -s "$KW_STATE/crash.json" ]; then printf 'crash\t%s\n' "$(cat "$KW_STATE/crash.json")"; fi
