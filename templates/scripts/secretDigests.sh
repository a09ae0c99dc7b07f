# Keyed digest of files with secrets, to see drift without a value ever leaving the node. Prints path (base64), mode, owner, digest.
# STATE: our ledger on this node, which holds the key. PATHS: a base64 path per line.
key_file="$STATE/digest.key"
if [ ! -s "$key_file" ]; then
  install -d "$STATE"
  (umask 077 && head -c 32 /dev/urandom | base64 >"$key_file.$$" && mv -f "$key_file.$$" "$key_file")
fi
key=$(cat "$key_file")
# Hashed twice with the key: a digest alone says nothing about a short password.
digest_of() {
  local inner
  inner=$({ printf '%s\n' "$key" && cat "$1"; } | sha256sum | cut -d' ' -f1)
  printf '%s\n%s' "$key" "$inner" | sha256sum | cut -d' ' -f1
}
while read -r -u 3 path64; do
  [ -n "$path64" ] || continue
  path=$(printf '%s' "$path64" | base64 -d)
  [ -f "$path" ] && [ ! -L "$path" ] || continue
  printf '%s\t%s\t%s\t%s\n' "$path64" "$(stat -c %a "$path")" "$(stat -c %U:%G "$path")" "$(digest_of "$path")"
done 3<<<"$PATHS"
