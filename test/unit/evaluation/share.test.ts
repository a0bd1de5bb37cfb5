import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import fc from 'fast-check';
import type { StoredImage } from '../../../src/data/storedImage.ts';
import { GuardedVictim } from '../../../src/defenses/guard/guardedVictim.ts';
import {
  type EvaluationOptions,
  evaluate,
  evaluateShare,
  type FinishedImage,
} from '../../../src/evaluation/evaluate.ts';
import type { TestPlan } from '../../../src/evaluation/plan.ts';
import { placesIn } from '../../../src/evaluation/share.ts';
import { appendFinished, readFinished } from '../../../src/reports/finishedImages.ts';
import { victimOf } from '../../../src/runner/victim.ts';
import { linearClassifier } from '../../support/linearClassifier.ts';
import { linearDetector } from '../../support/linearDetector.ts';
import { imageOf, planOf } from '../../support/plans.ts';
import { suiteFolder } from '../../support/suiteFolder.ts';
import { twoPixelClassifier } from '../../support/twoPixelClassifier.ts';

const shape = { height: 1, width: 2, channels: 1 } as const;
const surrogate = linearClassifier(
  [
    [0, 0],
    [1, 0.25],
  ],
  [0.5, 0],
  shape,
);
const detector = { name: 'detector', path: '/nowhere/detector' };
const guarded = new GuardedVictim(twoPixelClassifier, linearDetector([1, -1]), { threshold: 0.25, scale: 1 });
const plain = victimOf(twoPixelClassifier);

type Conditions = Pick<EvaluationOptions, 'judge' | 'opponents'>;

const alone: Conditions = { judge: plain, opponents: [{ victims: [plain] }] };
const parameters = { steps: 6 };
const members = [
  { attack: 'fgsm', parameters: {} },
  { attack: 'pgd', parameters: { steps: 4 } },
];

/** Tests that differ in what of an image depends on another budget, opponent, or image. */
const tests: Readonly<Record<string, readonly [TestPlan, Conditions]>> = {
  'one budget': [planOf(), alone],
  'a curve of budgets': [planOf({ attack: 'ifgsm', epsilons: [0.5, 0.125, 0.25], parameters }), alone],
  'the nearest success': [planOf({ attack: 'fmn', parameters }), alone],
  'an ensemble on the grid': [planOf({ attack: 'ensemble', quantize: true, parameters: { attacks: members } }), alone],
  'queries that count': [planOf({ attack: 'square', queries: 40 }), alone],
  'starts among the other images': [planOf({ attack: 'hopskipjump', norm: 'l2', queries: 60 }), alone],
  'a random target': [planOf({ attack: 'pgd', target: 'random', parameters }), alone],
  'a detector with two attackers': [
    planOf({ attack: 'ifgsm', detector, epsilons: [0.25, 0.5], parameters }),
    {
      judge: guarded,
      opponents: [
        { attacker: 'adaptive', victims: [guarded] },
        { attacker: 'unaware', victims: [plain] },
      ],
    },
  ],
  'a surrogate': [
    planOf({ attack: 'pgd', surrogates: [{ name: 'other', path: '/nowhere/other.json' }], audit: false, parameters }),
    { judge: plain, opponents: [{ victims: [victimOf(surrogate)] }, { victims: [plain] }] },
  ],
};

const images = fc
  .array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true })), {
    minLength: 2,
    maxLength: 12,
  })
  .map((pixels) => [
    // One that is eligible at least, whatever the others are.
    imageOf([0.2, 0.9], 0, 'first.png'),
    ...pixels.map((pair, i) => imageOf(pair, Number((pair[0] as number) > 0.5), `${i}.png`)),
  ]);

