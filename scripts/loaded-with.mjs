/**
 * The files that are loaded with one of a build's: its static imports, and theirs.
 * @param {string} entry - a file of `outputs`
 * @param {Record<string, { imports: { path: string, kind: string, external?: boolean }[] }>} outputs - of esbuild's metafile
 * @returns {Set<string>}
 */
export function loadedWith(entry, outputs, loaded = new Set()) {
  if (loaded.has(entry)) return loaded;
  loaded.add(entry);
  for (const { path, kind, external } of outputs[entry].imports) {
    if (!external && kind === 'import-statement') loadedWith(path, outputs, loaded);
  }
  return loaded;
}
