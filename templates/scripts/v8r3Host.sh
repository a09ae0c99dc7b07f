# Makes the node's own ssh key where it has none, and tells who this host is. Prints name=value.
# OS_USER OS_GROUP OS_HOME NODE STATE IDENTITY PROGRAMS OPERATION (ensure, observe or remove)

fail() { echo "$*" >&2; exit 1; }

entry=$(getent passwd "$OS_USER") || fail "there is no user $OS_USER here; install the cluster first, or set os.user"
if [ "$OPERATION" = remove ]; then
  if [ -e "$STATE/key.ours" ]; then rm -f "$IDENTITY" "$IDENTITY.pub" "$STATE/key.ours"; fi
  exit 0
fi
if [ "$OPERATION" = ensure ]; then
  home=$(cut -d: -f6 <<<"$entry")
  [ "$home" = "$OS_HOME" ] || fail "user $OS_USER has the home directory $home here, not $OS_HOME; set os.home to it"
  id -nG "$OS_USER" | tr ' ' '\n' | grep -qxF "$OS_GROUP" || fail "user $OS_USER is not in the group $OS_GROUP here; set os.group to one of: $(id -nG "$OS_USER")"
  missing=
  for program in $PROGRAMS; do [ -x "$program" ] || missing="$missing $program"; done
  [ -z "$missing" ] || fail "not executable here:$missing; install the vendor's media, or correct directories.cluster and pools"
  install -d -m 0755 "$(dirname "$STATE")" "$STATE"
  folder=$(dirname "$IDENTITY")
  [ -d "$folder" ] || install -d -m 0700 -o "$OS_USER" -g "$OS_GROUP" "$folder"
  rm -f "$IDENTITY.new" "$IDENTITY.new.pub"
  if [ ! -s "$IDENTITY" ]; then
    rm -f "$IDENTITY" "$IDENTITY.pub"
    : >"$STATE/key.ours"
    # Named anew at the end: a run that was cut off leaves no half key.
    runuser -u "$OS_USER" -- ssh-keygen -q -t ed25519 -N '' -C "$OS_USER@$NODE" -f "$IDENTITY.new"
    mv -f "$IDENTITY.new.pub" "$IDENTITY.pub"
    mv -f "$IDENTITY.new" "$IDENTITY"
  fi
fi
[ ! -s "$IDENTITY" ] || printf 'publicKey=%s\n' "$(ssh-keygen -y -P '' -f "$IDENTITY" </dev/null | cut -d' ' -f1,2)"
printf 'incarnation=%s\n' "$(cat /etc/machine-id)"
