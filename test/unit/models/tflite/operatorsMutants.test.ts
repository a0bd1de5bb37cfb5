import assert from 'node:assert/strict';
import type { readTfliteModel } from '../../../../src/models/tflite/readTfliteModel.ts';
import { firstFailure } from '../../../support/checks.ts';
import { rewrittenPart } from '../../../support/mutants/rewrite.ts';
import { operatorsChecks } from './operatorsChecks.ts';
import { operatorsRewrites } from './operatorsRewrites.ts';

describe('a check fails for operators of TensorFlow Lite', () => {
  for (const [part, { models, rewrites }] of Object.entries(operatorsRewrites)) {
    const checks = Object.fromEntries(Object.entries(operatorsChecks).filter(([name]) => models.test(name)));
    for (const [mistake, rewrite] of Object.entries(rewrites)) {
      it(`where ${mistake}`, async () => {
        const place = { folder: 'models/tflite', file: 'readTfliteModel', exported: 'readTfliteModel', part };
        const mutant = await rewrittenPart<typeof readTfliteModel>(place, rewrite);
        assert.notEqual(await firstFailure(checks, mutant), undefined, 'the mutant passes every check');
      });
    }
  }
});
