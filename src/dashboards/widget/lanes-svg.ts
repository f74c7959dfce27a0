import { formatDuration, formatOffset } from '../model/format.js';
import { type LogRecord } from '../model/records.js';
import { type SpanRow, standInOf } from '../model/span-rows.js';
import { placeIn, type Stretch, ticks } from '../model/time-scale.js';
import { type TraceModel } from '../model/trace-model.js';
import { type Html, markup } from './html.js';
import { type Palette } from './widget-look.js';

const ROW_HEIGHT = 22;
const AXIS_HEIGHT = 20;
/** Lanes that are drawn; the others are counted. */
const MOST_LANES = 100;
/** Bytes of all lanes together: the rest of an answer's megabyte is for the records. */
const LANE_BYTES = 180_000;
/** Places in a lane at which records are told apart. */
const DOT_PLACES = 150;
const TICKS = 5;
/** Pixels of a character of the names, about. */
const CHARACTER = 6.6;
const DEEPEST_INDENT = 8;

interface Drawing {
  readonly palette: Palette;
  readonly shown: Stretch;
  /** Pixels. */
  readonly names: number;
  readonly width: number;
  readonly colorOf: (row: SpanRow) => string;
}

/** The lanes of what was found, with the records as dots. @param width - pixels */
export function lanesSvg(model: TraceModel, palette: Palette, width: number): Html {
  const { rows, whole } = model;
  const drawing: Drawing = {
    palette,
    shown: model.shown,
    names: Math.round(Math.min(320, width * 0.38)),
    width,
    colorOf: (row) =>
      palette.services[model.lookOf(row.service, standInOf(row))?.color ?? palette.services.length - 1]!,
  };
  const lanes = within(
    LANE_BYTES,
    rows.slice(0, MOST_LANES).map((row, index) => lane(row, index, drawing)),
  );
  const height = AXIS_HEIGHT + lanes.length * ROW_HEIGHT;
  const label = `${rows.length} lanes over ${formatDuration(whole.toMillis - whole.fromMillis)}`;
  const more = rows.length - lanes.length;
  return markup`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${label}" font-family="sans-serif" font-size="12">${axis(drawing, whole.fromMillis, height)}${lanes}</svg>${more > 0 && markup`<p class="otel-dim">${more} more lanes</p>`}`;
}

/** As many as fit so many bytes. */
function within(bytes: number, lanes: readonly Html[]): readonly Html[] {
  let room = bytes;
  const end = lanes.findIndex((one) => (room -= Buffer.byteLength(one.text)) < 0);
  return end === -1 ? lanes : lanes.slice(0, end);
}

function axis({ palette, shown, names, width }: Drawing, origin: number, height: number): Html[] {
  return ticks(shown, origin, TICKS).map((at) => {
    const x = placed(names, width, shown, at);
    const text = at === origin ? '0' : formatOffset(at - origin);
    return markup`<line x1="${x}" x2="${x}" y1="${AXIS_HEIGHT - 4}" y2="${height}" stroke="${palette.line}"/><text x="${x + 3}" y="12" fill="${palette.dim}" font-size="11">${text}</text>`;
  });
}

function lane(row: SpanRow, index: number, drawing: Drawing): Html {
  const { palette, names, width, shown, colorOf } = drawing;
  const top = AXIS_HEIGHT + index * ROW_HEIGHT;
  const color = colorOf(row);
  const x = placed(names, width, shown, row.startMillis);
  const barWidth = Math.max(2, placed(names, width, shown, row.endMillis) - x);
  const indent = Math.min(row.depth, DEEPEST_INDENT) * 10;
  const room = Math.max(3, Math.floor((names - indent - 8) / CHARACTER));
  const service = row.service === undefined || row.service === row.label ? '' : `${row.service} `;
  const name = `${row.hasError ? '✗ ' : ''}${service}${row.label}`;
  const duration = formatDuration(row.endMillis - row.startMillis);
  const fill = row.hasError ? palette.error : row.kind === 'gap' ? palette.dim : color;
  return markup`<g><title>${cut(name, 200)}, ${duration}</title><text x="${indent}" y="${top + 15}" fill="${fill}">${cut(name, room)}</text>${bar(row.kind, { x, y: top + 5, width: barWidth, color, edge: row.hasError ? palette.error : 'none' })}${dots(row, top, color, drawing)}</g>`;
}

/** A span is full, one that was rebuilt from records is pale, a gap is only hinted at, loose records lie on a line. */
function bar(
  kind: SpanRow['kind'],
  { x, y, width, color, edge }: { x: number; y: number; width: number; color: string; edge: string },
): Html {
  const [rounded, height] = [3, 12];
  switch (kind) {
    case 'span':
      return markup`<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="${rounded}" fill="${color}" fill-opacity="0.75" stroke="${edge}" />`;
    case 'rebuilt':
      return markup`<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="${rounded}" fill="${color}" fill-opacity="0.3" stroke="${edge}" />`;
    case 'gap':
      return markup`<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="${rounded}" fill="none" stroke="${color}" stroke-dasharray="3 3" />`;
    case 'loose':
      return markup`<line x1="${x}" x2="${x + width}" y1="${y + 6}" y2="${y + 6}" stroke="${color}" stroke-opacity="0.5" />`;
  }
}

/** One dot for records that would lie on each other, an error before others. */
function dots(row: SpanRow, top: number, color: string, { palette, names, width, shown }: Drawing): Html[] {
  const byPlace = new Map<number, { record: LogRecord; count: number }>();
  for (const record of row.records) {
    const place = Math.round(placeIn(shown, record.timeMillis) * DOT_PLACES);
    const known = byPlace.get(place);
    if (!known) byPlace.set(place, { record, count: 1 });
    else if (record.isError && !known.record.isError) byPlace.set(place, { record, count: known.count + 1 });
    else known.count++;
  }
  return [...byPlace.values()].map(({ record, count }) => {
    const x = placed(names, width, shown, record.timeMillis);
    const more = count > 1 ? ` and ${count - 1} more` : '';
    const [radius, fill] = record.isError ? [4, palette.error] : [3, color];
    return markup`<circle cx="${x}" cy="${top + 11}" r="${radius}" fill="${fill}" stroke="${palette.ground}"><title>${cut(record.text, 100)}${more}</title></circle>`;
  });
}

/** Pixels from the left, to a tenth. */
function placed(names: number, width: number, shown: Stretch, millis: number): number {
  const place = Math.min(1, Math.max(0, placeIn(shown, millis)));
  return Math.round((names + place * (width - names - 8)) * 10) / 10;
}

/** A text in so many characters. */
export function cut(text: string, most: number): string {
  const line = text.slice(0, most * 2 + 2).replace(/\s+/g, ' ');
  return line.length > most ? `${line.slice(0, Math.max(0, most - 1))}…` : line;
}
