import assert from 'node:assert/strict';
import { Kills } from '../../soak/kills/kills.ts';
import { builtProgram } from '../../support/program.ts';

/** A training, and three runs of which something else is killed each. `npm run soak -- kills` tries others. */
const seeds: readonly number[] = [3, 5, 8, 14];

describe('perturb that is killed', () => {
  builtProgram();
  let kills: Kills;

  before(async function () {
    // Other platforms tell of processes in other ways.
    if (process.platform === 'win32') return this.skip();
    kills = await Kills.prepare();
  });
  after(() => kills?.dispose());

  for (const seed of seeds) {
    it(`loses nothing, leaves nothing behind, and goes on: ${seed}`, async () => {
      const { kill, faults } = await kills.attempt(seed);
      assert.deepEqual(faults, [], JSON.stringify(kill));
    });
  }
});
