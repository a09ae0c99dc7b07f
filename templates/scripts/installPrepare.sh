# OS user, directories and the question which media this node still needs. Prints `media none`, or `media <bytes already here>`.
# OS_USER OS_GROUP OS_HOME PREFIX DATA WAL STATE SOURCE ROLE ZIP_SHA

fail() { echo "$*" >&2; exit 1; }

# What outlived its host (a kept volume under a new root disk) belongs to a number: the database, or where there is none the records of the backups, whose
# repository belongs to the same. Where no account of this host has that number, ours gets it.
holds_database() { [ -e "$DATA/global/sys_control" ] || [ -e "$DATA/global/pg_control" ]; }
kept() { if holds_database; then echo "$DATA"; elif [ -d "$STATE/backup" ]; then echo "$STATE/backup"; fi; }
# kept_number FORMAT DATABASE
kept_number() {
  local number place
  place=$(kept)
  [ -n "$place" ] || return 0
  number=$(stat -c "$1" "$place")
  if [ "$number" -ge 100 ] && ! getent "$2" "$number" >/dev/null; then printf '%s' "$number"; fi
}

gid=$(kept_number %g group)
getent group "$OS_GROUP" >/dev/null || groupadd ${gid:+--gid "$gid"} "$OS_GROUP"
if entry=$(getent passwd "$OS_USER"); then
  home=$(printf '%s' "$entry" | cut -d: -f6)
  [ "$home" = "$OS_HOME" ] || fail "user $OS_USER has the home directory $home here, not $OS_HOME; set os.home to it"
  id -nG "$OS_USER" | tr ' ' '\n' | grep -qxF "$OS_GROUP" || fail "user $OS_USER is not in the group $OS_GROUP here; set os.group to one of: $(id -nG "$OS_USER")"
else
  # `*`: no password opens it, yet the account is not locked, which sshd would refuse.
  uid=$(kept_number %u passwd)
  useradd ${uid:+--uid "$uid"} --create-home --home-dir "$OS_HOME" --gid "$OS_GROUP" --shell /bin/bash --password '*' "$OS_USER"
fi

# Theirs too, on a kept volume.
records() { local place; for place in "$STATE/backup" "$STATE/drills"; do [ ! -d "$place" ] || printf ' %s' "$place"; done; }

if holds_database && [ "$(stat -c %u "$DATA")" != "$(id -u "$OS_USER")" ]; then
  fail "the database in $DATA belongs to $(stat -c '%U (uid %u)' "$DATA"), and $OS_USER has uid $(id -u "$OS_USER") here; nothing was changed in it. Make sure that it is this cluster's, give it to $OS_USER (chown -R $OS_USER:$OS_GROUP $DATA${WAL:+ $WAL}$(records)), and run again"
fi
if [ -d "$STATE/backup" ] && [ "$(stat -c %u "$STATE/backup")" != "$(id -u "$OS_USER")" ]; then
  fail "the records of backups in $STATE/backup belong to $(stat -c '%U (uid %u)' "$STATE/backup"), and $OS_USER has uid $(id -u "$OS_USER") here; nothing was changed in them. Make sure that they are this cluster's, give them and the repository to $OS_USER (chown -R $OS_USER:$OS_GROUP$(records); chown -R $OS_USER:$OS_GROUP the path of the repository), and run again"
fi

# Creates what is missing of the path, each part owned by the database's user; what exists is left as it is.
own_directory() {
  [ -d "$1" ] && return 0
  own_directory "$(dirname "$1")" 0755
  install -d -m "$2" -o "$OS_USER" -g "$OS_GROUP" "$1"
}

# initdb and clone build a new directory beside the final one, so the user must be able to write there. A volume just mounted belongs to root.
own_volume() {
  own_directory "$1" 0755
  runuser -u "$OS_USER" -- test -w "$1" && return 0
  if mountpoint -q "$1" || [ -z "$(find "$1" -mindepth 1 -maxdepth 1 ! -name lost+found -print -quit)" ]; then
    chown "$OS_USER:$OS_GROUP" "$1"
  else
    fail "$1 is not writable for $OS_USER and holds other files; give the cluster a directory of its own, or chown it"
  fi
}

install -d -m 0755 "$(dirname "$STATE")" "$STATE"
for directory in "$PREFIX" "$PREFIX/etc" "$PREFIX/log" "$PREFIX/archive"; do
  own_directory "$directory" 0755
done
if [ "$ROLE" != repository ]; then
  own_volume "$(dirname "$DATA")"
  [ -z "$WAL" ] || own_volume "$(dirname "$WAL")"
fi

installed=$(cat "$STATE/media.installed" 2>/dev/null || true)
if [ "$SOURCE" != media ] || { [ "$installed" = "$ZIP_SHA $PREFIX" ] && [ -x "$PREFIX/bin/kingbase" ]; }; then
  echo "media none"
  exit 0
fi
if [ -e "$PREFIX/bin/kingbase" ] && [ -z "$installed" ] && [ ! -e "$STATE/media.installing" ]; then
  fail "$PREFIX/bin holds an installation that this program did not put there; set install.source to existing, or choose another prefix"
fi
if [ -e "$PREFIX/bin/kingbase" ] && pgrep -f "^$PREFIX/bin/" >/dev/null; then
  fail "other media are to be installed over $PREFIX while its programs run; stop the node first"
fi
install -d -m 0700 "$STATE/media"
find "$STATE/media" -type f ! -name "$ZIP_SHA.zip" -delete
[ -e "$STATE/media/$ZIP_SHA.zip" ] || : >"$STATE/media/$ZIP_SHA.zip"
echo "media $(stat -c %s "$STATE/media/$ZIP_SHA.zip")"
