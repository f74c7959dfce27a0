import { createHash } from 'node:crypto';

/** The files of the page and the addresses under which they are served. */
export interface PageAnswers {
  /** Answers the document. */
  document(): Response;
  /** Answers one of the files that the document names; undefined for other names. */
  asset(name: string): Response | undefined;
}

/** Loaded with the first request for the page: a program that only answers data never holds it. */
export async function loadPage(basePath: string): Promise<PageAnswers> {
  const { html, script, style, icon } = await import('./page/page-files.js');
  const assets = new Map([
    [`page.${hashOf(script)}.js`, { text: script, type: 'text/javascript; charset=utf-8' }],
    [`page.${hashOf(style)}.css`, { text: style, type: 'text/css; charset=utf-8' }],
    [`icon.${hashOf(icon)}.svg`, { text: icon, type: 'image/svg+xml' }],
  ]);
  const [scriptName, styleName, iconName] = [...assets.keys()];
  const document = html
    .replaceAll('{{script}}', `${basePath}/assets/${scriptName!}`)
    .replaceAll('{{style}}', `${basePath}/assets/${styleName!}`)
    .replaceAll('{{icon}}', `${basePath}/assets/${iconName!}`)
    .replaceAll('{{base}}', basePath);
  return {
    document: () =>
      new Response(document, {
        headers: { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-cache' },
      }),
    asset: (name) => {
      const asset = assets.get(name);
      return (
        asset &&
        new Response(asset.text, {
          // The name holds a hash of the content, so it never means another one.
          headers: { 'content-type': asset.type, 'cache-control': 'public, max-age=31536000, immutable' },
        })
      );
    },
  };
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}
