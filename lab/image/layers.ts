// The read-only directories a node's disk is stacked from, each built once and kept outside the repository under the
// digest of what it was built from: the base system, the toolchain, and a prefix where the database is installed already.
import { createHash } from 'node:crypto';
import {
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs';
import { join } from 'node:path';
import { withLock } from '../lock';
import { BUILD_LOCK, CACHE_ROOT } from '../paths';
import type { Progress } from '../progress';
import { projectRoot } from '../projectRoot';
import { run } from '../run';

const BUILD_TIMEOUT_MS = 1_800_000;

export interface Layers {
  readonly base: string;
  /** undefined as long as there is no lab/toolchain. */
  readonly toolchain: string | undefined;
}

export async function ensureLayers(progress: Progress): Promise<Layers> {
  const base = await ensureBase(progress);
  const toolchain = await ensureToolchain(base, progress);
  return { base, toolchain };
}

async function ensureBase(progress: Progress): Promise<string> {
  const recipe = join(projectRoot(), 'lab/image');
  const digest = digestFiles(recipe, ['build.sh', 'packages.txt']);
  return buildOnce(`base-${digest}`, progress, 'building the base image (once, about a minute)', async (target) => {
    await run('sh', [join(recipe, 'build.sh'), target], {
      timeoutMs: BUILD_TIMEOUT_MS,
      label: 'lab/image/build.sh',
      onLine: milestones(progress),
    });
  });
}

async function ensureToolchain(base: string, progress: Progress): Promise<string | undefined> {
  return ensureInstalled(base, 'toolchain', progress);
}

/** The stand-in for KWDB, for nodes that have no KingbaseES. */
export async function ensureKwdbLayer(base: string, progress: Progress): Promise<string> {
  const layer = await ensureInstalled(base, 'kwdb', progress);
  if (layer === undefined) throw new Error('lab/kwdb/install.sh is missing');
  return layer;
}

/** What lab/<room>/install.sh puts over the base. */
async function ensureInstalled(
  base: string,
  room: 'toolchain' | 'kwdb',
  progress: Progress,
): Promise<string | undefined> {
  const recipe = join(projectRoot(), 'lab', room);
  if (!existsSync(join(recipe, 'install.sh'))) return undefined;
  const key = createHash('sha256')
    .update(`1\0${base}\0${digestTree(recipe)}`)
    .digest('hex')
    .slice(0, 16);
  const what =
    room === 'kwdb' ? 'installing the stand-in for KWDB into its layer' : 'installing the toolchain into its layer';
  return buildOnce(`${room}-${key}`, progress, what, async (target) => {
    const packages = packagesIn(join(recipe, 'packages.txt'));
    const adding = packages.length === 0 ? [] : [join(projectRoot(), 'lab/image/addPackages.sh'), ...packages];
    const words = ['sh', '-euc', INSTALL_TOOLCHAIN, 'sh', base, target, join(recipe, 'install.sh'), ...adding];
    await run('unshare', ['--mount', '--propagation', 'private', ...words], {
      timeoutMs: BUILD_TIMEOUT_MS,
      label: `lab/${room}/install.sh`,
    });
  });
}

/** One a line; # begins a comment. */
function packagesIn(path: string): readonly string[] {
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, 'utf8').split('\n');
  return lines.map((line) => line.replace(/#.*/, '').trim()).filter((line) => line !== '');
}

/** Over the base, because it takes the public originals from there; what it writes becomes the layer. */
const INSTALL_TOOLCHAIN = `
umask 022
base=$1 target=$2 install=$3
shift 3
mkdir -p "$target" "$target.work" "$target.root"
mount -t overlay overlay -o "lowerdir=$base,upperdir=$target,workdir=$target.work" "$target.root"
sh "$install" "$target.root"
# addPackages.sh and its packages, where a room names some.
if [ $# -gt 0 ]; then
  add=$1
  shift
  sh "$add" "$target.root" "$@"
fi
umount "$target.root"
rm -rf "$target.work" "$target.root"
`;

/** Topmost first: V8R3's tree as its installer leaves it, and pgpool-II. */
export async function ensureV8r3Layers(
  { base, toolchain }: { readonly base: string; readonly toolchain: string },
  cluster: string,
  progress: Progress,
): Promise<readonly string[]> {
  const recipe = join(projectRoot(), 'lab/v8r3');
  const keyOf = (...parts: readonly (string | Buffer)[]): string => {
    const hash = createHash('sha256');
    for (const part of parts) hash.update(part).update('\0');
    return hash.digest('hex').slice(0, 16);
  };
  const image = join(recipe, 'image.sh');
  const pool = await buildOnce(
    `pgpool-${keyOf('1', base, readFileSync(image))}`,
    progress,
    'installing pgpool-II into its layer',
    async (target) => {
      await run('sh', [image, base, target], { timeoutMs: BUILD_TIMEOUT_MS, label: 'lab/v8r3/image.sh' });
    },
  );
  const laid = `v8r3-${keyOf('1', toolchain, cluster, digestTree(recipe))}`;
  const tree = await buildOnce(laid, progress, `laying V8R3’s tree at ${cluster}`, async (target) => {
    await run('sh', [join(recipe, 'install.sh'), toolchain, target, cluster], { label: 'lab/v8r3/install.sh' });
  });
  return [tree, pool];
}

/** cloud-init over the base, for nodes that are set up as machines of a cloud are; built when the first of them is asked for. */
export async function ensureCloudInit(base: string, progress: Progress): Promise<string> {
  const recipe = join(projectRoot(), 'lab/image/cloudInit.sh');
  const key = createHash('sha256').update(`1\0${base}\0`).update(readFileSync(recipe)).digest('hex').slice(0, 16);
  return buildOnce(`cloudinit-${key}`, progress, 'installing cloud-init into its layer', async (target) => {
    await run('sh', [recipe, base, target], { timeoutMs: BUILD_TIMEOUT_MS, label: 'lab/image/cloudInit.sh' });
  });
}

/** The toolchain laid where the vendor's installer would have put it, owned by the database's user: a host that is installed already. */
export async function ensurePrefixLayer(toolchain: string, prefix: string, progress: Progress): Promise<string> {
  const key = createHash('sha256').update(`1\0${toolchain}\0${prefix}`).digest('hex').slice(0, 16);
  return buildOnce(`prefix-${key}`, progress, `laying the toolchain at ${prefix}`, async (target) => {
    await run('sh', ['-euc', LAY_PREFIX, 'sh', toolchain, target, prefix], {
      label: `copy the toolchain to ${prefix}`,
    });
  });
}

/** uid and gid 1001 are kingbase's in the base image; only the directories below its home are its own. */
const LAY_PREFIX = `
umask 022
mkdir -p "$2$3"
cp -a "$1/opt/kingbase-lab/server/bin" "$1/opt/kingbase-lab/server/lib" "$1/opt/kingbase-lab/server/share" "$2$3/"
chown -hR 1001:1001 "$2/home/kingbase"
chmod 700 "$2/home/kingbase"
`;

/** Builds beside the final name and renames: a directory under its final name is always complete. */
async function buildOnce(
  name: string,
  progress: Progress,
  what: string,
  build: (target: string) => Promise<void>,
): Promise<string> {
  const final = join(CACHE_ROOT, name);
  if (existsSync(final)) {
    utimesSync(final, new Date(), new Date());
    return final;
  }
  const wait = (): void => progress.say('waiting: another lab is building an image');
  return withLock(
    BUILD_LOCK,
    async () => {
      if (existsSync(final)) return final;
      const temporary = `${final}.building`;
      rmSync(temporary, { recursive: true, force: true });
      await progress.step(what, () => build(temporary));
      utimesSync(temporary, new Date(), new Date());
      renameSync(temporary, final);
      return final;
    },
    { onWait: wait },
  );
}

function milestones(progress: Progress): (line: string) => void {
  const interesting = /^(debootstrap|installing|settling|done)/;
  return (line) => {
    if (interesting.test(line)) progress.say(`  ${line}`);
  };
}

function digestFiles(directory: string, names: readonly string[]): string {
  const hash = createHash('sha256').update(process.arch);
  for (const name of names) hash.update(`\0${name}\0`).update(readFileSync(join(directory, name)));
  return hash.digest('hex').slice(0, 16);
}

/** Names, kinds, executable bits and contents: whatever can change what the layer becomes. */
export function digestTree(directory: string): string {
  const hash = createHash('sha256').update(process.arch);
  const walk = (relative: string): void => {
    for (const name of readdirSync(join(directory, relative)).sort()) {
      // Documentation and compiled leftovers of python are no input.
      if (name === '__pycache__' || name.endsWith('.md')) continue;
      const path = join(relative, name);
      const absolute = join(directory, path);
      const stat = lstatSync(absolute);
      if (stat.isDirectory()) walk(path);
      else if (stat.isSymbolicLink()) hash.update(`\0link ${path}\0${readlinkSync(absolute)}`);
      else hash.update(`\0file ${path} ${stat.mode & 0o111 ? 'x' : '-'}\0`).update(readFileSync(absolute));
    }
  };
  walk('.');
  return hash.digest('hex').slice(0, 16);
}

const KEEP_UNUSED_MS = 24 * 3_600_000;

/** Layers that no lab and no fleet is stacked on; recently used ones are left, somebody may be about to. */
export function staleLayers(inUse: readonly string[], keepUnusedMs = KEEP_UNUSED_MS): readonly string[] {
  if (!existsSync(CACHE_ROOT)) return [];
  const kept = new Set(inUse);
  return readdirSync(CACHE_ROOT)
    .filter((name) => /^(base|toolchain|prefix|cloudinit|kwdb|pgpool|v8r3)-[0-9a-f]+$/.test(name))
    .map((name) => join(CACHE_ROOT, name))
    .filter((path) => !kept.has(path) && Date.now() - statSync(path).mtimeMs > keepUnusedMs);
}
