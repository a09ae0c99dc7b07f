#!/bin/sh
# Brings the sshd that the tests of the ssh connection talk to on loopback, and prints its path. Where Debian's package is not installed, it is
# only laid out in the lab's cache: installing it would give the machine an ssh server that everybody can reach.
# The first line on standard error is the reason for which those tests are skipped.
set -eu
say() { printf '%s\n' "$*" >&2; }

installed=/usr/sbin/sshd
[ ! -x "$installed" ] || { printf '%s\n' "$installed"; exit 0; }
[ "$(id -u)" = 0 ] || { say "there is no $installed here, and laying it out needs root"; exit 2; }
command -v apt-get >/dev/null 2>&1 || { say "there is no $installed here, and this is no Debian"; exit 2; }
place=/var/cache/pulumi-kingbase-lab/sshd
[ ! -x "$place/sshd" ] || { printf '%s\n' "$place/sshd"; exit 0; }

mkdir -p "${place%/*}"
new=$(mktemp -d "$place.XXXXXX")
trap 'rm -rf "$new"' EXIT
download() { (cd "$new" && timeout 300 apt-get -q -o APT::Sandbox::User=root download openssh-server libwrap0 >log 2>&1); }
if ! download; then
  # A fresh machine has no package lists, an old one has stale ones.
  timeout 120 apt-get -q update >/dev/null 2>&1 || true
  download || { say "openssh-server could not be downloaded: $(tail -n 1 "$new/log")"; exit 2; }
fi
for package in "$new"/*.deb; do dpkg -x "$package" "$new"; done
rm -f "$new"/*.deb
libraries=$(dirname "$(find "$new" -name 'libwrap.so.0' | head -n 1)")
# It wants a user named sshd, which only the package's installation adds: a passwd file that has one is laid over the machine's, for it alone.
cat >"$new/sshd" <<WRAPPER
#!/bin/sh
set -eu
passwd=\$(mktemp)
{ cat /etc/passwd; grep -q '^sshd:' /etc/passwd || echo 'sshd:x:65533:65534::/run/sshd:/usr/sbin/nologin'; } >"\$passwd"
chmod 644 "\$passwd"
export LD_LIBRARY_PATH=$place${libraries#"$new"}
exec unshare --mount sh -c 'mount --bind "\$0" /etc/passwd && rm -f "\$0" && exec $place/usr/sbin/sshd "\$@"' "\$passwd" "\$@"
WRAPPER
chmod 755 "$new/sshd"
rm -rf "$place"
mv "$new" "$place"
trap - EXIT
printf '%s\n' "$place/sshd"
