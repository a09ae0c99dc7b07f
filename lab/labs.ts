// The labs on this machine, and the layers of images that they and their fleets share.
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { KingbaseError } from '../core/finding';
import { staleLayers } from './image/layers';
import { parseManifest, readManifest, type Manifest } from './manifest';
import { FLEETS, STATE_ROOT } from './paths';

/** A damaged manifest counts as none: such a lab is swept, not continued. */
export function readManifestOrNothing(name: string): Manifest | undefined {
  try {
    return readManifest(name);
  } catch (error) {
    if (error instanceof KingbaseError) return undefined;
    throw error;
  }
}

/** What neither a lab nor a fleet is stacked on. */
export function dropLayers(keepUnusedMs?: number): void {
  const inUse = [...listLabs().flatMap((lab) => readManifestOrNothing(lab)?.layers ?? []), ...fleetLayers()];
  for (const layer of staleLayers(inUse, keepUnusedMs)) rmSync(layer, { recursive: true, force: true });
}

export function listLabs(): readonly string[] {
  if (!existsSync(STATE_ROOT)) return [];
  return readdirSync(STATE_ROOT).filter((name) => existsSync(join(STATE_ROOT, name, 'manifest.json')));
}

function fleetLayers(): readonly string[] {
  if (!existsSync(FLEETS)) return [];
  const files = readdirSync(FLEETS).map((fleet) => join(FLEETS, fleet, 'manifest.json'));
  return files
    .filter((file) => existsSync(file))
    .flatMap((file) => parseManifest(readFileSync(file, 'utf8'), file).layers);
}
