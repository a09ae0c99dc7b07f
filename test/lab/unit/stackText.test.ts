// The stack's config of a lab: the project's own files with this lab's name and addresses, acceptable to the specification.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { parseClusterSpec } from '../../../core/spec/parseClusterSpec';
import { FORMS, planNetwork, type FormName } from '../../../lab/forms';
import { VOLUME_MIB } from '../../../lab/machines/disk';
import type { Manifest } from '../../../lab/manifest';
import { stackText, type ClusterConfig } from '../../../lab/stack/stackFile';
import { manifest, node } from './labFixture';

const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGnkfIybnZZJHAsa9t/X+Ah7oswKRRVHhIg4WZTynu46';
type Stacked = Exclude<FormName, 'kwdb' | 'v8r3'>;
const TEMPLATES: Readonly<Record<Stacked, string>> = {
  three: 'Pulumi.lab.yaml',
  witness: 'lab/stack/Pulumi.witness.yaml',
};

function labOf(form: Stacked, subnet: string): Manifest {
  const network = planNetwork(subnet);
  const { nodes, prefix, data, install } = FORMS[form];
  return manifest({
    name: 'other',
    form,
    subnet,
    gateway: network.gateway,
    prefix,
    data,
    ...(install === 'media' ? { media: { zip: '/m/db.zip', license: '/m/license.dat' } } : {}),
    nodes: nodes.map(({ name, octet, role }, index) =>
      node(name, octet, { role, host: network.address(octet), hostKey: KEY.replace('IGnk', `IGn${index}`) }),
    ),
  });
}

function clusterOf(lab: Manifest): ClusterConfig {
  const template = readFileSync(join(__dirname, '../../..', TEMPLATES[lab.form as Stacked]), 'utf8');
  const text = load(stackText(template, lab)) as { config: { 'kingbase:cluster': ClusterConfig } };
  return text.config['kingbase:cluster'];
}

/** A lab of KWDB has no stack of KingbaseES. */
const WITH_STACK = (Object.keys(TEMPLATES) as Stacked[]).filter((form) => FORMS[form].version !== undefined);

describe.each(WITH_STACK)('the stack of form %s', (form) => {
  it('moves every address to the lab’s own network', () => {
    const cluster = clusterOf(labOf(form, '10.77.5.0/24'));
    expect(JSON.stringify(cluster)).not.toContain('10.77.0.');
    expect(cluster['virtualIp']).toBe('10.77.5.100/24');
    expect(cluster['failover']).toMatchObject({ trustedServers: ['10.77.5.1'], recovery: 'automatic', preset: 'fast' });
    expect(cluster.nodeSource).toEqual({ kind: 'lab', name: 'other' });
    expect(cluster.name).toBe('other');
  });

  it('is accepted by the specification with the nodes of the lab', () => {
    const lab = labOf(form, '10.77.5.0/24');
    const nodes = lab.nodes.map(({ name, host, role, hostKey }) => ({ name, host, role, hostKey }));
    const declared = clusterOf(lab).nodes?.map(({ name }) => name) ?? nodes.map(({ name }) => name);
    expect(declared).toEqual(nodes.map(({ name }) => name));
    const connection = { user: lab.user, privateKeyFile: lab.privateKeyFile };
    expect(parseClusterSpec({ ...clusterOf(lab), nodes, connection })).toMatchObject({ ok: true });
  });

  it('keeps no more WAL than the volume of a lab node holds, and is refused with the vendor’s own number', () => {
    const lab = labOf(form, '10.77.0.0/24');
    const nodes = lab.nodes.map(({ name, host, role, hostKey }) => ({ name, host, role, hostKey }));
    const cluster = { ...clusterOf(lab), nodes, connection: { user: lab.user, privateKeyFile: lab.privateKeyFile } };
    expect(clusterOf(lab)['directories']).toMatchObject({ walVolumeMiB: VOLUME_MIB });
    expect(parseClusterSpec(cluster)).toMatchObject({ ok: true });
    const vendors = parseClusterSpec({ ...cluster, database: {} });
    expect(vendors).toMatchObject({ ok: false, findings: [{ code: 'spec/wal-budget' }] });
  });

  it('declares no node that the lab does not have', () => {
    const whole = labOf(form, '10.77.0.0/24');
    const declared = clusterOf({ ...whole, nodes: whole.nodes.slice(0, 1) }).nodes ?? [{ name: 'node1' }];
    expect(declared.map(({ name }) => name)).toEqual(['node1']);
  });

  it('installs the given media', () => {
    const lab = { ...labOf(form, '10.77.0.0/24'), media: { zip: '/given/db.zip' } };
    expect(clusterOf(lab).install).toEqual({ source: 'media', zip: '/given/db.zip' });
  });
});
