import type { Status } from '../src/evaluation/metrics.ts';
import type { Verdict } from '../src/evaluation/verdict.ts';
import { setAttributes } from './dom.ts';

// Outlines on a grid of 16. Every status has its own shape, so that none depends on color.
const shapes = {
  cross: 'M8 1.5a6.5 6.5 0 1 1 0 13a6.5 6.5 0 0 1 0-13zM5.6 5.6l4.8 4.8M10.4 5.6l-4.8 4.8',
  check: 'M8 1.5a6.5 6.5 0 1 1 0 13a6.5 6.5 0 0 1 0-13zM5 8.3l2.1 2.1l4-4.6',
  shield: 'M8 1.5l5.5 2v4.2c0 3.2-2.3 5.6-5.5 6.8c-3.2-1.2-5.5-3.6-5.5-6.8V3.5zM5.4 7.8l1.9 1.9l3.4-3.8',
  warning: 'M8 2l6.5 11.5h-13zM8 6.2v3.6M8 11.3v.9',
  stop: 'M8 1.5a6.5 6.5 0 1 1 0 13a6.5 6.5 0 0 1 0-13zM3.4 12.6l9.2-9.2',
  clock: 'M8 1.5a6.5 6.5 0 1 1 0 13a6.5 6.5 0 0 1 0-13zM8 4.2v4l2.8 1.6',
  search: 'M6.8 2a4.8 4.8 0 1 1 0 9.6a4.8 4.8 0 0 1 0-9.6zM10.4 10.4l3.6 3.6',
  close: 'M4 4l8 8M12 4l-8 8',
  dash: 'M8 1.5a6.5 6.5 0 1 1 0 13a6.5 6.5 0 0 1 0-13zM5 8h6',
  save: 'M2.5 2.5h8.5l2.5 2.5v8.5h-11zM5 2.5v3.5h5v-3.5M4.5 13.5v-4.5h7v4.5',
  copy: 'M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3',
  folder: 'M1.5 3.5h4.5l1.5 2h7v8h-13zM1.5 7h13',
  gear: 'M2 4.5h6M12 4.5h2M2 11.5h2M8 11.5h6M10 2.5v4M6 9.5v4',
  help: 'M8 1.5a6.5 6.5 0 1 1 0 13a6.5 6.5 0 0 1 0-13zM6 6.3a2 2 0 1 1 2.8 1.8c-.6.3-.8.6-.8 1.4M8 11v.9',
  minus: 'M3.5 8h9',
  plus: 'M3.5 8h9M8 3.5v9',
  fit: 'M2.5 6v-3.5h3.5M10 2.5h3.5v3.5M13.5 10v3.5h-3.5M6 13.5h-3.5v-3.5',
  play: 'M4.5 2.8l8 5.2l-8 5.2z',
  pause: 'M5 3v10M11 3v10',
  back: 'M12.5 3l-7 5l7 5zM3.5 3v10',
  forward: 'M3.5 3l7 5l-7 5zM12.5 3v10',
  arrow: 'M2.5 8h10.5M9.5 4.5l3.5 3.5l-3.5 3.5',
} as const;

export type IconName = keyof typeof shapes;

const ofStatus: Record<Status, IconName> = {
  fooled: 'cross',
  undecided: 'help',
  held: 'shield',
  wrong: 'warning',
  rejected: 'stop',
  ineligible: 'dash',
};
const ofVerdict: Record<Verdict, IconName> = { passed: 'check', failed: 'cross', errored: 'warning', measured: 'dash' };

/** An icon in the color of the text around it; adjacent text or a label must say what it means. */
export function icon(name: IconName, className = ''): SVGSVGElement {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  setAttributes(svg, {
    class: `icon ${className}`,
    viewBox: '0 0 16 16',
    width: 16,
    height: 16,
    'aria-hidden': 'true',
  });
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  path.setAttribute('d', shapes[name]);
  svg.append(path);
  return svg;
}

export function statusIcon(status: Status): SVGSVGElement {
  return icon(ofStatus[status], `status-${status}`);
}

export function verdictIcon(verdict: Verdict): SVGSVGElement {
  return icon(ofVerdict[verdict], `verdict-${verdict}`);
}
