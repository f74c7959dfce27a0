/** Colours of a theme; those of services by their number, as on the trace page. */
export interface Palette {
  readonly text: string;
  readonly dim: string;
  readonly line: string;
  readonly ground: string;
  readonly error: string;
  readonly warning: string;
  readonly link: string;
  readonly services: readonly string[];
}

/** The console's two themes. */
export const PALETTES: Readonly<Record<'light' | 'dark', Palette>> = {
  light: {
    text: '#171a1f',
    dim: '#59626e',
    line: '#dde1e6',
    ground: '#ffffff',
    error: '#b3121d',
    warning: '#855100',
    link: '#0a58ca',
    services: ['#14723c', '#a84300', '#6840c6', '#a3297b', '#006a80', '#1a5dc7', '#6b5f00', '#4d5a68'],
  },
  dark: {
    text: '#e6e9ed',
    dim: '#98a2ae',
    line: '#2a3038',
    ground: '#0f1216',
    error: '#ff858a',
    warning: '#efb155',
    link: '#7cb0ff',
    services: ['#57c785', '#f2994f', '#b79cff', '#f28fcb', '#4cc3da', '#78a9ff', '#cdbf4e', '#aab7c5'],
  },
};
