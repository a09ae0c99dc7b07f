// An archive beside its data is lost with it.
import { defineRule } from '../../types';

export const moveArchiveOffNode = defineRule({
  subject: 'cluster',
  id: 'kingbase-cluster-move-archive-off-node',
  title: 'The WAL archive is not on the host of its data',
  group: 'backup',
  level: 'advisory',
  severity: 'high',
  restsOn: 'declared',
  protectsFrom: 'A lost host takes data and archive at once, and a segment that no standby has is gone.',
  evidence: 'computed budget: what remains after all nodes were lost; F field guide',
  hint: 'Declare backup, whose repository then takes each segment; or give archive.command a command that brings each segment to the repository host.',
  judge: (spec) =>
    spec.archive.to === 'directory'
      ? [{ path: 'archive.to', message: 'is directory: each node copies its segments to its own <prefix>/archive' }]
      : [],
});
