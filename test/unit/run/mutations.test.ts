import assert from 'node:assert/strict';
import { formats } from '../../soak/mutations/formats.ts';
import { isFailure, Mutations } from '../../soak/mutations/mutations.ts';

/** Of each format. `npm run soak -- mutations` tries others. */
const mutationsEach = 40;

/** Mutations that once failed, by format and seed. */
const found: readonly string[] = [
  'program:179611704',
  'tfjs:179611880',
  'tflite:669811624',
  'onnx:663838749',
  'tfjs:663838562',
  'graph:943123202',
  'tflite:943122682',
  'detector:943122247',
];

describe('mutated files', () => {
  const mutations = new Mutations();
  after(() => mutations.dispose());

  async function isRead(name: string): Promise<void> {
    const outcome = await mutations.open(name);
    assert.ok(!isFailure(outcome), `${name}: ${outcome.result}: ${outcome.message}`);
  }

  for (const format of Object.keys(formats)) {
    it(`are opened, or refused in words for people: ${format}`, async () => {
      const { result, message } = await mutations.open(`${format}:intact`);
      assert.equal(result, 'opened', message);
      for (let seed = 0; seed < mutationsEach; seed++) await isRead(`${format}:${seed}`);
    });
  }

  for (const name of found) it(`are opened, or refused in words for people: ${name}`, () => isRead(name));
});
