import assert from 'node:assert/strict';
import * as gaussians from '../../../../src/defenses/detectors/gaussians.ts';
import { firstFailure, itPasses } from '../../../support/checks.ts';
import { type Rewrite, rewrittenPart } from '../../../support/mutants/rewrite.ts';
import { gaussiansChecks } from './gaussiansChecks.ts';

describe('Gaussians with one covariance', () => {
  itPasses(gaussiansChecks, gaussians);
});

const rewrites: Readonly<Record<'fitGaussians' | 'mahalanobisDistance', Readonly<Record<string, Rewrite>>>> = {
  fitGaussians: {
    'the covariance is not inverted': [
      'whitening: inverseOfFactor(covariance, size)',
      'whitening: Float32Array.from(covariance)',
    ],
    'there is no covariance': [
      'whitening: inverseOfFactor(covariance, size)',
      'whitening: Float32Array.from(covariance, (_, i) => (i % (size + 1) === 0 ? 1 : 0))',
    ],
    'it is not tied to classes': ['(means[(labels[n] as number) * size + i] as number)', '(means[i] as number)'],
    'nothing is shrunk': ['fromTruth < fromIdentity ? fromTruth / fromIdentity : 1)', '0)'],
    'the identity is not scaled': ['+ shrinkage * scale', '+ shrinkage'],
    'means are sums': ['sum / (counts[Math.floor(i / size)] as number)', 'sum'],
    'nothing is said of points that never vary': ['if (!(scale > 0)) return undefined;', ''],
  },
  mahalanobisDistance: {
    'it is that to the farthest class': ['let value = Infinity;', 'let value = -Infinity;'],
    'it is that to the last class': ['if (!(distance < value)) continue;', ''],
    'the sign of the gradient is wrong': ['const difference = 2 * (', 'const difference = -2 * ('],
    'the gradient is half of it': ['const difference = 2 * (', 'const difference = ('],
    'the gradient is not turned back': [
      'gradient[j] = (gradient[j] as number) +',
      'gradient[i] = (gradient[i] as number) +',
    ],
  },
};

describe('the checks tell broken code from sound code in Gaussians with one covariance', () => {
  for (const [exported, own] of Object.entries(rewrites)) {
    for (const [name, rewrite] of Object.entries(own)) {
      it(`where ${name}`, async () => {
        const mutant = await rewrittenPart({ folder: 'defenses/detectors', file: 'gaussians', exported }, rewrite);
        const failure = await firstFailure(gaussiansChecks, { ...gaussians, [exported]: mutant });
        assert.notEqual(failure, undefined, 'the mutant passes every check');
      });
    }
  }
});
