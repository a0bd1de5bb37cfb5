import assert from 'node:assert/strict';
import { explorerMenu } from '../../../src/settings/explorerMenu.ts';

/** The commands that the Explorer offers for a file. */
function offeredFor(name: string): string[] {
  return explorerMenu()
    .filter(({ when }) => new RegExp(/=~ \/(.*)\/i( \|\||$)/.exec(when)?.[1] ?? assert.fail(when), 'i').test(name))
    .map(({ command }) => command);
}

describe('the menu of the Explorer', () => {
  const all = explorerMenu().map(({ command }) => command);
  const untrained = all.filter((command) => command !== 'perturb.hardenModel');

  it('offers models of every format, and hardening for those that can be trained', () => {
    for (const name of ['model.json', 'signs-model-2.json', 'MODEL.JSON']) assert.deepEqual(offeredFor(name), all);
    for (const name of [
      ...['resnet50.onnx', 'RESNET50.ONNX', 'resnet50.pt2', 'signs.keras', 'signs.h5', 'signs.tflite'],
      'saved_model.pb',
    ])
      assert.deepEqual(offeredFor(name), untrained);
  });

  it('offers to attack models of other formats, to which the answer is what to do instead', () => {
    for (const name of ['net.pth', 'net.pt', 'net.safetensors', 'net.mlmodel', 'net.mlpackage'])
      assert.deepEqual(offeredFor(name), ['perturb.attackModel'], name);
  });

  it('offers the same for the folder of a SavedModel as for its file', () => {
    const isOffered = ({ when }: { readonly when: string }) =>
      when.endsWith(' || explorerResourceIsFolder && resourcePath in perturb.savedModels');
    const offered = explorerMenu().filter(isOffered);
    assert.deepEqual(
      offered.map(({ command }) => command),
      untrained,
    );
  });

  it('offers nothing for other files', () => {
    for (const name of ['package.json', 'onnx', 'model.jsonl', 'model.onnx.txt', 'modelxjson'])
      assert.deepEqual(offeredFor(name), [], name);
  });
});
