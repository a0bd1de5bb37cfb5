import assert from 'node:assert/strict';
import { Kills } from '../../soak/kills/kills.ts';
import { builtProgram } from '../../support/program.ts';

/** Of each command, by its name and a seed. `npm run soak -- kills` tries others. */
const names: readonly string[] = ['run:12', 'train:13', 'shard:8', 'merge:6', 'keep:2', 'replay:1'];

describe('perturb that is killed', () => {
  builtProgram();
  const kills = new Kills();

  before(function () {
    // Other platforms tell of processes in other ways.
    if (process.platform === 'win32') this.skip();
  });
  after(() => kills.dispose());

  for (const name of names) {
    it(`loses nothing, leaves nothing behind, and goes on: ${name}`, async () => {
      const { kill, faults } = await kills.attempt(name);
      assert.deepEqual(faults, [], JSON.stringify(kill));
    });
  }
});
