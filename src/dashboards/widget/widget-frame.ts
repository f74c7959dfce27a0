import { type Html, jsonBody, markup, type HtmlValue } from './html.js';
import { type WidgetEvent } from './widget-event.js';
import { PALETTES } from './widget-look.js';

/** A button that asks the function again. @param parameters - of the next event */
export function callAction(arn: string, parameters: Readonly<Record<string, unknown>>): Html {
  return markup`<cwdb-action action="call" display="widget" event="click" endpoint="${arn}">${jsonBody(parameters)}</cwdb-action>`;
}

/** The frame of every view: the style, and the form. */
export function frame(event: WidgetEvent, arn: string, content: HtmlValue): string {
  const keep = event.logGroups.length > 0 ? { logGroups: event.logGroups } : {};
  return markup`${style(event.theme)}<div class="cwdb-no-default-styles otel"><form><input name="search" size="48" aria-label="Trace id, span id, request id, or field=value" placeholder="Trace id, span id, request id, or field=value" value="${event.search}"> <a class="btn btn-primary">Find</a>${callAction(arn, keep)} <a class="btn">Newest traces</a>${callAction(arn, { ...keep, pick: '' })}</form>${content}</div>`
    .text;
}

function style(theme: WidgetEvent['theme']): Html {
  const { text, dim, line, ground, error, warning, link } = PALETTES[theme];
  return markup`<style>.otel{color:${text};background:${ground};font:13px/1.4 sans-serif;padding:8px}.otel a{color:${link};cursor:pointer;text-decoration:none}.otel .btn{border:1px solid ${line};border-radius:4px;padding:2px 8px}.otel input{color:${text};background:${ground};border:1px solid ${line};padding:3px 6px;max-width:100%}.otel table{border-collapse:collapse;width:100%;font:inherit;color:inherit}.otel th,.otel td{text-align:left;padding:2px 8px 2px 0;border-bottom:1px solid ${line};vertical-align:top}.otel th{color:${dim};font-weight:normal}.otel td:nth-child(2){white-space:nowrap}.otel .otel-text{white-space:pre-wrap;word-break:break-word}.otel .otel-dim{color:${dim}}.otel .otel-error,.otel .otel-failed .otel-text{color:${error}}.otel .otel-warning{color:${warning}}.otel-popup pre{white-space:pre-wrap;word-break:break-word;max-height:320px;overflow:auto}</style>`;
}
