// The trusted server stops answering ping, for every node: alone it must not bring a cluster down.
import { applyRules } from '../machines/network';
import type { Fault } from './fault';

export const dropGateway: Fault = {
  name: 'drop-gateway',
  description: 'the trusted server (the address of the bridge) no longer answers ping',
  target: 'lab',
  kind: 'lasting',
  async apply({ lab }) {
    await applyRules(lab.manifest());
    return `${lab.manifest().gateway} no longer answers ping`;
  },
  async undo({ lab }) {
    const manifest = lab.manifest();
    await applyRules({ ...manifest, faults: manifest.faults.filter((fault) => fault.name !== 'drop-gateway') });
    return `${manifest.gateway} answers ping again`;
  },
};
