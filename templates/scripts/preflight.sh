# Looks at this host before anything is changed on it. Strictly read-only: no file is written, not even a temporary one.
# Prints one line of evidence each: `+name value` as read, `-name reason` where it could not be read; see core/preflight/evidence.ts.
# Variables: remote/handlers/preflight.ts. Needs layout.sh before it.
set +e +o pipefail
export LC_ALL=C
export PATH=$PATH:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

# One printf per line: lines of probes that run side by side do not mix (a pipe takes up to 4096 bytes at once).
say() {
  local text=$3
  text=${text//\\/\\\\}
  text=${text//$'\n'/\\n}
  text=${text//$'\r'/}
  printf '%s%s %s\n' "$1" "$2" "${text:0:3800}"
}
ok() { say + "$1" "$2"; }
no() { say - "$1" "$2"; }

# probe NAME COMMAND…: its output, or why there is none. Who is silent is asked once more, for longer: on a busy host a program may need
# seconds to say its version, and what could not be read refuses the whole run.
probe() {
  local name=$1 out code seconds
  shift
  for seconds in 2 6; do
    out=$(timeout "$seconds" "$@" 2>&1 </dev/null)
    code=$?
    [ "$code" = 124 ] || break
  done
  if [ "$code" = 0 ]; then ok "$name" "$out"; else no "$name" "exit code $code: $out"; fi
}

# probe_file NAME FILE: its text; an absent file is the empty text.
probe_file() {
  if [ ! -e "$2" ]; then
    ok "$1" ''
  elif [ -r "$2" ]; then
    ok "$1" "$(head -c 3000 "$2" | tr -d '\000')"
  else
    no "$1" "$2 is not readable"
  fi
}

has_user() { getent passwd "$OS_USER" >/dev/null; }
as_user() { runuser -u "$OS_USER" -- "$@"; }

# tcp_state HOST PORT: open, refused, filtered (no answer in time) or unreachable. Silence is asked once more, for longer: a firewall that loads its
# rules anew, or a host with much to do, is silent for a moment.
tcp_state() {
  local error code seconds
  for seconds in 1 4; do
    error=$(timeout "$seconds" bash -c 'exec 3<>"/dev/tcp/$1/$2"' bash "$1" "$2" 2>&1 </dev/null)
    code=$?
    [ "$code" = 124 ] || break
  done
  case $code:$error in
    0:*) echo open ;;
    124:*) echo filtered ;;
    *refused*) echo refused ;;
    *) echo unreachable ;;
  esac
}

answers_ping() {
  if ping -n -c 1 -W 1 "$1" >/dev/null 2>&1 </dev/null; then echo yes; else echo no; fi
}

