/** How a new database instance is made: the variables of templates/scripts/instance.sh. Passwords are not among them: the node has them in its password file. */
export interface InstanceOptions {
  readonly mode: 'oracle' | 'pg' | 'mysql';
  /** default: the build's own. */
  readonly encoding: string;
  readonly locale: string;
  readonly caseSensitive: boolean;
  readonly checksums: boolean;
  readonly auth: 'scram-sha-256' | 'md5';
}

export function instanceEnv(options: InstanceOptions): Record<string, string> {
  return {
    KB_MODE: options.mode,
    KB_ENCODING: options.encoding,
    KB_LOCALE: options.locale,
    KB_CASE_SENSITIVE: options.caseSensitive ? 'yes' : 'no',
    KB_CHECKSUMS: options.checksums ? 'yes' : 'no',
    KB_AUTH: options.auth,
  };
}
