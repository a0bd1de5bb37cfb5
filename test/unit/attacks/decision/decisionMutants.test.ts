import { anyCounterexampleWillDo, itFailsRewritten } from '../../../support/mutants/itFails.ts';
import { itFailsOf } from '../../../support/mutants/itFailsOf.ts';
import type { Place, Rewrite } from '../../../support/mutants/rewrite.ts';
import { boundarySearchChecks } from './boundarySearchChecks.ts';
import { decisionChecks, walkChecks } from './decisionChecks.ts';

const folder = 'attacks/decision';
const at = (file: string, exported: string, part = file): Place => ({ folder, file, exported, part });

const mutants: readonly (readonly [Place, Readonly<Record<string, Rewrite>>])[] = [
  [
    at('hopSkipJump', 'hopSkipJump'),
    {
      'it hops downhill': ['hop = clip(addScaled(x, direction, step));', 'hop = clip(addScaled(x, direction, -step));'],
      'it stays where it hops to': ['x = yield* ontoBoundary(attempt, hop, theta);\n  }\n}', 'x = hop;\n  }\n}'],
      'in linf it hops along the normal': ["norm === 'l2' ? normal : sign(normal)", 'normal'],
      'the last estimate takes what is left for the step': ['left() - search), 1)', 'left() + search), 1)'],
      'in linf it goes back on a straight line': ["if (budget.norm === 'l2') {", 'if (budget.norm) {'],
    },
  ],
  [
    at('cgba', 'cgba'),
    {
      'it circles away from the normal': ['length * Math.sin(angle)', '-length * Math.sin(angle)'],
      'its circle has the image in its middle': ['radius * Math.cos(angle);', 'radius;'],
    },
  ],
  [
    at('hopSkipJump', 'hopSkipJump', 'normalEstimate'),
    {
      'the normal has the wrong side': ['? 1 : -1', '? -1 : 1'],
      'probes are no images': ['return clip(addScaled(point, u, length', 'return (addScaled(point, u, length'],
    },
  ],
  [
    at('rays', 'rays'),
    {
      'blocks stay large': ['Math.min(2 * blocks, 2 ** 30)', 'Math.min(2 * blocks, 4)'],
      'rays are followed in any case': ['if (!(yield* reaches(goal, pointAt(nearest)))) continue;', ''],
      'a ray is forgotten that was better': ['signs = turned;', ''],
    },
  ],
  [
    at('boundary', 'boundary'),
    {
      'steps keep their size': ['adaptation = 1.5', 'adaptation = 1'],
      'steps become shorter where they succeed': [
        'Number(rate > most) - Number(rate < least)',
        'Number(rate < least) - Number(rate > most)',
      ],
      'nothing leads to the image': [
        'const way = Math.max(towardStep * length + left - length, 0)',
        'const way = 0 * Math.max(towardStep * length + left - length, 0)',
      ],
    },
  ],
  [
    at('cgba', 'cgba', 'startingPoint'),
    {
      'with a target it starts at noise alone': [': [images(), noise()]', ': [noise()]'],
      'without a target it needs images': ['? [noise(), images()]', '? []'],
      'it goes to images that are farther': [
        '!(yield* reaches(goal, pointAt(part)))',
        '(yield* reaches(goal, pointAt(part)))',
      ],
      'it keeps to the first start': ['for (const end of [nearest, ...starts])', 'for (const end of [nearest])'],
    },
  ],
];

describe('the checks tell broken code from sound code in attacks by predictions', () => {
  anyCounterexampleWillDo();
  for (const [place, rewrites] of mutants) {
    describe(`in ${place.part}`, () => {
      itFailsRewritten({ ...decisionChecks, ...(place.exported !== 'rays' && walkChecks) }, place, rewrites);
    });
  }

  describe('in boundarySearch', () => {
    itFailsOf(boundarySearchChecks, 'attacks/decision/boundarySearch.ts', 'boundarySearch', {
      'the near end of the interval counts': ['return outside;', 'return inside;'],
      'it halves once more': ['> width) {', '>= width) {'],
      'it goes the wrong way': [
        'outside = middle;\n    else inside = middle;',
        'inside = middle;\n    else outside = middle;',
      ],
      'it forgets the target': [
        'isReachedBy(goal, yield',
        'isReachedBy({ ...goal, target: undefined as never }, yield',
      ],
    });
  });
});
