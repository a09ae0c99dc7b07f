#!/bin/sh
# Brings the browser in which the tests open a report: Debian's headless Chromium, nothing from elsewhere. Says nothing when it is there;
# the first line of what it says is the reason for which those tests are skipped.
set -eu
say() { printf '%s\n' "$*" >&2; }

! command -v chromium-headless-shell >/dev/null 2>&1 || exit 0
! command -v chromium >/dev/null 2>&1 || exit 0
[ "$(id -u)" = 0 ] || { say 'there is no chromium here, and installing it needs root'; exit 2; }
command -v apt-get >/dev/null 2>&1 || { say 'there is no chromium here, and this is no Debian'; exit 2; }
log=$(mktemp)
trap 'rm -f "$log"' EXIT
install() { DEBIAN_FRONTEND=noninteractive timeout 600 apt-get -q -y --no-install-recommends install chromium-headless-shell >>"$log" 2>&1; }
if ! install; then
  # A fresh machine has no package lists, an old one has stale ones.
  timeout 120 apt-get -q update >>"$log" 2>&1 || true
  install || { say "chromium-headless-shell could not be installed: $(tail -n 1 "$log")"; exit 2; }
fi
command -v chromium-headless-shell >/dev/null 2>&1 || { say 'chromium-headless-shell is installed, and not on PATH'; exit 2; }
