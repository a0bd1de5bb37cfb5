// A process to be killed: plays a toy game of a kind in the folder that it is given, says a line after each step, and stays.
import { writeSync } from 'node:fs';
import { playGame } from '../../src/defenses/generators/playGame.ts';
import { toyGame } from './toyGame.ts';

const [kind, folder] = process.argv.slice(2) as [string, string];
const task = await toyGame(kind, folder, {
  onProgress({ step, phase }) {
    writeSync(1, `${phase === 'training' ? step : 0}\n`);
    if (step === 5) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  },
});
await playGame(task);