# Everything that waits for somebody else, side by side.
probe_others() {
  local peer name host port
  for peer in $PEERS; do
    name=${peer%%|*} host=${peer#*|} port=${peer##*|}
    host=${host%|*}
    ok "peer.$name.ping" "$(answers_ping "$host")" &
    ok "peer.$name.ssh" "$(tcp_state "$host" "$port")" &
    ok "peer.$name.database" "$(tcp_state "$host" "$DB_PORT")" &
  done
  for host in $TRUSTED; do
    ok "trusted.$host" "$(answers_ping "$host")" &
  done
  if [ -n "$VIP" ]; then
    ok vip.ping "$(answers_ping "$VIP")" &
  fi
  probe_ntp &
  probe_firewall &
  probe_programs &
  probe cron.service systemctl show cron.service crond.service -p Id -p LoadState -p ActiveState -p TasksMax &
  probe_user &
  probe_units &
}

probe_user() {
  if has_user; then
    probe user.limits runuser -u "$OS_USER" -- bash -c 'ulimit -Hn; ulimit -Hu'
    probe user.ping runuser -u "$OS_USER" -- ping -n -c 1 -W 1 127.0.0.1
    local path=$DATA denied=
    while [ "$path" != / ]; do
      path=$(dirname "$path")
      [ ! -d "$path" ] || as_user test -x "$path" || denied="$denied $path"
    done
    ok user.denied "${denied# }"
    probe_sshd
  fi
}

# What sshd would say to the OS user coming from a peer.
probe_sshd() {
  local sshd from=${PEERS%% *}
  sshd=$(command -v sshd) || sshd=/usr/sbin/sshd
  from=${from#*|}
  from=${from%%|*}
  local out
  if out=$(timeout 2 "$sshd" -T -C "user=$OS_USER,host=${from:-$HOST},addr=${from:-$HOST}" 2>&1 </dev/null); then
    ok ssh.effective "$(grep -E '^(allow|deny)(users|groups) |^(pubkeyauthentication|authorizedkeysfile|usedns|gssapiauthentication|strictmodes) ' <(printf '%s\n' "$out"))"
  else
    no ssh.effective "$out"
  fi
}

# From its Python package: starting firewall-cmd takes longer than all the rest.
firewalld_version() {
  local version
  version=$(sed -n 's/^VERSION *= *.\([0-9.]*\).*/\1/p' /usr/lib/python3*/*-packages/firewall/config/__init__.py 2>/dev/null | head -n 1)
  [ -n "$version" ] || version=$(timeout 8 firewall-cmd --version 2>/dev/null </dev/null)
  if [ -n "$version" ]; then ok firewall.version "$version"; else no firewall.version 'firewall-cmd --version does not answer'; fi
}

# Not by timedatectl: asking it starts a service, which makes directories of its own.
probe_ntp() {
  if [ -e /run/systemd/timesync/synchronized ]; then
    ok time.ntp systemd-timesyncd
  elif timeout 1 chronyc -n tracking 2>/dev/null </dev/null | grep -q 'Leap status *: Normal'; then
    ok time.ntp chrony
  elif timeout 1 ntpq -c rv 2>/dev/null </dev/null | grep -q 'sync_ntp'; then
    ok time.ntp ntpd
  else
    ok time.ntp none
  fi
}

probe_firewall() {
  ok firewall.firewalld "$(systemctl is-active firewalld.service 2>/dev/null)"
  if systemctl is-active --quiet firewalld.service; then firewalld_version; fi
  ok firewall.nft "$(command -v nft)"
  local policies=
  if command -v nft >/dev/null; then
    policies=$(nft list chains 2>/dev/null | awk '/^table/ { table = $3 } /hook input/ && /policy drop/ { print table }')
  elif command -v iptables >/dev/null; then
    policies=$(iptables -S INPUT 2>/dev/null | awk '/^-P INPUT DROP/ { print "iptables" }')
  fi
  ok firewall.drops "$policies"
}

# Programs of the prefix run as their owner, never as root: the owner could have put anything there.
probe_programs() {
  local program missing=
  [ -d "$BIN" ] || return 0
  for program in $PROGRAMS; do
    [ -x "$BIN/$program" ] || missing="$missing $program"
  done
  ok prefix.missing "${missing# }"
  if [ -x "$BIN/kingbase" ] && has_user; then
    probe_initdb
    probe_rman
    probe prefix.version runuser -u "$OS_USER" -- "$BIN/kingbase" -V
  fi
}

# Whether initdb takes the password from a file: yes, no, or unknown where its help says neither.
probe_initdb() {
  local help
  help=$(timeout 2 runuser -u "$OS_USER" -- env LD_LIBRARY_PATH="$PREFIX/lib" "$BIN/initdb" --help 2>/dev/null </dev/null)
  case $help in
    *--pwfile*) ok initdb.pwfile yes ;;
    *--username*) ok initdb.pwfile no ;;
    *) ok initdb.pwfile unknown ;;
  esac
}

# What sys_rman's help knows of the options that only upstream documents: of RMAN_OPTIONS `archive-async`, `lz4`, `zst`, the ones it does not name.
probe_rman() {
  local word about help silent= strange=
  [ -n "$RMAN_OPTIONS" ] && [ -x "$BIN/sys_rman" ] || return 0
  for word in $RMAN_OPTIONS; do
    case $word in archive-async) about='archive-push archive-async' ;; *) about='backup compress-type' ;; esac
    help=$(rman_help $about) || silent="$silent $word"
    case " $silent " in *" $word "*) continue ;; esac
    printf '%s\n' "$help" | grep -qw -e "$word" || strange="$strange $word"
  done
  ok rman.unknown "${strange# }"
  ok rman.silent "${silent# }"
}

# rman_help COMMAND OPTION: newer ones read the configuration of the host before they answer; an older one has no --no-config. 1: no answer.
rman_help() {
  local said no_config
  for no_config in --no-config ''; do
    said=$(timeout 2 runuser -u "$OS_USER" -- env LD_LIBRARY_PATH="$PREFIX/lib" "$BIN/sys_rman" $no_config help "$1" "$2" 2>&1 </dev/null)
    # Every answer begins with whose help it is; an option that a build does not know is named in an error of its own.
    case $said in
      *"'$1' command"*) printf '%s\n' "$said" && return 0 ;;
      *"option '$2' is not valid"* | *"option invalid"* | *"invalid option"*"$2"*) return 0 ;;
    esac
  done
  return 1
}

probe_units() {
  local out
  # Newer systemd exits 1 where nothing matches; then it says nothing.
  out=$(timeout 2 systemctl list-unit-files --no-legend 'kingbase*' 2>/dev/null </dev/null)
  case $? in
    0 | 1)
      if [ -d /run/systemd/system ]; then ok units.list "$out"; else no units.list 'systemd does not run'; fi
      ;;
    *) no units.list 'systemctl list-unit-files does not answer' ;;
  esac
}

probe_system() {
  probe_file sys.osRelease /etc/os-release
  ok sys.arch "$(uname -m)"
  if [ -d /run/systemd/system ]; then ok sys.systemd yes; else ok sys.systemd no; fi
  ok sys.systemdVersion "$(systemctl --version 2>/dev/null | awk 'NR == 1 { print $2 }')"
  local name missing=
  for name in $COMMANDS; do
    command -v "$name" >/dev/null || missing="$missing $name"
  done
  ok sys.missing "${missing# }"
  ok sys.arping "$(command -v arping || { [ ! -x "$BIN/arping" ] || echo "$BIN/arping"; })"
  ok sys.unpackers "$(command -v unzip bsdtar)"
  ok sys.walUnpackers "$(command -v lz4 zstd)"
  ok sys.hostname "$(uname -n)"
  ok sys.resolves "$(getent ahosts "$(uname -n)" | awk '{ print $1 }' | sort -u | tr '\n' ' ')"
  probe_file sys.machineId /etc/machine-id
  ok sys.umask "$(umask)"
  ok sys.timezone "$(date +%z)"
  if [ -e "/usr/share/zoneinfo/$TIMEZONE" ] || [ -e "$PREFIX/share/timezone/$TIMEZONE" ]; then ok sys.zone yes; else ok sys.zone no; fi
  # Only the one that is asked for: the list may be longer than a line of evidence.
  ok sys.locale "$(locale -a 2>/dev/null | grep -ixF -e "$LOCALE" -e "${LOCALE/UTF-8/utf8}" | head -n 1)"
  ok sys.selinux "$(getenforce 2>/dev/null || echo absent)"
  ok sys.login "${SUDO_USER:-root}"
  ok sys.uid "$(id -u)"
}

probe_account() {
  ok user.passwd "$(getent passwd "$OS_USER")"
  ok user.group "$(getent group "$OS_GROUP")"
  # Without the second field, the password's hash.
  ok user.shadow "$(getent shadow "$OS_USER" | cut -d: -f1,3-8)"
  local home
  home=$(getent passwd "$OS_USER" | cut -d: -f6)
  if [ -n "$home" ] && [ -e "$home/.encpwd" ]; then ok user.encpwd "$home/.encpwd"; else ok user.encpwd ''; fi
  # Which cluster's backups run on this host, by our own program of their jobs.
  ok backup.cluster "$(sed -n 's#^directory=/var/lib/pulumi-kingbase/\(.*\)/backup$#\1#p' /usr/local/lib/pulumi-kingbase/backup-job.sh 2>/dev/null)"
  probe_file cron.allow /etc/cron.allow
  probe_file cron.deny /etc/cron.deny
  ok cron.system "$(grep -H 'kbha -A daemon' /etc/crontab /etc/cron.d/* 2>/dev/null)"
  if has_user; then ok cron.user "$(crontab -u "$OS_USER" -l 2>/dev/null | grep 'kbha -A daemon')"; else ok cron.user ''; fi
}

probe_network() {
  probe net.addresses ip -o addr show scope global
  if [ -n "$NET_DEVICE" ] && [ -r "/sys/class/net/$NET_DEVICE/mtu" ]; then
    ok net.mtu "$(cat "/sys/class/net/$NET_DEVICE/mtu")"
  fi
  ok ping.mode "$(stat -Lc '%a' "$(command -v ping)" 2>/dev/null)"
  ok ping.capabilities "$(getcap "$(readlink -f "$(command -v ping)")" 2>/dev/null)"
  probe_file ping.groups /proc/sys/net/ipv4/ping_group_range
  local port
  for port in "$DB_PORT" "$CHANNEL_PORT"; do
    [ -z "$port" ] || ok "port.$port" "$(listeners "$port")"
  done
}

# `pid user command line` of whoever listens there.
listeners() {
  local pid
  for pid in $(ss -Hltnp "sport = :$1" 2>/dev/null | grep -o 'pid=[0-9]*' | cut -d= -f2 | sort -un); do
    printf '%s %s %s\n' "$pid" "$(stat -c %U "/proc/$pid" 2>/dev/null)" "$(tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline")"
  done
}

# A place that may not exist yet is judged by the nearest directory above it that does.
probe_place() {
  local name=$1 path=$2 mount
  while [ ! -d "$path" ]; do path=$(dirname "$path"); done
  mount=$(findmnt -nro TARGET,SOURCE,FSTYPE,OPTIONS -T "$path" 2>&1) && ok "fs.$name.mount" "$mount" || no "fs.$name.mount" "$mount"
  probe "fs.$name.space" stat -f -c '%a %S %d %c' "$path"
  probe "fs.$name.device" stat -c %d "$path"
}

probe_storage() {
  local record records=
  probe_place data "$DATA"
  probe_place prefix "$PREFIX"
  probe_place archive "$ARCHIVE"
  probe_place tools /usr/local/lib
  probe_place tmp /tmp
  ok tmp.mode "$(stat -c %a /tmp)"
  [ -z "$WAL" ] || probe_place wal "$WAL"
  directory data "$DATA"
  [ -z "$WAL" ] || directory wal "$WAL"
  if kb_is_data "$DATA"; then ok data.database yes; else ok data.database no; fi
  if mountpoint -q "$DATA" 2>/dev/null; then ok data.mountpoint yes; else ok data.mountpoint no; fi
  # What earlier runs of ours reached here, as `member:joined`.
  for record in bootstrap member; do
    [ ! -r "$STATE/$record.json" ] || records="$records $record:$(sed -n 's/.*"phase":"\([a-z]*\)".*/\1/p' "$STATE/$record.json")"
  done
  ok ledger "${records# }"
  probe_file repmgr.conf "$REPMGR_CONF"
  license
}

# directory NAME PATH: absent, empty, present (with what), unreadable; and the path with links followed.
directory() {
  local found
  ok "$1.real" "$(readlink -m "$2")"
  if [ ! -e "$2" ]; then
    ok "$1.state" absent
  elif found=$(find "$2/" -mindepth 1 -maxdepth 1 ! -name lost+found -printf '%f ' 2>/dev/null); then
    if [ -z "$found" ]; then ok "$1.state" empty; else ok "$1.state" "present ${found:0:200}"; fi
  else
    ok "$1.state" unreadable
  fi
}

license() {
  local file
  for file in "$BIN/license.dat" "$BIN/../../license.dat"; do
    if [ -f "$file" ]; then
      ok license.path "$(readlink -m "$file")"
      probe_file license.text "$file"
      return
    fi
  done
  ok license.path ''
}

probe_kernel() {
  local name file
  for name in $SYSCTLS; do
    file=/proc/sys/${name//./\/}
    if [ -r "$file" ]; then ok "sysctl.$name" "$(tr -s '[:space:]' ' ' <"$file")"; else no "sysctl.$name" "$file is not readable"; fi
  done
  probe mem.info grep -E '^(MemTotal|MemAvailable|SwapTotal|SwapFree|CommitLimit|Committed_AS|HugePages_Free|HugePages_Total|Hugepagesize):' /proc/meminfo
  probe_file mem.thp /sys/kernel/mm/transparent_hugepage/enabled
  # In the order in which systemd reads them: the last one counts.
  ok logind.files "$(grep -HiE '^[[:space:]]*RemoveIPC' /etc/systemd/logind.conf $(ls /usr/lib/systemd/logind.conf.d/*.conf /etc/systemd/logind.conf.d/*.conf 2>/dev/null | awk -F/ '{ print $NF "\t" $0 }' | sort | cut -f2) 2>/dev/null)"
  # shellcheck disable=SC2009 -- pgrep cannot show the user
  ok processes "$(ps -eo pid=,user:32=,args= | grep -E '/(kingbase|repmgrd|kbha)( |$)' | grep -v grep | cut -c1-300 | head -n 10)"
}

main() {
  probe_others
  probe_system
  probe_account
  probe_network
  probe_storage
  probe_kernel
  wait
  # After the pings: whose network card holds the virtual IP.
  if [ -n "$VIP" ]; then ok net.neighbours "$(ip neigh show 2>/dev/null | awk '{ for (i = 1; i < NF; i++) if ($i == "lladdr") print $1, $(i + 1) }')"; fi
  ok end yes
}

main
