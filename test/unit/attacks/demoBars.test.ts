import assert from 'node:assert/strict';
import path from 'node:path';
import { demoFolder, signsModel, writeSettings } from '../../support/demoWorkspace.ts';
import { builtProgram, perturb } from '../../support/program.ts';
import { readLines } from '../../support/readRun.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

const street = { path: path.join(demoFolder, 'data', 'street'), labels: 'folders' };
const settings = {
  'perturb.models': {
    signs: {
      ...signsModel,
      path: path.join(demoFolder, signsModel.path),
      labels: path.join(demoFolder, signsModel.labels),
    },
  },
  'perturb.datasets': { street, few: { ...street, limit: 12 } },
};

/** What an attack comes to on images of the demo that the model knows. */
interface Examples {
  readonly fooled: readonly string[];
  readonly held: readonly string[];
  /** In l2, infinite where an image held. */
  readonly median: number;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (place: number) => sorted[Math.floor(place)] as number;
  return (at((sorted.length - 1) / 2) + at(sorted.length / 2)) / 2;
}

describe('attacks on the model of the demo', () => {
  builtProgram();
  const folder = temporaryFolder();

  async function examplesOf(test: object, dataset = 'street'): Promise<Examples> {
    const whole = { model: 'signs', dataset, expect: { successRate: 1 }, audit: false, ...test };
    await writeSettings(folder.at(), JSON.stringify({ ...settings, 'perturb.tests': { one: whole } }));
    const output = folder.at(`run-${Object.values(test).join('-').replaceAll('/', '-')}-${dataset}`);
    const { stderr } = await perturb('run', folder.at(), '--output', output, '--json');
    assert.equal(stderr, '');
    const lines = await readLines(output);
    const of = (status: string) => lines.filter((line) => line.status === status);
    const distances = of('fooled').map(({ norms }) => norms?.l2 ?? Infinity);
    const images = (status: string) => of(status).map(({ image }) => image);
    return {
      fooled: images('fooled'),
      held: images('held'),
      median: median([...distances, ...of('held').map(() => Infinity)]),
    };
  }

  it('PGD fools every image that I-FGSM fools', async () => {
    const within = { norm: 'linf', epsilon: '8/255' };
    const basic = await examplesOf({ attack: 'ifgsm', ...within });
    const restarted = await examplesOf({ attack: 'pgd', ...within, parameters: { steps: 40, restarts: 5 } });
    assert.ok(basic.fooled.length > 10 && basic.held.length > 0, 'the budget tells images apart');
    const missed = basic.fooled.filter((image) => !restarted.fooled.includes(image));
    assert.deepEqual(missed, []);
  });

  it('DeepFool fools the model on every image', async () => {
    const { fooled, held } = await examplesOf({ attack: 'deepfool', norm: 'l2' });
    assert.ok(fooled.length > 60, `only ${fooled.length} images`);
    assert.deepEqual(held, []);
  });

  it('Carlini & Wagner come no farther than DeepFool', async () => {
    const fast = await examplesOf({ attack: 'deepfool', norm: 'l2' }, 'few');
    const thorough = await examplesOf({ attack: 'cw', norm: 'l2' }, 'few');
    assert.ok(thorough.fooled.length > 8, `only ${thorough.fooled.length} images`);
    assert.deepEqual(thorough.held, []);
    assert.ok(thorough.median <= fast.median, `${thorough.median} > ${fast.median}`);
  });
});
