// Proves, on three replicated nodes of KWDB in secure mode: the authority is replaced in three updates, node after node, while every node answers, replicates
// and stays the same process; what it shows is of the new authority in the end; one update that leaves the old one out at once is refused at preview, with
// nothing changed, because the nodes would refuse one another.
// Seen to fail: without `judgeAuthorities` (core/kwdb/placedCertificates.ts) the update at once is let through. Of KWDB's own TLS the stand-in proves nothing.
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { KwdbKeyPair } from '../../../core/kwdb/placedCertificates';
import { kwdbCertificatesHandler } from '../../../remote/handlers/kwdbCertificates';
import { openRemote } from '../../../remote/sshRemote';
import { describeLab, skipReason } from '../../lab/support/describeLab';
import { ENGINE_LEVEL, useKwdb } from '../../lab/support/kwdbScene';
import { KwdbStack } from '../../lab/support/kwdbStack';
import { Authority } from '../../support/certificates';

const CERTS = '/etc/kaiwudb/certs';
const KWBASE = '/usr/local/kaiwudb/bin/kwbase';
const NODES = ['node1', 'node2', 'node3'];
const CONFIG = 'kingbase:kwdbCertificates';

interface Given {
  readonly ca: string;
  readonly nodes: Readonly<Record<string, KwdbKeyPair>>;
  readonly client: KwdbKeyPair;
}

