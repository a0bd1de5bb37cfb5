import type { Rewrite } from '../../support/mutants/rewrite.ts';

/** Mistakes in the projection onto a hyperplane within the range of pixels. */
export const hyperplaneRewrites: Readonly<Record<string, Rewrite>> = {
  'it ignores the range': ['return sign * (normal[i] as number) > 0 ? 1 - value : value;', 'return 1e9 + 0 * value;'],
  'the room is that on the other side': [
    'sign * (normal[i] as number) > 0 ? 1 - value',
    'sign * (normal[i] as number) < 0 ? 1 - value',
  ],
  'it goes to the wrong side': [
    'sign * Math.sign(normal[i] as number) * size',
    '-sign * Math.sign(normal[i] as number) * size',
  ],
  'it goes to one side only': ['const sign = Math.sign(needed);', 'const sign = 1;'],
  'it projects in l2 for linf': ['needed, gains.map(Math.sign))', 'needed, gains)'],
  'it projects in linf for l2': [
    'inProportion(gains, room, needed, gains);',
    'inProportion(gains, room, needed, gains.map(Math.sign));',
  ],
  'it projects in l2 for l1': [
    'return largestFirst(gains, room, needed);',
    'return inProportion(gains, room, needed, gains);',
  ],
  'Newton’s method stops after one step': ['if (next <= lambda)', 'if (next <= lambda || lambda > 0)'],
  'what values at their edge gain is forgotten': ['(needed - full) / slope', 'needed / slope'],
  'what is out of reach is not gone toward': [
    'if (slope === 0) return room;',
    'if (slope === 0) return room.map(() => 0);',
  ],
  'in l1 the last value goes to its edge, too': ['Math.min(most, Math.max(left, 0) / last)', 'most'],
};
