import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { AttackDefinition } from '../../../../src/attacks/attackDefinition.ts';
import { createGoal } from '../../../../src/attacks/goal.ts';
import { distances } from '../../../../src/geometry/norms.ts';
import type { Candidate } from '../../../../src/runner/candidate.ts';
import type { Checks } from '../../../support/checks.ts';
import { conversation, pointsOf } from '../../../support/conversation.ts';
import { settingsOf } from '../../../support/invariants.ts';
import { linearClassifier } from '../../../support/linearClassifier.ts';
import { outcomesOf } from '../../../support/runs.ts';
import { scenes } from '../../../support/subjects.ts';

const shape = { height: 1, width: 3, channels: 1 } as const;
const classifier = linearClassifier(
  [
    [0, 0, 0],
    [3, -2, 1],
    [-1, 2, -3],
    [1, 1, -1],
  ],
  [50, 0, 0, 0],
  shape,
);

/** What is known of an attack with restarts, the first at the image and the others at random points. */
export const restartChecks: Checks<AttackDefinition> = {
  'starts at the image, then at random points within budget and range, other ones for every restart and seed': async (
    attack,
  ) => {
    for (const norm of attack.norms) {
      const image = Float32Array.of(0.5, 0.02, 0.97);
      const seen = new Set<string>(['0.5,0.02,0.97']);
      for (const seed of [1, 2]) {
        const parameters = { steps: 3, restarts: 5 };
        const talk = { classifier, image, goal: createGoal(0), budget: { norm, epsilon: 0.25 }, parameters, seed };
        const points = pointsOf(await conversation(attack, talk), 'pullback');
        assert.equal(points.length % 5, 0);
        const starts = points.filter((_, i) => i % (points.length / 5) === 0);
        assert.deepEqual(starts[0], image);
        for (const start of starts.slice(1)) {
          assert.ok(distances(image, start, 1)[norm] <= 0.25 + 1e-6, 'distances(image, start, 1)[norm] <= 0.25 + 1e-6');
          assert.ok(
            start.every((value) => value >= 0 && value <= 1),
            'start.every((value) => value >= 0 && value <= 1)',
          );
          assert.ok(!seen.has(String(start)), '!seen.has(String(start))');
          seen.add(String(start));
        }
      }
    }
  },

  'proposes a point for every start': async (attack) => {
    for (const norm of attack.norms) {
      const image = Float32Array.of(0.5, 0.4, 0.6);
      const parameters = { steps: 3, restarts: 4 };
      const talk = { classifier, image, goal: createGoal(0), budget: { norm, epsilon: 0.1 }, parameters };
      assert.equal(pointsOf(await conversation(attack, talk), 'propose').length, 4);
    }
  },

  'is never worse with more restarts': (attack) =>
    fc.assert(
      fc.asyncProperty(scenes, settingsOf(attack), fc.integer({ min: 1, max: 3 }), async (scene, setting, restarts) => {
        const bests = async (count: number) => {
          const run = { ...setting, parameters: { steps: 4, restarts: count }, classifier: scene.classifier(4) };
          return (await outcomesOf(attack, run, scene.subjects)).map(({ best }) => best);
        };
        const more = await bests(restarts + 2);
        for (const [i, few] of (await bests(restarts)).entries()) {
          const [goal, many] = [scene.subjects[i]?.goal, more[i]];
          assert.ok(few && many && goal, 'few && many && goal');
          const worth = ({ success, norms, lead }: Candidate) =>
            success ? [1, -norms[setting.budget.norm as 'l2']] : [0, lead];
          const [a, b] = [worth(many), worth(few)] as [[number, number], [number, number]];
          assert.ok(a[0] > b[0] || (a[0] === b[0] && a[1] >= b[1]), `${a} < ${b}`);
        }
      }),
      { numRuns: 20 },
    ),
};
