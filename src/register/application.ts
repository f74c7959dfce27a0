import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, isAbsolute, join, resolve, sep } from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * The packages of the application that is being started. OpenTelemetry works by globals and by patched
 * modules, so everything that patches or is patched must be the application's own copy, found from the
 * application's main file, not from this package's folder.
 */
export class Application {
  readonly #requires: readonly NodeJS.Require[];
  readonly #onFailure: (name: string, error: unknown) => void;
  /** As the user named it; undefined for `-e` and the like. */
  readonly mainFile: string | undefined;

  /**
   * @param from - `mainFile` is `process.argv[1]`; `ownRequire` resolves from this package, for what the
   * application does not hold itself
   * @param onFailure - told of a package that is installed but fails to load
   */
  constructor(
    from: {
      mainFile: string | undefined;
      workingDirectory: string;
      ownRequire: NodeJS.Require;
    },
    onFailure: (name: string, error: unknown) => void,
  ) {
    this.mainFile = from.mainFile;
    const bases = [...basesOf(from.mainFile), join(from.workingDirectory, 'noop.js')];
    this.#requires = [...bases.map((base) => createRequire(base)), from.ownRequire];
    this.#onFailure = onFailure;
  }

  /**
   * File that `require(name)` would load, or undefined when it is not installed.
   * @param via - packages of the application that may hold it as a dependency of theirs, as in trees
   * without hoisting (pnpm)
   */
  resolve(name: string, via: readonly string[] = []): string | undefined {
    for (const require of this.#requires) {
      const file = resolveWith(require, name);
      if (file !== undefined) return file;
    }
    for (const holder of via) {
      const holderFile = this.resolve(holder);
      const file = holderFile && resolveWith(createRequire(holderFile), name);
      if (file !== undefined) return file;
    }
    return undefined;
  }

  /** The package's CommonJS half, or undefined when it is not installed or fails to load. */
  load(name: string, via: readonly string[] = []): unknown {
    return this.#loadFile(name, this.resolve(name, via));
  }

  /** As {@link load}, the copy that another package of the application loads. */
  loadOf(holder: string, name: string): unknown {
    const holderFile = this.resolve(holder);
    return this.#loadFile(name, holderFile && resolveWith(createRequire(holderFile), name));
  }

  #loadFile(name: string, file: string | undefined): unknown {
    if (file === undefined) return undefined;
    try {
      return createRequire(file)(file);
    } catch (error) {
      this.#onFailure(name, error);
      return undefined;
    }
  }

  /** The version in a package's package.json, or undefined when it is not installed. */
  version(name: string, via: readonly string[] = []): string | undefined {
    const file = this.resolve(name, via);
    return file === undefined ? undefined : packageOf(file, name)?.version;
  }

  /**
   * A package's ES-module half, where it has one beside the CommonJS half and this Node.js can load it
   * synchronously: an application that imports the package uses that copy.
   */
  loadModuleHalf(name: string, via: readonly string[] = []): unknown {
    const file = this.resolve(name, via);
    const description = file === undefined ? undefined : packageOf(file, name);
    const entry = description && moduleEntryOf(description.exports);
    if (entry === undefined) return undefined;
    try {
      const moduleFile = join(description!.directory, entry);
      return createRequire(moduleFile)(moduleFile);
    } catch {
      // A Node.js that can't require ES modules: that half stays unknown.
      return undefined;
    }
  }

  /** URL of a file inside a package, for the module loader. */
  resolveUrl(name: string, via: readonly string[] = []): string | undefined {
    const file = this.resolve(name, via);
    return file === undefined ? undefined : pathToFileURL(file).href;
  }
}

/**
 * The main file in `process.argv[1]`, where that is one: with `-e`, and for a program that is read from standard input, it is whatever
 * stands there, and `node --test --test-isolation=none` leaves the name as it was typed.
 */
export function mainFileOf(argument: string | undefined, workingDirectory: string): string | undefined {
  if (argument === undefined || isAbsolute(argument)) return argument;
  const file = resolve(workingDirectory, argument);
  return argument !== '' && existsSync(file) ? file : undefined;
}

/** Files from whose place the application resolves packages: its main file, symbolic links followed or not. */
function basesOf(mainFile: string | undefined): string[] {
  if (mainFile === undefined) return [];
  const bases = [mainFile];
  try {
    const real = realpathSync(mainFile);
    bases.unshift(real);
    // `node folder` runs the folder's main file, which resolves from inside the folder.
    if (statSync(real).isDirectory()) bases.unshift(join(real, 'noop.js'));
  } catch {
    // `node app` without the extension, or no file at all: the name as it stands has the right folder.
  }
  return [...new Set(bases)];
}

export function resolveWith(require: NodeJS.Require, name: string): string | undefined {
  try {
    return require.resolve(name);
  } catch {
    return undefined;
  }
}

interface PackageDescription {
  readonly directory: string;
  readonly version: string;
  readonly exports: unknown;
}

/** Reads the package.json of the package that a resolved file belongs to. */
function packageOf(file: string, name: string): PackageDescription | undefined {
  const packageName = name
    .split('/')
    .slice(0, name.startsWith('@') ? 2 : 1)
    .join('/');
  for (let directory = dirname(file); directory !== dirname(directory); directory = dirname(directory)) {
    if (directory.endsWith(`${sep}node_modules`)) return undefined;
    try {
      const text = readFileSync(join(directory, 'package.json'), 'utf8');
      const description = JSON.parse(text) as { name?: string; version?: string; exports?: unknown };
      if (description.name === packageName && description.version !== undefined) {
        return { directory, version: description.version, exports: description.exports };
      }
    } catch {
      // No package.json in this folder: look further up.
    }
  }
  return undefined;
}

/** The file that `import` of the package's main entry gives, where `exports` names an ES module for it. */
function moduleEntryOf(exports: unknown): string | undefined {
  let entry = (exports as Record<string, unknown> | undefined)?.['.'];
  while (typeof entry === 'object' && entry !== null) {
    const conditions = entry as Record<string, unknown>;
    entry = conditions.import ?? conditions.node ?? conditions.default;
  }
  return typeof entry === 'string' && entry.endsWith('.mjs') ? entry : undefined;
}
