// What a client of the cluster's network sees while something is done to it: which nodes accept writes, asked of each at its
// own address, and which node answers at the virtual IP, asked over a fresh connection each time.
import pg from 'pg';
import type { Lab } from '../../../lab/lab';
import { poll, sleep } from '../../../lab/run';
import { endpointOf } from './writeLoad';

export interface Sample {
  readonly node: string;
  /** Milliseconds since the epoch. */
  readonly sentAt: number;
  readonly answeredAt: number;
  readonly accepts: 'writes' | 'reads' | 'nothing';
}

/** A node that accepted writes while another one, asked before and after it, did so too. */
export interface TwoPrimaries {
  readonly nodes: readonly [string, string];
  /** When the node was asked and when it answered: a question may wait for a line that is repaired meanwhile, so it accepted only some time between. */
  readonly sentAt: number;
  readonly answeredAt: number;
}

interface Target {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

const PAUSE_MS = 150;
const PATIENCE_MS = 1_000;
const LAST_LOOK_MS = 30_000;
/** Assigns a transaction number, which a standby cannot; writes no row, so it never waits for a standby. */
const WRITES = 'select txid_current()';

export class ClientView {
  readonly samples: Sample[] = [];
  /** Who answered at the virtual IP. */
  readonly endpoint: Sample[] = [];
  readonly #loops: Promise<void>[] = [];
  #stop = false;

  static async open(lab: Lab): Promise<ClientView> {
    const target = await endpointOf(lab);
    const view = new ClientView();
    const nodes = lab.nodes().filter((node) => node.info().role === 'database');
    for (const node of nodes) view.#loops.push(view.#watchNode(node.name, { ...target, host: node.host }));
    view.#loops.push(view.#watchEndpoint(target));
    return view;
  }

  /** Not before it has seen how things ended: somebody who accepts writes, at a node's address and at the virtual IP. */
  async close(): Promise<void> {
    const since = Date.now();
    const seen = (): true | undefined =>
      this.writers(since).length > 0 && this.endpointWriters(since).length > 0 ? true : undefined;
    await poll(seen, LAST_LOOK_MS, PAUSE_MS);
    this.#stop = true;
    await Promise.all(this.#loops);
  }

  /**
   * Two nodes that accepted writes at the same time, as far as samples a few tenths of a second apart can tell: one of them did
   * while the other did before and after it, and at every question in between.
   */
  twoPrimaries(): readonly TwoPrimaries[] {
    const nodes = [...new Set(this.samples.map((sample) => sample.node))];
    return nodes.flatMap((node) => this.#spells(node).flatMap((spell) => this.#during(node, spell)));
  }

  /** Names of the nodes that accepted a write, in the order of their first. */
  writers(since = 0): readonly string[] {
    const writable = this.samples.filter((sample) => sample.accepts === 'writes' && sample.sentAt >= since);
    return [...new Set(writable.map((sample) => sample.node))];
  }

  /** The same of who answered at the virtual IP and accepted writes there. */
  endpointWriters(since = 0): readonly string[] {
    const writable = this.endpoint.filter((sample) => sample.accepts === 'writes' && sample.sentAt >= since);
    return [...new Set(writable.map((sample) => sample.node))];
  }

  /** Unbroken times in which a node accepted every write. */
  #spells(node: string): readonly (readonly Sample[])[] {
    const spells: Sample[][] = [];
    let open: Sample[] | undefined;
    for (const sample of this.samples.filter((each) => each.node === node)) {
      if (sample.accepts !== 'writes') open = undefined;
      else if (open === undefined) spells.push((open = [sample]));
      else open.push(sample);
    }
    return spells;
  }

  #during(node: string, spell: readonly Sample[]): readonly TwoPrimaries[] {
    const [from, until] = [spell[0]?.answeredAt ?? Infinity, spell.at(-1)?.sentAt ?? 0];
    return this.samples
      .filter((each) => each.accepts === 'writes' && each.node !== node)
      .filter((each) => each.sentAt >= from && each.answeredAt <= until)
      .map((each) => ({ nodes: [node, each.node], sentAt: each.sentAt, answeredAt: each.answeredAt }));
  }

  async #watchNode(node: string, target: Target): Promise<void> {
    const kept: { client?: pg.Client } = {};
    while (!this.#stop) {
      const sentAt = Date.now();
      const accepts = await this.#ask(kept, target);
      this.samples.push({ node, sentAt, answeredAt: Date.now(), accepts });
      await sleep(PAUSE_MS);
    }
    drop(kept.client);
  }

  async #ask(kept: { client?: pg.Client }, target: Target): Promise<Sample['accepts']> {
    try {
      kept.client ??= await connect(target);
      await kept.client.query(WRITES);
      return 'writes';
    } catch (error) {
      // read_only_sql_transaction, or what a standby says about transaction numbers.
      if (['25006', '55000'].includes((error as { code?: string }).code ?? '')) return 'reads';
      drop(kept.client);
      kept.client = undefined;
      return 'nothing';
    }
  }

  async #watchEndpoint(target: Target): Promise<void> {
    while (!this.#stop) {
      const sentAt = Date.now();
      const kept: { client?: pg.Client } = {};
      const node = await hostName(kept, target);
      const accepts = node === undefined ? 'nothing' : await this.#ask(kept, target);
      this.endpoint.push({ node: node ?? 'nobody', sentAt, answeredAt: Date.now(), accepts });
      drop(kept.client);
      await sleep(PAUSE_MS);
    }
  }
}

async function hostName(kept: { client?: pg.Client }, target: Target): Promise<string | undefined> {
  try {
    kept.client = await connect(target);
    const { rows } = await kept.client.query<{ name: string }>(
      `select trim(pg_read_file('/etc/hostname'), e'\\n') as name`,
    );
    return rows[0]?.name;
  } catch {
    return undefined;
  }
}

async function connect(target: Target): Promise<pg.Client> {
  const client = new pg.Client({
    ...target,
    connectionTimeoutMillis: PATIENCE_MS,
    query_timeout: PATIENCE_MS,
    application_name: 'client-view',
  });
  // A broken connection is reported by the next query; without a listener it would end the process.
  client.on('error', () => undefined);
  try {
    await client.connect();
  } catch (error) {
    drop(client);
    throw error;
  }
  return client;
}

/** end() waits for a server that may be gone for good; the socket is dropped instead. */
function drop(client: pg.Client | undefined): void {
  void client?.end().catch(() => undefined);
  const connection = (client as unknown as { connection?: { stream?: { destroy(): void } } } | undefined)?.connection;
  connection?.stream?.destroy();
}
