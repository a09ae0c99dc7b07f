import { describe, expect, it } from 'vitest';
import { classifyChange } from '../../../core/backup/classifyChange';

const CONF = `# Genarate by script
[kingbase]
kb1-path=/kbdata/data
kb1-port=54321
kb1-host=10.0.0.11

[global]
repo1-path=/kbrepo/orders
compress-type=none
process-max=4
`;

describe('classifyChange', () => {
  it('sees nothing where only comments and blanks differ', () => {
    expect(classifyChange(CONF, CONF.replace('=4', ' = 4').replace('# Gen', '# gen'))).toEqual({
      identity: [],
      place: [],
      nextFull: [],
      atOnce: [],
    });
  });

  it.each([
    ['kb1-path=/kbdata/data', 'kb1-path=/kbdata/new', 'kb1-path'],
    ['kb1-port=54321', 'kb1-port=54322', 'kb1-port'],
    ['kb1-host=10.0.0.11', 'kb1-host=10.0.0.21', 'kb1-host'],
    ['kb1-host=10.0.0.11', 'kb1-host=10.0.0.11\nkb2-user=esrep', 'kb2-user'],
    ['kb1-host=10.0.0.11', 'kb1-host=10.0.0.11\nkb1-host-user=kingbase', 'kb1-host-user'],
    ['repo1-path=/kbrepo/orders', 'repo1-path=/kbrepo/other', 'repo1-path'],
  ])('asks for the stanza again and a full backup after %s became %s', (from, to, key) => {
    expect(classifyChange(CONF, CONF.replace(from, to))).toMatchObject({ identity: [key], nextFull: [], atOnce: [] });
  });

  it('knows which of them say where the repository lies', () => {
    const place = (from: string, to: string) => classifyChange(CONF, CONF.replace(from, to)).place;
    expect(place('repo1-path=/kbrepo/orders', 'repo1-path=/new')).toEqual(['repo1-path']);
    expect(place('repo1-path=/kbrepo/orders', 'repo1-path=/kbrepo/orders\nrepo1-cipher-type=aes-256-cbc')).toEqual([]);
    expect(place('kb1-port=54321', 'kb1-port=54322')).toEqual([]);
    expect(classifyChange(undefined, CONF).place).toEqual(['repo1-path']);
  });

  it('tells the key of one command from the same key of all', () => {
    const push = `${CONF}[global:archive-push]\narchive-async=y\nprocess-max=2\n`;
    expect(classifyChange(CONF, push).atOnce).toEqual(['archive-push archive-async', 'archive-push process-max']);
    expect(classifyChange(push, push.replace(/process-max=\d+/, 'process-max=7')).atOnce).toEqual(['process-max']);
  });

  it('leaves compression to the next full backup', () => {
    expect(classifyChange(CONF, CONF.replace('type=none', 'type=gz\ncompress-level=3'))).toEqual({
      identity: [],
      place: [],
      nextFull: ['compress-level', 'compress-type'],
      atOnce: [],
    });
  });

  it('takes the rest, also what is no longer there, for in effect at once', () => {
    expect(classifyChange(CONF, CONF.replace('process-max=4', 'start-fast=y')).atOnce).toEqual([
      'process-max',
      'start-fast',
    ]);
  });

  it('takes all of a first configuration for new', () => {
    expect(classifyChange(undefined, CONF).identity).toEqual(['kb1-host', 'kb1-path', 'kb1-port', 'repo1-path']);
  });
});
