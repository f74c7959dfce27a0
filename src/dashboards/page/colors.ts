import { ServiceColors } from '../model/service-colors.js';

const KEY = 'service-colors';

/** The colours of services, remembered by this browser. */
export const serviceColors = new ServiceColors(remembered(), (colors) => {
  try {
    localStorage.setItem(KEY, JSON.stringify(colors));
  } catch {
    // Not allowed, or full: the next visit may show other colours.
  }
});

function remembered(): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(KEY) ?? '{}');
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
