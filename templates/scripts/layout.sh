# shellcheck shell=bash
# Paths inside a data directory: the only shell that knows them. Twin of core/dialect/dataNames.ts; a test holds both together.

# kb_name DATA KINGBASE_NAME POSTGRES_NAME: the one that exists, KingbaseES's first; else what the control file speaks for.
kb_name() {
  if [ -e "$1/$2" ]; then
    printf '%s' "$1/$2"
  elif [ -e "$1/$3" ] || { [ -e "$1/global/pg_control" ] && [ ! -e "$1/global/sys_control" ]; }; then
    printf '%s' "$1/$3"
  else
    printf '%s' "$1/$2"
  fi
}

# kb_layout DATA: sets the variables below to absolute paths. Call it again after the directory was made.
# shellcheck disable=SC2034
kb_layout() {
  KB_WAL=$(kb_name "$1" sys_wal pg_wal)
  KB_CONTROL=$(kb_name "$1" global/sys_control global/pg_control)
  KB_AUTO_CONF=$(kb_name "$1" kingbase.auto.conf postgresql.auto.conf)
  KB_MAIN_CONF=$(kb_name "$1" kingbase.conf postgresql.conf)
  KB_HBA=$(kb_name "$1" sys_hba.conf pg_hba.conf)
  KB_IDENT=$(kb_name "$1" sys_ident.conf pg_ident.conf)
  KB_PID=$(kb_name "$1" kingbase.pid postmaster.pid)
  KB_OPTS=$(kb_name "$1" kingbase.opts postmaster.opts)
  KB_XACT=$(kb_name "$1" sys_xact pg_xact)
  KB_LOG_DIRECTORY=$(kb_name "$1" sys_log log)
  KB_TABLESPACES=$(kb_name "$1" sys_tblspc pg_tblspc)
  KB_SLOTS=$(kb_name "$1" sys_replslot pg_replslot)
  KB_STAT=$(kb_name "$1" sys_stat pg_stat)
  KB_VERSION_FILE=$(kb_name "$1" SYS_VERSION PG_VERSION)
  KB_STANDBY_SIGNAL=$1/standby.signal
  KB_SETTINGS=$1/es_rep.conf
}

# kb_was_started DATA: a server was started in it once. Its options stay behind when it stops, and a base backup never copies them.
kb_was_started() {
  local name
  for name in kingbase.opts postmaster.opts kingbase.pid postmaster.pid; do
    [ ! -e "$1/$name" ] || return 0
  done
  return 1
}

# kb_is_base_backup DATA: a copy that nothing was started from. Its label comes first; before that there is the WAL directory at most.
kb_is_base_backup() {
  local entry
  [ -d "$1" ] && [ ! -e "$1/recovery.signal" ] || return 1
  [ ! -e "$1/backup_label" ] || return 0
  for entry in "$1"/* "$1"/.[!.]*; do
    case ${entry##*/} in '*' | '.[!.]*' | lost+found | sys_wal | pg_wal) ;; *) return 1 ;; esac
  done
}

# kb_is_data DATA: true where it holds a database.
kb_is_data() {
  [ -e "$1/global/sys_control" ] || [ -e "$1/global/pg_control" ]
}
