# What is there of an installation, as name=value lines; reads only.
# OS_USER OS_GROUP PREFIX ROLE IDENTITY IP_PATH ARPING_PATH SETUID_COPIES STATE

fact() { printf '%s=%s\n' "$1" "$2"; }
fact incarnation "$(cat /etc/machine-id 2>/dev/null || true)"
fact user "$(getent passwd "$OS_USER" | cut -d: -f6 || true)"
# The public key is derived from the private one: a pair that does not match would be found out at the worst moment only.
fact publicKey "$([ ! -s "$IDENTITY" ] || ssh-keygen -y -P '' -f "$IDENTITY" 2>/dev/null | cut -d' ' -f1-2 || true)"
if [ -x "$PREFIX/bin/kingbase" ]; then
  fact kingbaseVersion "$(runuser -u "$OS_USER" -- env LD_LIBRARY_PATH="$PREFIX/lib" "$PREFIX/bin/kingbase" --version 2>/dev/null | head -n 1 || true)"
else
  fact kingbaseVersion ''
fi
fact programs "$([ -x "$PREFIX/bin/kingbase" ] && echo yes || echo no)"
fact media "$(cat "$STATE/media.installed" 2>/dev/null || true)"
fact license "$([ ! -f "$PREFIX/bin/license.dat" ] || sha256sum <"$PREFIX/bin/license.dat" | cut -d' ' -f1)"
copies=none
if [ "$SETUID_COPIES" = yes ]; then
  copies=same
  for copy in "$IP_PATH" "$ARPING_PATH"; do
    [ "$(stat -c '%a %U:%G' "$copy" 2>/dev/null || true)" = "4755 root:root" ] || copies=differ
    [ "$(stat -c '%a %U:%G' "$(dirname "$copy")" 2>/dev/null || true)" = "750 root:$OS_GROUP" ] || copies=differ
  done
fi
fact copies "$copies"
