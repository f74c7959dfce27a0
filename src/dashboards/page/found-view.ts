import { laneKeyOf } from '../model/filters.js';
import { lookUpState, type PageState } from '../model/page-state.js';
import { type LogRecord } from '../model/records.js';
import { type Stretch, zoomed } from '../model/time-scale.js';
import { TraceModel } from '../model/trace-model.js';
import { type LookUpAnswer } from './api.js';
import { serviceColors } from './colors.js';
import { announce, h } from './dom.js';
import { FilterBar } from './filter-bar.js';
import { Lanes, zoomButtons } from './lanes.js';
import { Minimap } from './minimap.js';
import { RecordList } from './record-list.js';
import { headlineBar, honestyBar } from './summary.js';
import { type Host } from './view.js';

const ZOOM_STEP = 0.6;
const PAN_PART = 0.25;

/** What a look-up found: headline, lanes and records, which are one thing. */
export class FoundView {
  readonly element: HTMLElement;
  readonly #host: Host;
  readonly #model: TraceModel;
  readonly #minimap: Minimap;
  readonly #lanes: Lanes;
  readonly #filterBar: FilterBar;
  readonly #list: RecordList;

  constructor(host: Host, answer: LookUpAnswer, actions: HTMLElement) {
    this.#host = host;
    this.#model = new TraceModel(answer.records, host.state, serviceColors, {
      isNarrow: innerWidth < 500,
    });
    this.#minimap = new Minimap(this.#model, { onZoom: (stretch) => this.#zoomTo(stretch) });
    this.#lanes = new Lanes(this.#model, {
      onSelect: (row) => this.#setSpan(row?.key),
      onHover: (row) => this.#list.light(row?.key),
      onZoom: (stretch) => this.#zoomTo(stretch),
      onOpenRecord: (record) => this.#list.goTo(record),
      onFold: (folded) => host.change({ ...this.#model.state, folded }),
    });
    this.#filterBar = new FilterBar(this.#model, {
      onChange: (state) => host.change(state),
      onError: (by) => this.#list.step(by, ({ isError }) => isError),
    });
    this.#list = new RecordList(this.#model, {
      onHover: (record) => this.#lanes.light(record && laneKeyOf(record)),
      onSearch: (search) => {
        host.go(lookUpState(host.state, search));
      },
      onSpan: (record) => this.#setSpan(laneKeyOf(record)),
      onCopy: (text, what) => void host.copy(text, what),
      onMarks: (marks) => host.change({ ...this.#model.state, ...marks }),
    });
    this.element = h(
      'div',
      { class: 'found' },
      h(
        'div',
        { class: 'found-head' },
        h('div', { class: 'found-title' }, headlineBar(this.#model, answer.summary), actions),
        honestyBar(answer.summary, this.#model, host),
      ),
      h(
        'div',
        { class: 'map-line' },
        this.#minimap.element,
        zoomButtons({
          in: () => this.#zoomBy(ZOOM_STEP),
          out: () => this.#zoomBy(1 / ZOOM_STEP),
          reset: () => this.#zoomTo(undefined),
        }),
      ),
      this.#lanes.element,
      this.#filterBar.element,
      this.#list.element,
    );
    this.#filterBar.update(this.#list.visible.length);
  }

  get model(): TraceModel {
    return this.#model;
  }

  /** Draws another state of the same records. */
  update(state: PageState): void {
    const before = this.#model.state;
    if (before === state) return;
    this.#model.state = state;
    const hasMoved = before.zoom !== state.zoom || before.lanes !== state.lanes;
    if (hasMoved) this.#minimap.update();
    if (hasMoved || before.filters.span !== state.filters.span || before.folded !== state.folded) {
      this.#lanes.update();
    }
    if (
      before.zoom !== state.zoom ||
      before.filters !== state.filters ||
      before.timeBase !== state.timeBase ||
      before.zone !== state.zone ||
      before.alike !== state.alike
    ) {
      this.#list.update();
      announce(`${this.#list.visible.length} records`);
    } else if (before.at !== state.at || before.open !== state.open || before.unfolded !== state.unfolded) {
      this.#list.updateMarks();
      // Nothing else of what the bar shows is another: a key that is held draws it many times a second.
      return;
    }
    this.#filterBar.update(this.#list.visible.length);
  }

  /** To be called once it is in the document. */
  shown(): void {
    this.#list.showMarked();
  }

  onKey(key: string): boolean {
    switch (key) {
      case 'j':
        this.#list.step(1);
        return true;
      case 'k':
        this.#list.step(-1);
        return true;
      case 'n':
        this.#stepToError(1);
        return true;
      case 'p':
        this.#stepToError(-1);
        return true;
      case 'e':
        this.#list.toggle();
        return true;
      case '[':
        this.#lanes.step(-1);
        return true;
      case ']':
        this.#lanes.step(1);
        return true;
      case '+':
      case '=':
        this.#zoomBy(ZOOM_STEP);
        return true;
      case '-':
        this.#zoomBy(1 / ZOOM_STEP);
        return true;
      case '0':
        this.#zoomTo(undefined);
        return true;
      case '<':
        this.#pan(-PAN_PART);
        return true;
      case '>':
        this.#pan(PAN_PART);
        return true;
      case 'Escape':
        return this.#stepBack();
      default:
        return false;
    }
  }

  destroy(): void {
    this.#lanes.destroy();
    this.#filterBar.destroy();
    this.#list.destroy();
  }

  /** A failed span begins before whatever failed in it: what was logged is gone to, spans where nothing was. */
  #stepToError(by: 1 | -1): void {
    const isLogged = ({ isError, span }: LogRecord): boolean => isError && span === undefined;
    const hasLogged = this.#list.visible.some(isLogged);
    this.#list.step(by, hasLogged ? isLogged : ({ isError }) => isError);
  }

  #setSpan(span: string | undefined): void {
    const { state } = this.#model;
    this.#host.change({ ...state, filters: { ...state.filters, span } });
  }

  #zoomTo(stretch: Stretch | undefined): void {
    this.#host.change(this.#model.zoomedTo(stretch));
  }

  #zoomBy(factor: number): void {
    const { shown } = this.#model;
    const { current } = this.#list;
    const middle = (shown.fromMillis + shown.toMillis) / 2;
    const isSeen = current && current.timeMillis >= shown.fromMillis && current.timeMillis <= shown.toMillis;
    this.#zoomTo(zoomed(shown, isSeen ? current.timeMillis : middle, factor));
  }

  #pan(part: number): void {
    const { shown, isZoomed } = this.#model;
    if (!isZoomed) return;
    const by = (shown.toMillis - shown.fromMillis) * part;
    this.#zoomTo({ fromMillis: shown.fromMillis + by, toMillis: shown.toMillis + by });
  }

  /** Takes away what was limited last: the span, the zoom, then the text. */
  #stepBack(): boolean {
    const { state } = this.#model;
    if (state.filters.span !== undefined) this.#setSpan(undefined);
    else if (state.zoom) this.#zoomTo(undefined);
    else if (state.filters.text !== '') {
      this.#host.change({ ...state, filters: { ...state.filters, text: '' } });
    } else return false;
    return true;
  }
}