describeLab('the authority of a KWDB cluster', () => {
  const scene = useKwdb('multi-replica');
  let stack: KwdbStack;
  let before: Authority;
  let after: Authority;
  let old: Given;
  beforeAll(async () => {
    if (skipReason !== undefined) return;
    [before, after] = [new Authority('before'), new Authority('after')];
    stack = new KwdbStack(scene.lab, { secureMode: 'tls', wal: { level: 'sync', checkpointInterval: '1h' } });
    old = of(before);
    await Promise.all(NODES.map((node) => place(node)));
    await Promise.all(NODES.map((node) => sh(node, 'systemctl start kaiwudb')));
    const init = 'KWDB_DEPLOY_CFG=/root/secure.cfg /opt/kaiwudb-package/deploy.sh cluster -i';
    // A server that was just started does not listen yet.
    await scene.until(
      'the cluster is made',
      async () => (await scene.lab.node('node1').exec(['sh', '-c', init], { anyExit: true })).code === 0,
    );
    await everyNodeAnswers();
    give(old);
    await stack.up();
  });
  afterAll(() => {
    before?.remove();
    after?.remove();
  });

  const sh = (node: string, text: string) =>
    scene.lab.node(node).script(text, { label: text.slice(0, 60), timeoutMs: 300_000 });
  const host = (node: string): string => scene.lab.node(node).host;
  const of = (authority: Authority, ca = authority.certificate): Given => ({
    ca,
    nodes: Object.fromEntries(
      NODES.map((node) => [node, authority.issue({ commonName: 'node', names: `IP:${host(node)},IP:127.0.0.1` })]),
    ),
    client: authority.issue({ commonName: 'root', usages: 'clientAuth' }),
  });
  const give = ({ ca, nodes, client }: Given): void => {
    const pairs = [
      ...Object.entries(nodes).map(([node, pair]) => [`nodes.${node}`, pair] as const),
      ['client', client],
    ];
    const named = (pairs as readonly (readonly [string, KwdbKeyPair])[]).flatMap(([path, { certificate, key }]) => [
      [`${CONFIG}.${path}.certificate`, certificate],
      [`${CONFIG}.${path}.key`, key],
    ]);
    stack.secrets = { [`${CONFIG}.ca`]: ca, ...(Object.fromEntries(named) as Record<string, string>) };
  };

  /** A host whose server is to start in secure mode: its certificates are there first, so the installer makes none. */
  async function place(node: string): Promise<void> {
    await sh(
      node,
      `systemctl stop kaiwudb; /opt/kaiwudb-package/deploy.sh uninstall y; rm -rf ${CERTS}
sed 's/^secure_mode=.*/secure_mode=tls/' /opt/kaiwudb-package/deploy.cfg >/root/secure.cfg`,
    );
    const pair = old.nodes[node] as KwdbKeyPair;
    const { connection, target } = stack.host(node);
    await kwdbCertificatesHandler(openRemote).create({
      ...{ connection, target, host: host(node), replace: false, reload: 'signal', problems: [] },
      secrets: {
        ...{ 'ca.crt': old.ca, 'node.crt': pair.certificate, 'node.key': pair.key },
        ...{ 'client.root.crt': old.client.certificate, 'client.root.key': old.client.key },
      },
    });
    await sh(node, 'KWDB_DEPLOY_CFG=/root/secure.cfg /opt/kaiwudb-package/deploy.sh install --multi-replica');
  }

  const ask = async (node: string, statement: string): Promise<string> => {
    const words = [
      KWBASE,
      'sql',
      `--host=${host(node)}:26257`,
      `--certs-dir=${CERTS}`,
      '--format=tsv',
      '-e',
      statement,
    ];
    const { code, stdout, stderr } = await scene.lab.node(node).exec(words, { anyExit: true });
    if (code !== 0) throw new Error(`${node}: ${statement}: ${stderr}`);
    return stdout.split('\n')[1] ?? '';
  };
  const everyNodeAnswers = () =>
    scene.until('every node answers', async () => {
      const said = await Promise.allSettled(NODES.map((node) => ask(node, ENGINE_LEVEL)));
      return said.every(({ status }) => status === 'fulfilled');
    });
  const processes = () =>
    Promise.all(NODES.map((node) => scene.output(node, 'systemctl', 'show', '-p', 'MainPID', '--value', 'kaiwudb')));
  const shown = (node: string): Promise<string> =>
    sh(
      node,
      `openssl s_client -starttls postgres -connect ${host(node)}:26257 </dev/null 2>/dev/null | openssl x509`,
    ).then(({ stdout }) => stdout.trim());
  const changed = NODES.map((node) => `update plant-service-${node}-certificates`);

  /** A row written on one node is read on the others. */
  const replicates = async (id: number): Promise<void> => {
    await ask('node1', `INSERT INTO defaultdb.seen VALUES (${id})`);
    for (const node of NODES) {
      await scene.until(
        `row ${id} on ${node}`,
        async () => (await ask(node, 'SELECT max(id) FROM defaultdb.seen')) === String(id),
      );
    }
  };

  it('is not left out at once: nodes would refuse one another', async () => {
    await ask('node1', 'CREATE TABLE defaultdb.seen (id INT PRIMARY KEY)');
    await replicates(1);
    give(of(after));
    const preview = await stack.run('preview');
    expect({ ok: preview.ok, changed: preview.changed }).toMatchObject({ ok: false });
    expect(preview.text).toMatch(/certificates\.ca: leaves out an authority that is in place/);
    expect(await shown('node2')).toBe(old.nodes['node2']?.certificate.trim());
  });

  it('is replaced in three updates, with every node at work and none restarted', async () => {
    const pids = await processes();
    const both = `${before.certificate}${after.certificate}`;
    give({ ...old, ca: both });
    expect((await stack.up()).changed).toEqual(changed);
    await replicates(2);

    const next = of(after, both);
    give(next);
    expect((await stack.up()).changed).toEqual(changed);
    for (const node of NODES) expect(await shown(node)).toBe(next.nodes[node]?.certificate.trim());
    await replicates(3);

    give({ ...next, ca: after.certificate });
    const { input } = stack;
    stack.input = { ...input, service: { replaceCertificates: true } };
    expect((await stack.up()).changed).toEqual(expect.arrayContaining(changed));
    stack.input = input;
    await replicates(4);
    expect((await sh('node3', `grep -c BEGIN ${CERTS}/ca.crt`)).stdout).toBe('1\n');
    expect(await processes()).toEqual(pids);
    await stack.up();
    expect((await stack.run('preview')).changed).toEqual([]);
  });

  it('that is new is what a restarted node joins with', async () => {
    await scene.systemctl('node3', 'restart', 'kaiwudb');
    await everyNodeAnswers();
    await replicates(5);
    await scene.until('the level', async () => (await ask('node3', ENGINE_LEVEL)) === '1', 10_000);
  });
});
