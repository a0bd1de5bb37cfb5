import assert from 'node:assert/strict';
import { raySearch } from '../../../src/audit/raySearch.ts';
import { squareSearch } from '../../../src/audit/squareSearch.ts';
import { firstFailure, itPasses } from '../../support/checks.ts';
import { type Rewrite, rewrittenPart } from '../../support/mutants/rewrite.ts';
import { raySearchChecks } from './raySearchChecks.ts';
import { squareSearchChecks } from './squareSearchChecks.ts';

describe('The square search', () => {
  itPasses(squareSearchChecks, squareSearch);
});

describe('The ray search', () => {
  itPasses(raySearchChecks, raySearch);
});

const squareRewrites: Readonly<Record<string, Rewrite>> = {
  'everything is kept': ['if (reached < best) continue;', ''],
  'what helps is undone': ['if (reached < best) continue;', 'if (reached > best) continue;'],
  'what is as good is undone': ['if (reached < best) continue;', 'if (reached <= best) continue;'],
  'the best is forgotten': ['best = reached;', ''],
  'squares do not shrink': ['(lastPart / firstPart) ** (asked / points)', '1'],
  'squares are small from the beginning': [
    'const [firstPart, lastPart] = [0.4, 0.01]',
    'const [firstPart, lastPart] = [0.01, 0.01]',
  ],
  'it starts with a square': [
    'let pattern = stripes(shape, random);',
    'let pattern = new Float64Array(image.length).fill(1);',
  ],
  'one point too many is asked about': ['asked < points', 'asked <= points'],
  'half of the budget is used': ['budget.epsilon / lengthOf', 'budget.epsilon / 2 / lengthOf'],
  'signs are put in place in l2': ["adds: norm !== 'linf'", 'adds: false'],
  'signs are added up in linf': ["adds: norm !== 'linf'", 'adds: true'],
  'channels have one sign': ['signVector(channels, random)', 'Array(channels).fill(signVector(1, random)[0])'],
};

const rayRewrites: Readonly<Record<string, Rewrite>> = {
  'no ray is followed': ['let halving = 0; halving < halvings', 'let halving = halvings; halving < halvings'],
  'every ray is followed': ['if (!(yield* reaches(turned, nearest))) continue;', 'yield* reaches(turned, nearest);'],
  'the ray is forgotten': ['ray = turned;', ''],
  'blocks do not get smaller': ['blocks < image.length ? 2 * blocks : 1', '1'],
  'the far end is halved': [
    'if (yield* reaches(ray, middle)) nearest = middle;',
    'if (!(yield* reaches(ray, middle))) nearest = middle;',
  ],
  'points leave the range': ['clip(addScaled(image, ray, length))', 'addScaled(image, ray, 2 * length)'],
  'it asks without end': ['if (left <= 0) return;', 'if (left <= -5) return;'],
  'the whole ray is turned': ['i >= edge(block) && i < edge(block + 1)', 'i >= 0'],
};

describe('the checks tell broken code from sound code', () => {
  for (const [name, rewrite] of Object.entries(squareRewrites)) {
    it(`in the square search where ${name}`, async () => {
      const place = { folder: 'audit', file: 'squareSearch', exported: 'squareSearch' };
      const mutant = await rewrittenPart<typeof squareSearch>(place, rewrite);
      assert.notEqual(await firstFailure(squareSearchChecks, mutant), undefined, 'the mutant passes every check');
    });
  }
  for (const [name, rewrite] of Object.entries(rayRewrites)) {
    it(`in the ray search where ${name}`, async () => {
      const place = { folder: 'audit', file: 'raySearch', exported: 'raySearch' };
      const mutant = await rewrittenPart<typeof raySearch>(place, rewrite);
      assert.notEqual(await firstFailure(raySearchChecks, mutant), undefined, 'the mutant passes every check');
    });
  }
});
