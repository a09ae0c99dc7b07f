/** Where V8R6's installer, sys_monitor.sh and sys_backup.sh keep their lines (variable cron_file of the vendor's scripts). */
export const CRON_FILE = '/etc/cron.d/KINGBASECRON';
