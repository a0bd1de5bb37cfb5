import type { Rewrite } from '../../support/mutants/rewrite.ts';

/** Mistakes in the projection onto a hyperplane within the range of pixels. */
export const hyperplaneRewrites: Readonly<Record<string, Rewrite>> = {
  'it ignores the range': ['side * w > 0 ? 1 - value : value', '1e9'],
  'the room is that on the other side': ['side * w > 0 ? 1 - value', 'side * w < 0 ? 1 - value'],
  'it goes to the wrong side': ['side * (normal[i] as number) < 0', 'side * (normal[i] as number) > 0'],
  'it goes to one side only': ['const side = Math.sign(needed);', 'const side = 1;'],
  'it projects in l2 for linf': ['needed, false)', 'needed, true)'],
  'it projects in linf for l2': ['upToEdges(gains, room, needed, true);', 'upToEdges(gains, room, needed, false);'],
  'it projects in l2 for l1': [
    'return steepestFirst(gains, room, needed);',
    'return upToEdges(gains, room, needed, true);',
  ],
  'Newton’s method stops after one step': ['if (next <= lambda)', 'if (next <= lambda || lambda > 0)'],
  'what values at their edge gain is forgotten': ['(needed - full) / slope', 'needed / slope'],
  'what is out of reach is not gone toward': [
    'if (slope === 0) return room;',
    'if (slope === 0) return room.map(() => 0);',
  ],
  'in l1 the last value goes to its edge, too': [
    'Math.min(room[i] as number, Math.max(left, 0) / last)',
    '(room[i] as number)',
  ],
};
