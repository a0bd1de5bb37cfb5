import type { Random } from '../../../demo/training/random.ts';
import { randomColor } from '../../training/photograph.ts';

/** What the filter tells apart: fruit is allowed, and cake stands in for what is not. */
export const CLASSES = ['allowed', 'blocked'] as const;
export type FilterClass = (typeof CLASSES)[number];

/** A square vector drawing of something on a table. */
export function drawPicture(shown: FilterClass, random: Random): string {
  const [x, y] = [random.between(-5, 5), random.between(-4, 6)];
  const pose = `translate(${x} ${y}) rotate(${random.between(-8, 8)}) scale(${random.between(0.9, 1.25)})`;
  const thing = random.pick(shown === 'allowed' ? FRUIT : CAKES)(random);
  return `<svg xmlns="http://www.w3.org/2000/svg" width="96" height="96" viewBox="-48 -48 96 96">
<rect x="-48" y="-48" width="96" height="96" fill="${randomColor(random, 60, 235)}"/>
<rect x="-48" y="${random.between(8, 20)}" width="96" height="60" fill="${randomColor(random, 50, 210)}"/>
<g transform="${pose}"><ellipse cx="0" cy="24" rx="30" ry="7" fill="#00000033"/>${thing}</g></svg>`;
}

type Draw = (random: Random) => string;

const FRUIT: readonly Draw[] = [
  (
    random,
  ) => `<path d="M 0 -12 C -34 -26 -30 26 -8 25 Q 0 22 8 25 C 30 26 34 -26 0 -12 Z" fill="${random.pick(['#c33227', '#9fbd3c', '#d8a63a'])}"/>
<path d="M 0 -12 Q 2 -22 7 -24" fill="none" stroke="#5b3a1e" stroke-width="3"/><path d="M 3 -17 Q 14 -28 20 -18 Q 12 -12 3 -17 Z" fill="#4e8a34"/>`,
  (
    random,
  ) => `<path d="M 0 -24 C 14 -24 10 -6 18 2 C 30 18 14 27 0 26 C -14 27 -30 18 -18 2 C -10 -6 -14 -24 0 -24 Z" fill="${random.pick(['#b9c74a', '#d7bf4c', '#a8933f'])}"/>
<path d="M 0 -24 L 3 -32" stroke="#5b3a1e" stroke-width="3"/>`,
  (
    random,
  ) => `<circle cx="0" cy="3" r="22" fill="${random.pick(['#ee9325', '#f1b52e', '#e7772a'])}"/><circle cx="-6" cy="-12" r="2.5" fill="#4e8a34"/>
<path d="M -12 -6 Q -18 2 -14 12" fill="none" stroke="#ffffff55" stroke-width="4"/>`,
  (random) =>
    `<path d="M -28 -14 Q -20 24 26 12 L 30 16 Q -24 38 -34 -12 Z" fill="${random.pick(['#efd23f', '#e2c437', '#c9cf4a'])}" stroke="#7a6420" stroke-width="1.5"/>`,
  (random) => {
    const color = random.pick(['#5a2a6b', '#79a53a', '#7c2742']);
    const berries = [
      [-14, -8],
      [0, -9],
      [14, -8],
      [-8, 4],
      [7, 4],
      [0, 16],
    ];
    return `<path d="M 0 -16 V -28" stroke="#5b3a1e" stroke-width="3"/>${berries
      .map(([cx, cy]) => `<circle cx="${cx}" cy="${cy}" r="8.5" fill="${color}" stroke="#00000044"/>`)
      .join('')}`;
  },
];

const CREAM = ['#f7e6d6', '#f3c6d0', '#e9f0d8', '#dfe6f5'];
const DOUGH = ['#b9824a', '#6d4126', '#d9ab6b'];

const CAKES: readonly Draw[] = [
  // A cake of layers, with candles.
  (random) => {
    const [dough, cream] = [random.pick(DOUGH), random.pick(CREAM)];
    const candles = [-14, -5, 5, 14]
      .slice(0, 2 + random.below(3))
      .map(
        (x) =>
          `<path d="M ${x} -14 V -26" stroke="#d84a4a" stroke-width="3"/><circle cx="${x}" cy="-29" r="2.5" fill="#ffd34d"/>`,
      )
      .join('');
    return `<rect x="-26" y="-14" width="52" height="38" rx="4" fill="${dough}"/><rect x="-26" y="2" width="52" height="6" fill="${cream}"/>
<path d="M -27 -15 H 27 V -6 Q 20 2 14 -5 Q 7 4 0 -5 Q -8 4 -14 -5 Q -20 2 -27 -6 Z" fill="${cream}"/>${candles}`;
  },
  // A muffin with a cherry.
  (
    random,
  ) => `<path d="M -20 4 H 20 L 14 26 H -14 Z" fill="${random.pick(['#c86b8a', '#5f8fb8', '#8a6bb0'])}"/><path d="M -8 4 L -6 26 M 0 4 V 26 M 8 4 L 6 26" stroke="#00000033" stroke-width="2"/>
<path d="M -24 5 Q -26 -8 -14 -10 Q -12 -22 0 -22 Q 12 -22 14 -10 Q 26 -8 24 5 Z" fill="${random.pick(CREAM)}"/><circle cx="0" cy="-24" r="5" fill="#c22f3a"/>`,
  // A slice of cake.
  (random) => {
    const [dough, cream] = [random.pick(DOUGH), random.pick(CREAM)];
    return `<path d="M -28 6 L 24 -10 V 14 L -28 24 Z" fill="${dough}"/><path d="M -28 14 L 24 2" stroke="${cream}" stroke-width="5"/>
<path d="M -28 6 L 4 -16 L 24 -10 Z" fill="${cream}"/>`;
  },
  // A doughnut with sprinkles.
  (random) => {
    const sprinkles = Array.from({ length: 12 }, (_, i) => {
      const [x, y] = [15 * Math.cos(0.52 * i), 2 + 13 * Math.sin(0.52 * i)];
      return `<path d="M ${x} ${y} l ${random.between(-3, 3)} ${random.between(-3, 3)}" stroke="${randomColor(random, 90, 255)}" stroke-width="2"/>`;
    });
    return `<ellipse cx="0" cy="4" rx="25" ry="22" fill="${random.pick(DOUGH)}"/><ellipse cx="0" cy="2" rx="22" ry="19" fill="${random.pick(['#e58aa8', '#5a3020', ...CREAM])}"/>
<ellipse cx="0" cy="2" rx="8" ry="7" fill="#00000066"/>${sprinkles.join('')}`;
  },
];
