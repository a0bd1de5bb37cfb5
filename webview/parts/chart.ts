import uPlot from 'uplot';
import { h } from '../dom.ts';

/** Colors of the theme, as a canvas needs them. */
export interface ChartColors {
  readonly text: string;
  readonly lines: string;
  readonly main: string;
  readonly faint: string;
  readonly mark: string;
  readonly background: string;
  /** Of lines that must be distinguishable. */
  readonly series: readonly string[];
  readonly font: string;
}

const usualHeight = 180;

/** A plot that grows while it is shown. */
export interface LiveChart {
  readonly element: HTMLElement;
  /** @param words a description of its content for screen readers */
  draw(words: string, data: uPlot.AlignedData): void;
}

type Options = (colors: ChartColors) => Omit<uPlot.Options, 'width' | 'height'>;

/**
 * A plot that follows the width of its box and the theme.
 * @param describe describes its content for screen readers; the data is also available in a table.
 */
export function createChart(
  describe: string,
  data: uPlot.AlignedData,
  options: Options,
  height = usualHeight,
): HTMLElement {
  const { element, draw } = createLiveChart(options, height);
  draw(describe, data);
  return element;
}

/** A plot without data yet, which follows the width of its box and the theme. */
export function createLiveChart(options: Options, height = usualHeight): LiveChart {
  const box = h('div', { class: 'plot', role: 'img' });
  let data: uPlot.AlignedData = [[]];
  let plot: uPlot | undefined;
  const draw = () => {
    plot?.destroy();
    plot = new uPlot({ width: box.clientWidth, height, ...options(readColors(box)) }, data, box);
  };
  new ResizeObserver(() => {
    if (box.clientWidth === 0) return;
    if (plot) plot.setSize({ width: box.clientWidth, height });
    else draw();
  }).observe(box);
  // VS Code changes the body's class and the root's variables with the theme.
  const themes = new MutationObserver(() => {
    if (!box.isConnected) themes.disconnect();
    else if (plot) draw();
  });
  themes.observe(document.body, { attributeFilter: ['class'] });
  themes.observe(document.documentElement, { attributeFilter: ['style'] });
  return {
    element: box,
    draw(words, shown) {
      data = shown;
      box.setAttribute('aria-label', words);
      plot?.setData(shown);
    },
  };
}

function readColors(element: HTMLElement): ChartColors {
  const style = getComputedStyle(element);
  const color = (name: string) => style.getPropertyValue(name).trim();
  return {
    text: style.color,
    lines: color('--faint-line'),
    main: color('--chart-main'),
    faint: color('--chart-faint'),
    mark: color('--chart-mark'),
    background: color('--vscode-editor-background'),
    series: Array.from({ length: 8 }, (_, i) => color(`--series-${i}`)),
    font: `11px ${style.fontFamily}`,
  };
}

/** What the axes of both plots share. */
export function axis(colors: ChartColors, label: string, more: uPlot.Axis = {}): uPlot.Axis {
  return {
    label,
    labelSize: 18,
    labelFont: colors.font,
    font: colors.font,
    stroke: colors.text,
    grid: { stroke: colors.lines, width: 1 },
    ticks: { stroke: colors.lines, width: 1, size: 4 },
    gap: 4,
    space: 30,
    ...more,
  };
}
