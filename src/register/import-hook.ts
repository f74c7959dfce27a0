import * as nodeModule from 'node:module';
import { createRequire } from 'node:module';
import { type Application } from './application.js';

/** Packages that depend on `@opentelemetry/instrumentation`, for trees where only they can see it. */
export const INSTRUMENTATION_HOLDERS: readonly string[] = [
  '@opentelemetry/auto-instrumentations-node',
  '@opentelemetry/instrumentation-pino',
  '@opentelemetry/instrumentation-winston',
  '@opentelemetry/instrumentation-bunyan',
  '@opentelemetry/instrumentation-http',
  '@opentelemetry/sdk-node',
];

const HOOK = '@opentelemetry/instrumentation/hook.mjs';
const INSTALLED = Symbol.for('opentelemetry-cloudwatch-logs.import-hook');

interface SynchronousHooks {
  supportsSyncHooks(): boolean;
  register(): void;
}

/**
 * Lets the application's instrumentations see what ES modules import; without it, pino imported from an
 * ES module gives no record. In the application's thread where this Node.js and the application's
 * import-in-the-middle can (registerHooks), else in a loader thread (register).
 * @returns how it was installed; undefined where the application has no `@opentelemetry/instrumentation`
 */
export function installImportHook(application: Application): 'synchronous' | 'asynchronous' | undefined {
  const hookFile = application.resolve(HOOK, INSTRUMENTATION_HOLDERS);
  if (hookFile === undefined) return undefined;
  const state = globalThis as { [INSTALLED]?: 'synchronous' | 'asynchronous' };
  const installed =
    state[INSTALLED] ?? (installSynchronously(hookFile) ? 'synchronous' : installAsynchronously(application));
  state[INSTALLED] = installed;
  return installed;
}

function installSynchronously(hookFile: string): boolean {
  if (!('registerHooks' in nodeModule)) return false;
  try {
    // import-in-the-middle is a dependency of the application's instrumentation package: its copy holds
    // the hooks that the instrumentations add.
    const require = createRequire(hookFile);
    const hooks = require('import-in-the-middle/register-hooks.mjs') as SynchronousHooks;
    if (!hooks.supportsSyncHooks()) return false;
    quietly(() => {
      hooks.register();
    });
    return true;
  } catch {
    // An import-in-the-middle from before the synchronous hooks.
    return false;
  }
}

function installAsynchronously(application: Application): 'asynchronous' {
  const url = application.resolveUrl(HOOK, INSTRUMENTATION_HOLDERS)!;
  quietly(() => {
    nodeModule.register(url);
  });
  return 'asynchronous';
}

/**
 * Runs `work` without process warnings: newer lines of Node.js deprecate module.register (DEP0205), and
 * import-in-the-middle warns where another preload has registered it already. Neither is news to the
 * person who runs the application.
 */
function quietly(work: () => void): void {
  const { noDeprecation } = process;
  const emitWarning = process.emitWarning.bind(process);
  process.emitWarning = () => undefined;
  (process as { noDeprecation?: boolean | undefined }).noDeprecation = true;
  try {
    work();
  } finally {
    process.emitWarning = emitWarning;
    (process as { noDeprecation?: boolean | undefined }).noDeprecation = noDeprecation;
  }
}
