import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { type DetectorFacts, openDetector, writeDetector } from '../../../../src/defenses/detectors/detectorFile.ts';
import { linearClassifier } from '../../../support/linearClassifier.ts';
import { rejectsWith } from '../../../support/rejectsWith.ts';
import { temporaryFolder } from '../../../support/temporaryFolder.ts';

describe('the file of a detector', () => {
  const folder = temporaryFolder();
  const shape = { height: 4, width: 4, channels: 1 } as const;
  const rows = [1, -1].map((sign) => Array.from({ length: 16 }, (_, i) => sign * (i % 3)));
  const classifier = linearClassifier(rows, [0, 0], shape);
  const sha256 = 'ab'.repeat(32);
  const facts: DetectorFacts = {
    kind: 'feature-squeezing',
    model: { name: 'signs', sha256 },
    preset: 'quick',
    parameters: { squeezers: 'mnist' },
    threshold: 0.25,
    scale: 0.125,
    falsePositiveRate: 0.05,
    seen: ['fgsm'],
  };
  const written = () => writeDetector(folder.at('detector'), facts, { values: { a: 1 }, arrays: {} }, { name: 'x' });
  const opened = (hash = sha256) => openDetector(folder.at('detector'), classifier, hash);
  const changed = async (change: (content: Record<string, unknown>) => object) => {
    const file = await written();
    await writeFile(file, JSON.stringify(change(JSON.parse(await readFile(file, 'utf8')))));
  };

  it('gives back what was written', async () => {
    assert.equal(await written(), folder.at('detector', 'detector.json'));
    const { definition, detector, ...rest } = await opened();
    assert.deepEqual(rest, facts);
    assert.equal(definition.id, 'feature-squeezing');
    const [score] = await detector.score([new Float32Array(16).fill(0.4)]);
    assert.ok(score !== undefined && score > 0, `${score}`);
  });

  it('is replaced by the one that is written next', async () => {
    await written();
    await writeDetector(folder.at('detector'), { ...facts, threshold: 0.5 }, { values: {}, arrays: {} });
    assert.equal((await opened()).threshold, 0.5);
  });

  it('is refused for another model, by its hash', async () => {
    await written();
    await rejectsWith(opened('cd'.repeat(32)), 'made for another model: "signs"', 'abababababab', 'cdcdcdcdcdcd');
  });

  it('is missed with what to do', async () => {
    await rejectsWith(opened(), 'there is no such detector', 'Train Detector');
  });

  it('is refused when it is damaged', async () => {
    await written();
    await folder.write('detector/detector.json', '{ "format": "perturb-det');
    await rejectsWith(opened(), 'detector.json is not valid JSON', 'Train the detector again');
    await changed((content) => ({ ...content, threshold: 'high' }));
    await rejectsWith(opened(), 'detector.json is damaged: /threshold');
    await changed((content) => ({ ...content, kind: 'crystal-ball' }));
    await rejectsWith(opened(), 'there is no kind of detector named "crystal-ball"');
    for (const parameters of [{}, { squeezers: 'none' }, { squeezers: 'mnist', quality: 3 }]) {
      await changed((content) => ({ ...content, parameters }));
      await rejectsWith(opened(), 'detector.json is damaged', 'parameters are not those of "feature-squeezing"');
    }
    await written();
    await folder.write('detector/detector.npz', 'no archive');
    await rejectsWith(opened(), 'detector.npz is damaged');
  });

  it('is none where its arrays were not written', async () => {
    await written();
    await mkdir(folder.at('detector', 'detector.npz.new'));
    await assert.rejects(written());
    await rejectsWith(opened(), 'there is no such detector');
  });

  it('says that it cannot be written', async () => {
    await folder.write('file', '');
    await rejectsWith(
      writeDetector(folder.at('file', 'detector'), facts, { values: {}, arrays: {} }),
      'a part of its path is a file',
    );
  });
});
