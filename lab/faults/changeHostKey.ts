// The repository's host key is not the one a database node knows: ssh refuses, and nothing can be pushed.
import { KingbaseError } from '../../core/finding';
import { awake, onNode } from './backupShell';
import { nodeOf, type Fault, type FaultCall } from './fault';

const NAME = 'change-host-key';

export const changeHostKey: Fault = {
  name: NAME,
  description: 'the OS user of a node knows another host key of the repository host',
  target: 'node',
  kind: 'lasting',
  async apply(call) {
    const host = repositoryHost(call);
    await onNode(
      call,
      NAME,
      `
      scratch=$(mktemp -d)
      ssh-keygen -q -t ed25519 -N '' -f "$scratch/key"
      key=$(cut -d ' ' -f 1,2 "$scratch/key.pub")
      rm -rf "$scratch"
      for file in /home/kingbase/.ssh/known_hosts* /home/kingbase/.es/known_hosts*; do
        [ -f "$file" ] && grep -qE '^[^ ]*${host.replaceAll('.', '\\.')}[], ]' "$file" || continue
        keep "$file" "$(basename "$(dirname "$file")")-$(basename "$file")"
        sed -i -E "s#^([^ ]*${host.replaceAll('.', '\\.')}[^ ]*) .*#\\1 $key#" "$file"
        changed=$file
      done
      [ -n "\${changed:-}" ] || { echo "kingbase knows no key of ${host}" >&2; exit 1; }`,
    );
    return `${nodeOf(call).name} knows another key of ${host}`;
  },
  async undo(call) {
    await awake(call);
    await onNode(
      call,
      NAME,
      `
      for file in /home/kingbase/.ssh/known_hosts* /home/kingbase/.es/known_hosts*; do
        give_back "$(basename "$(dirname "$file")")-$(basename "$file")" "$file"
      done
      drop_kept`,
    );
    return `${nodeOf(call).name} knows the right key again`;
  },
};

function repositoryHost(call: FaultCall): string {
  const found = call.lab.nodes().find((node) => node.info().role === 'repository');
  if (found !== undefined) return found.host;
  throw new KingbaseError({
    code: 'lab/no-repository',
    message: 'this lab has no repository node',
    hint: 'Use the form three.',
  });
}
