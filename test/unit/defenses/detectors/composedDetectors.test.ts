import assert from 'node:assert/strict';
import * as composed from '../../../../src/defenses/detectors/composedDetectors.ts';
import { firstFailure, itPasses } from '../../../support/checks.ts';
import { type Rewrite, rewrittenPart } from '../../../support/mutants/rewrite.ts';
import { composedDetectorsChecks } from './composedDetectorsChecks.ts';

describe('Composed detectors', () => {
  itPasses(composedDetectorsChecks, composed);
});

const rewrites: Readonly<Record<'movedAgainst' | 'weightedSum', Readonly<Record<string, Rewrite>>>> = {
  movedAgainst: {
    'images are moved up': ['-magnitude', 'magnitude'],
    'they are moved along the gradient itself': ['.map(Math.sign)', ''],
    'they leave the range of pixels': ['clip(addScaled(', '((x) => x)(addScaled('],
    'scores are those of images that are not moved': ['detector.score(await moved(images))', 'detector.score(images)'],
    'gradients are those of images that are not moved': [
      'detector.pullback(await moved(images))',
      'detector.pullback(images)',
    ],
  },
  weightedSum: {
    'weights of scores are forgotten': ['sum + (weights[k] as number) *', 'sum +'],
    'weights of gradients are forgotten': [
      'addScaled(sum, gradients[i] as Float32Array, weights[k] as number)',
      'addScaled(sum, gradients[i] as Float32Array, 1)',
    ],
    'all images have the gradient of the first': [
      'gradients[i] as Float32Array, weights',
      'gradients[0] as Float32Array, weights',
    ],
  },
};

describe('the checks tell broken code from sound code in composed detectors', () => {
  for (const [exported, own] of Object.entries(rewrites)) {
    for (const [name, rewrite] of Object.entries(own)) {
      it(`where ${name}`, async () => {
        const place = { folder: 'defenses/detectors', file: 'composedDetectors', exported };
        const mutant = await rewrittenPart(place, rewrite);
        const failure = await firstFailure(composedDetectorsChecks, { ...composed, [exported]: mutant });
        assert.notEqual(failure, undefined, 'the mutant passes every check');
      });
    }
  }
});
