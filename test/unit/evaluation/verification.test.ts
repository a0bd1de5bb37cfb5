import assert from 'node:assert/strict';
import type { StoredImage } from '../../../src/data/storedImage.ts';
import { evaluate } from '../../../src/evaluation/evaluate.ts';
import type { Example } from '../../../src/evaluation/example.ts';
import { openModel } from '../../../src/models/open.ts';
import { victimOf } from '../../../src/runner/victim.ts';
import { imageOf, type PlanChoice, planOf } from '../../support/plans.ts';
import { plantVerifier } from '../../support/plantedEmbedding.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

const [ann, bob, nobody] = [0, 1, 2];

describe('Verification of identities', () => {
  const folder = temporaryFolder();

  /** What an attack on a planted verifier comes to. The identities are two edges of the square of the first two pixels. */
  async function attacked(choice: PlanChoice, images: readonly StoredImage[], threshold = 0.9) {
    const source = await plantVerifier(folder, { 'ann/1': [1, 0, 0, 0], 'bob/1': [0, 1, 0, 0] }, threshold);
    const judge = victimOf((await openModel(source)).classifier);
    const examples: Example[] = [];
    const [round] = await evaluate(planOf(choice), {
      judge,
      opponents: [{ victims: [judge] }],
      images,
      onExample: (example) => {
        examples.push(example);
      },
    });
    return {
      verification: round?.verification,
      metrics: round?.metrics,
      examples: examples.sort((a, b) => a.index - b.index),
    };
  }

  it('counts false accepts and false rejects before and under attack', async () => {
    const images = [
      // Similarities 1 and 0: accepted as ann, who it is. A step toward bob, to (1, 0.5), leaves 0.894: nobody.
      imageOf([1, 0, 0, 0], ann),
      // 0.6 and 0.8: nobody, and yet labeled bob: a false reject before any attack.
      imageOf([0.6, 0.8, 0, 0], bob),
      // 0.96 and 0.28: a stranger who is taken for ann: a false accept before any attack.
      imageOf([0.96, 0.28, 0, 0], nobody),
    ];
    const { verification, examples } = await attacked({ epsilons: [0.5] }, images);
    assert.deepEqual(
      examples.map(({ status }) => status),
      ['fooled', 'wrong', 'wrong'],
    );
    assert.equal(verification?.images, 3);
    assert.equal(verification?.enrolled, 2);
    assert.deepEqual(verification?.clean, { falseAccepts: 1, falseRejects: 1 });
    assert.deepEqual(verification?.attacked, { falseAccepts: 1, falseRejects: 2 });
  });

  it('counts an impersonation as a false accept, and keeps what held', async () => {
    // One step of 0.25 along the signs toward bob.
    const images = [imageOf([0.5, 0.5, 0, 0], nobody), imageOf([1, 0, 0, 0], ann)];
    const { verification, metrics } = await attacked({ epsilons: [0.25], target: 'bob' }, images);
    // (0.25, 0.75) has similarity 0.949 to bob; (1, 0.25) still has 0.970 to ann.
    assert.equal(metrics?.counts.fooled, 1);
    assert.deepEqual(verification?.clean, { falseAccepts: 0, falseRejects: 0 });
    assert.deepEqual(verification?.attacked, { falseAccepts: 1, falseRejects: 0 });
  });

  it('tells similarities before and after', async () => {
    const { examples } = await attacked({ epsilons: [0.25], target: 'bob' }, [imageOf([0.5, 0.5, 0, 0], nobody)]);
    const [before, after] = [examples[0]?.clean.similarities, examples[0]?.adversarial?.prediction.similarities];
    const round = (values: readonly number[] = []) => values.map((value) => Math.round(100 * value) / 100);
    assert.deepEqual(round(before), [0.71, 0.71]);
    assert.deepEqual(round(after), [0.32, 0.95]);
  });
});
