/** A host we can act on. One interface for the product (ssh), the lab and the tests. */
export interface ExecResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ExecOptions {
  /** Run as this user; default root (through sudo -n where the login user is not root). */
  readonly as?: string;
  readonly timeoutMs?: number;
  /** Given to the command's standard input. */
  readonly stdin?: string | Buffer;
  /** Any exit code is returned instead of thrown. */
  readonly anyExit?: boolean;
  /** Shown in errors and logs instead of the command. */
  readonly label?: string;
}

export interface Remote {
  readonly host: string;
  /** Runs argv without a shell in between (each word is quoted). Throws RemoteError on a non-zero exit unless anyExit. */
  exec(argv: readonly string[], options?: ExecOptions): Promise<ExecResult>;
  /**
   * Runs a bash script, sent over standard input (never on the command line), with `set -euo pipefail`; `env` values are shell variables
   * set inside the script, quoted, not exported: nothing shows in the process list. Standard input of the script is empty.
   */
  script(
    text: string,
    env?: Readonly<Record<string, string>>,
    options?: Omit<ExecOptions, 'stdin'>,
  ): Promise<ExecResult>;
  /** Writes atomically (temporary file beside it, fsync, rename). */
  put(
    path: string,
    content: string | Buffer,
    attributes: { readonly mode: string; readonly owner: string },
  ): Promise<void>;
  /** undefined where there is no such file. */
  get(path: string): Promise<Buffer | undefined>;
  close(): void;
}

/** Everything needed to reach a host; plain data, so that it can be a resource input. */
export interface Connection {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** OpenSSH public key line; the connection is refused when the host shows another. */
  readonly hostKey: string;
  /** Secret. */
  readonly privateKey?: string;
  readonly privateKeyFile?: string;
  readonly agent?: boolean;
  readonly connectTimeoutSeconds?: number;
  readonly bastion?: { readonly host: string; readonly port: number; readonly user: string; readonly hostKey: string };
}

/** How handlers get at a host: openRemote in the product, a local stand-in in tests. */
export type OpenRemote = (connection: Connection) => Remote;