describe('shares of a test', () => {
  const folder = suiteFolder();
  let runs = 0;

  it('have each image once, for every number of shards', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { maxLength: 40 }), fc.integer({ min: 1, max: 9 }), (hashes, shards) => {
        const list = hashes.map((sha256) => ({ sha256 }));
        const places = Array.from({ length: shards }, (_, i) =>
          placesIn({ from: i / shards, to: (i + 1) / shards }, list),
        );
        const all = places.flatMap((some) => [...some]).sort((a, b) => a - b);
        assert.deepEqual(
          all,
          hashes.map((_, place) => place),
        );
      }),
    );
  });

  /** Attacks each share on its own, and keeps what came of it in a file, as shards do. */
  async function inShares(plan: TestPlan, conditions: Conditions, some: readonly StoredImage[], shards: number) {
    const place = folder.at(`shards-${runs++}`);
    await mkdir(place);
    for (let shard = 0; shard < shards; shard++) {
      const share = placesIn({ from: shard / shards, to: (shard + 1) / shards }, some);
      await evaluateShare(plan, {
        ...conditions,
        images: some,
        share,
        portion: 2,
        onExample: () => {},
        onFinished: (image) => appendFinished(place, plan.id, image),
      });
    }
    return new Map<number, FinishedImage>((await readFinished(place, plan.id)).map((line) => [line.index, line]));
  }

  /** What a test comes to: its rounds, and what an audit is told; and the images that were attacked. */
  async function attackedIn(
    plan: TestPlan,
    options: Omit<EvaluationOptions, 'onExample'>,
  ): Promise<{ readonly text: string; readonly examples: readonly number[] }> {
    let attacked: unknown;
    const examples: number[] = [];
    const rounds = await evaluate(plan, {
      ...options,
      onExample: ({ index }) => void examples.push(index),
      onAttacked: ({ rounds }) => {
        attacked = rounds;
      },
    });
    return { text: JSON.stringify([rounds, attacked]), examples };
  }

  for (const [title, [plan, conditions]] of Object.entries(tests)) {
    it(`come to what a single run comes to: ${title}`, async () => {
      await fc.assert(
        fc.asyncProperty(images, fc.integer({ min: 1, max: 9 }), async (some, shards) => {
          const single = await attackedIn(plan, { ...conditions, images: some });
          const finished = await inShares(plan, conditions, some, shards);
          const merged = await attackedIn(plan, { ...conditions, images: some, finished, share: new Set() });
          assert.equal(merged.text, single.text);
          assert.deepEqual(merged.examples, [], 'nothing is attacked again');
        }),
        { numRuns: 6 },
      );
    });
  }

  for (const [title, [plan, conditions]] of Object.entries(tests)) {
    it(`go on where they were interrupted, at any example: ${title}`, async () => {
      await fc.assert(
        fc.asyncProperty(images, fc.nat(30), fc.integer({ min: 1, max: 4 }), async (some, last, portion) => {
          const place = folder.at(`interrupted-${runs++}`);
          await mkdir(place);
          const common = { ...conditions, images: some, portion };
          const reported = new Set<number>();
          let left = last;
          await evaluate(plan, {
            ...common,
            onExample: ({ index }) => {
              if (left-- === 0) throw new Error('interrupted');
              reported.add(index);
            },
            onFinished: (image) => appendFinished(place, plan.id, image),
          }).catch((error) => assert.equal(error.message, 'interrupted'));
          const finished = new Map((await readFinished(place, plan.id)).map((image) => [image.index, image]));
          if (plan.attacks.length * conditions.opponents.length === 1) {
            assert.deepEqual([...finished.keys()], [...reported], 'an image is finished with its last example');
          }
          const single = await attackedIn(plan, { ...conditions, images: some });
          const whole = await attackedIn(plan, { ...common, finished });
          assert.equal(whole.text, single.text);
          assert.deepEqual(
            whole.examples.filter((index) => finished.has(index)),
            [],
            'nothing that was finished is attacked again',
          );
        }),
        { numRuns: 8 },
      );
    });
  }

  it('make no figures where an image is missing, or another one', async () => {
    const [plan, conditions] = tests['one budget'] as [TestPlan, Conditions];
    const some = [imageOf([0.2, 0.9], 0, 'a.png'), imageOf([0.4, 0.9], 0, 'b.png')];
    const finished = await inShares(plan, conditions, some, 2);
    const merged = (of: ReadonlyMap<number, FinishedImage>, list: readonly StoredImage[] = some) =>
      evaluate(plan, { ...conditions, images: list, finished: of, share: new Set(), onExample: () => {} });
    await merged(finished);
    const [[index, one]] = [...finished] as [[number, FinishedImage]];
    await assert.rejects(merged(new Map([[index, one]])), /1 of 2 images were not attacked/);
    const other = [some[0] as StoredImage, imageOf([0.45, 0.9], 0, 'b.png')];
    await assert.rejects(merged(finished, other), /1 of 2 images were not attacked as they are here, such as b\.png/);
    // One that was attacked at fewer budgets than the test has, and before anything is attacked.
    const onExample = () => assert.fail('an image is attacked');
    const short = new Map([[index, { ...one, results: [] }]]);
    await assert.rejects(evaluate(plan, { ...conditions, images: some, finished: short, onExample }), /1 of 2 images/);
  });
});
