/** A whole file of ours, ready to land on a node byte for byte. */
export interface RenderedFile {
  /** Absolute path; or `crontab:<user>` for a user's crontab (V9), whose text is our marked block only. */
  readonly path: string;
  readonly text: string;
  /** Below templates/, where the text is that of a program of this package as it is: it travels by its name and digest. */
  readonly program?: string;
  /** Octal, four digits ("0644"). */
  readonly mode: string;
  /** user:group */
  readonly owner: string;
  /** Id of what runs on the node, once per batch, when the content changed; see ON_CHANGE. */
  readonly onChange?: OnChange;
  /** Only the lines between `# BEGIN <block>` and `# END <block>` are ours (text holds these lines, without the markers); what stands around them is left alone. */
  readonly block?: string;
}

export type OnChange =
  | 'none'
  | 'repmgrd' // SIGHUP to repmgrd where it runs
  | 'sysctl' // sysctl -p <path>, only where spec.os.applySysctl
  | 'firewalld' // firewall-cmd --reload where firewalld runs, else nothing; the same after the file was deleted
  | 'nftables' // nft -f <path> where nft exists and firewalld does not run; deleted: nft delete table inet pulumi_kingbase
  | 'cron' // nothing to do for /etc/cron.d (mtime), kept for the crontab form
  | 'logind' // systemctl kill -s HUP systemd-logind
  | 'securecmdd' // daemon-reload, enable, restart of securecmdd.service; deleted: disable --now
  | 'endpoint' // daemon-reload and restart of the units in the batch; deleted: stop
  | 'serverReload' // SIGHUP to the server whose data directory holds the file, where it runs
  | 'timers' // systemctl enable and restart of the .timer; deleted: disable --now
  | 'rollout'; // database files: the Rollout resource reloads or restarts
