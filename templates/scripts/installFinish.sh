# Unpacks media where they were brought, checks the programs, puts the licence, the setuid copies and the node's key. Prints facts as name=value.
# OS_USER OS_GROUP NODE PREFIX STATE SOURCE ROLE ZIP_SHA (empty: nothing to unpack) LICENSE (base64, may be empty) IDENTITY IP_PATH ARPING_PATH SETUID_COPIES

fail() { echo "$*" >&2; exit 1; }
work=
trap '[ -z "$work" ] || rm -rf "$work"' EXIT

unpack() {
  local zip=$STATE/media/$ZIP_SHA.zip root entry name
  [ "$(sha256sum <"$zip" | cut -d' ' -f1)" = "$ZIP_SHA" ] || { rm -f "$zip"; fail "the uploaded media do not have the checksum $ZIP_SHA; they were removed, run again to upload them anew"; }
  work=$(mktemp -d "$(dirname "$PREFIX")/.kingbase-media.XXXXXX")
  if [ "$(head -c 2 "$zip")" = PK ]; then
    if command -v unzip >/dev/null; then unzip -q "$zip" -d "$work/new"
    elif command -v bsdtar >/dev/null; then mkdir "$work/new" && bsdtar -xf "$zip" -C "$work/new"
    else fail "neither unzip nor bsdtar is installed; install one of them"; fi
  else
    mkdir "$work/new" && tar -xf "$zip" -C "$work/new"
  fi
  root=$work/new
  [ -d "$root/bin" ] || root=$(find "$work/new" -mindepth 2 -maxdepth 3 -type d -name bin -print -quit | xargs -r dirname)
  [ -n "$root" ] && [ -f "$root/bin/kingbase" ] || fail "there is no bin/kingbase in the media; install.zip must be the db.zip of the installer"
  chmod 0755 "$root"/bin/*
  chown -R "$OS_USER:$OS_GROUP" "$root"
  echo "$ZIP_SHA" >"$STATE/media.installing"
  : >"$STATE/media.entries"
  for entry in "$root"/* ; do
    name=$(basename "$entry")
    # Where configuration, logs, archive and data of the cluster lie, an archive has no say.
    case $name in etc | log | archive | data) continue ;; esac
    printf '%s\n' "$name" >>"$STATE/media.entries"
    [ ! -e "$PREFIX/$name" ] || mv "$PREFIX/$name" "$work/old-$name"
    mv "$entry" "$PREFIX/$name"
  done
  printf '%s %s\n' "$ZIP_SHA" "$PREFIX" >"$STATE/media.installed"
  rm -rf "$STATE/media.installing" "$STATE/media"
}

check_programs() {
  local program missing=
  [ "$ROLE" != repository ] || return 0
  for program in kingbase initdb sys_ctl ksql sys_rewind sys_basebackup sys_controldata sys_isready repmgr repmgrd kbha; do
    runuser -u "$OS_USER" -- test -x "$PREFIX/bin/$program" || missing="$missing $program"
  done
  [ -z "$missing" ] || fail "not executable for $OS_USER in $PREFIX/bin:$missing; correct directories.prefix, or set install.source to media"
}

put_license() {
  local target=$PREFIX/bin/license.dat
  [ -n "$LICENSE" ] || return 0
  printf '%s' "$LICENSE" | base64 -d >"$target.new"
  if [ -e "$target" ] && cmp -s "$target" "$target.new"; then rm -f "$target.new"; return 0; fi
  if [ -e "$target" ] && [ ! -e "$STATE/license.ours" ] && [ "$SOURCE" = existing ]; then cp -a "$target" "$STATE/license.before"; fi
  : >"$STATE/license.ours"
  chown "$OS_USER:$OS_GROUP" "$target.new"
  chmod 0644 "$target.new"
  sync "$target.new"
  mv -f "$target.new" "$target"
}

# The virtual IP needs root for two programs: copies of ours, the system's own stay without setuid. They carry the mode that the vendor's
# manual asks for (-rwsr-xr-x root root); a setuid ip would make everybody root, so their directory opens to the database's group alone.
put_copy() {
  local from=$1 to=$2
  [ -n "$from" ] || fail "the virtual IP needs $(basename "$to"), which is not installed here (iproute2, iputils-arping)"
  install -d -m 0750 -o root -g "$OS_GROUP" "$(dirname "$to")"
  if cmp -s "$from" "$to" && [ "$(stat -c '%a %U:%G' "$to")" = "4755 root:root" ]; then return 0; fi
  install -m 0700 -o root -g root "$from" "$to.new"
  chmod 4755 "$to.new"
  mv -f "$to.new" "$to"
}

put_key() {
  local folder
  folder=$(dirname "$IDENTITY")
  [ -d "$folder" ] || install -d -m 0700 -o "$OS_USER" -g "$OS_GROUP" "$folder"
  if [ ! -s "$IDENTITY" ]; then
    rm -f "$IDENTITY" "$IDENTITY.pub"
    : >"$STATE/key.ours"
    # Named anew at the end: a run that was cut off leaves no half key.
    runuser -u "$OS_USER" -- ssh-keygen -q -t ed25519 -N '' -C "$OS_USER@$NODE" -f "$IDENTITY.new"
    mv -f "$IDENTITY.new.pub" "$IDENTITY.pub"
    mv -f "$IDENTITY.new" "$IDENTITY"
  fi
}

rm -f "$IDENTITY.new" "$IDENTITY.new.pub"
[ -z "$ZIP_SHA" ] || unpack
check_programs
put_license
if [ "$SETUID_COPIES" = yes ]; then
  put_copy "$(command -v ip || true)" "$IP_PATH"
  arping=$PREFIX/bin/arping
  [ -f "$arping" ] || arping=$(command -v arping || true)
  put_copy "$arping" "$ARPING_PATH"
  : >"$STATE/copies"
fi
put_key
