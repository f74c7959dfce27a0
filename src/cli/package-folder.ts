import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const NAME = 'opentelemetry-cloudwatch-logs';

/** The package's own manifest, as far as the command reads it, and where it lies. */
export interface OwnPackage {
  readonly folder: string;
  readonly version: string;
}

/**
 * Finds this package from one of its files: how deep that lies depends on how it was built.
 * @param file - path of a file of this package, links resolved
 * @throws Error where no folder above it is this package
 */
export function findOwnPackage(file: string): OwnPackage {
  for (let folder = dirname(file), last = ''; folder !== last; folder = dirname(folder)) {
    const manifest = readManifest(join(folder, 'package.json'));
    if (manifest?.name === NAME) return { folder, version: manifest.version ?? '' };
    last = folder;
  }
  throw new Error(`${file} is not part of ${NAME}`);
}

function readManifest(path: string): { name?: string; version?: string } | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as { name?: string; version?: string };
  } catch {
    return undefined;
  }
}
