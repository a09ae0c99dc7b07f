// A client that writes one numbered row after another through an endpoint and remembers what the server acknowledged:
// the ground truth of "no acknowledged write is lost" and of the time to the first successful write after a fault.
import pg from 'pg';

export interface WriterTarget {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

export interface Attempt {
  readonly n: number;
  /** Milliseconds since the epoch. */
  readonly sentAt: number;
  /** undefined: the outcome is unknown (the connection broke) or the server refused. */
  readonly ackedAt?: number;
  readonly error?: string;
  /** inet_server_addr of the node that answered, where known. */
  readonly server?: string;
}

export interface WriterOptions {
  readonly table?: string;
  readonly pauseMs?: number;
  readonly connectTimeoutMs?: number;
  readonly statementTimeoutMs?: number;
}

type Limits = Required<Pick<WriterOptions, 'connectTimeoutMs' | 'statementTimeoutMs'>>;

const PREPARE_MS = 60_000;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export class Writer {
  readonly attempts: Attempt[] = [];
  readonly table: string;
  readonly #target: WriterTarget;
  readonly #options: Required<Omit<WriterOptions, 'table'>>;
  #client: pg.Client | undefined;
  #server: string | undefined;
  #next = 1;
  #running: Promise<void> | undefined;
  #stop = false;

  constructor(target: WriterTarget, options: WriterOptions = {}) {
    this.#target = target;
    this.table = options.table ?? 'kb_history';
    this.#options = {
      pauseMs: options.pauseMs ?? 10,
      connectTimeoutMs: options.connectTimeoutMs ?? 500,
      statementTimeoutMs: options.statementTimeoutMs ?? 2_000,
    };
  }

  /** Creates the table where it is missing; fails loudly, because nothing can be judged without it. */
  async prepare(): Promise<void> {
    const client = await this.#connectPatiently();
    await client.query(
      `create table if not exists ${this.table} (n bigint primary key, at timestamptz not null default clock_timestamp())`,
    );
    const last = await client.query<{ max: string | null }>(`select max(n) from ${this.table}`);
    this.#next = Number(last.rows[0]?.max ?? 0) + 1;
    // What writes has the short time-outs that a failover is measured with.
    await this.#drop();
  }

  start(): void {
    if (this.#running !== undefined) return;
    this.#stop = false;
    this.#running = this.#loop();
  }

  async stop(): Promise<void> {
    this.#stop = true;
    await this.#running;
    this.#running = undefined;
    await this.#drop();
  }

  get acked(): readonly Attempt[] {
    return this.attempts.filter((attempt) => attempt.ackedAt !== undefined);
  }

  /** The first acknowledged write that was sent after `time`, waited for at most `withinMs`. */
  async firstAckAfter(time: number, withinMs: number): Promise<Attempt | undefined> {
    const deadline = Date.now() + withinMs;
    for (;;) {
      const found = this.attempts.find((attempt) => attempt.ackedAt !== undefined && attempt.sentAt > time);
      if (found !== undefined || Date.now() > deadline) return found;
      await pause(20);
    }
  }

  /** Waits until `count` writes were acknowledged in all, at most `withinMs`; how many there are then. */
  async ackedCount(count: number, withinMs: number): Promise<number> {
    const deadline = Date.now() + withinMs;
    while (this.acked.length < count && Date.now() < deadline) await pause(50);
    return this.acked.length;
  }

  async #loop(): Promise<void> {
    while (!this.#stop) {
      await this.#writeOne();
      await pause(this.#options.pauseMs);
    }
  }

  async #writeOne(): Promise<void> {
    const n = this.#next;
    this.#next += 1;
    const sentAt = Date.now();
    try {
      const client = this.#client ?? (await this.#connect());
      await client.query(`insert into ${this.table} (n) values ($1)`, [n]);
      this.attempts.push({ n, sentAt, ackedAt: Date.now(), server: this.#server });
    } catch (error) {
      this.attempts.push({ n, sentAt, error: error instanceof Error ? error.message : String(error) });
      await this.#drop();
      await pause(50);
    }
  }

  /** Where there is no second try, a busy machine gets the time it takes. */
  #connectPatiently(): Promise<pg.Client> {
    return this.#connect({ connectTimeoutMs: PREPARE_MS, statementTimeoutMs: PREPARE_MS });
  }

  async #connect(limits: Limits = this.#options): Promise<pg.Client> {
    const client = new pg.Client({
      ...this.#target,
      connectionTimeoutMillis: limits.connectTimeoutMs,
      query_timeout: limits.statementTimeoutMs,
      keepAlive: false,
    });
    // A broken connection is reported by the next query; without a listener it would end the process.
    client.on('error', () => undefined);
    await client.connect();
    this.#client = client;
    const where = await client.query<{ server: string }>('select host(inet_server_addr()) as server');
    this.#server = where.rows[0]?.server;
    return client;
  }

  async #drop(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    this.#server = undefined;
    // end() waits for a server that may be gone for good; the socket is dropped instead.
    if (client !== undefined) {
      void client.end().catch(() => undefined);
      const connection = (client as unknown as { connection?: { stream?: { destroy(): void } } }).connection;
      connection?.stream?.destroy();
    }
    await Promise.resolve();
  }
}
