import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import * as tfl from '@tensorflow/tfjs-layers';
import { startTensorFlow } from '../../../../src/models/tfjs/backend.ts';
import { readLayersModel } from '../../../../src/models/tfjs/readLayersModel.ts';
import { writeLayersModel } from '../../../../src/models/tfjs/training/writeLayersModel.ts';
import { rejectsWith } from '../../../support/rejectsWith.ts';
import { temporaryFolder } from '../../../support/temporaryFolder.ts';

type Layer = { name: string; class_name: string; config: Record<string, unknown>; inbound_nodes: unknown[] };

/** A layer called twice, a model used as a layer, and a sum. */
function functionalModel(): tfl.LayersModel {
  const inner = tfl.sequential({
    name: 'inner',
    layers: [tfl.layers.dense({ name: 'weigh', units: 4, inputShape: [4] })],
  });
  const image = tfl.input({ shape: [2, 2, 1], name: 'image' });
  const flat = tfl.layers.flatten({ name: 'flat' }).apply(image) as tfl.SymbolicTensor;
  const twice = tfl.layers.dense({ name: 'twice', units: 4 });
  const once = twice.apply(flat) as tfl.SymbolicTensor;
  const sum = tfl.layers
    .add({ name: 'sum' })
    .apply([twice.apply(once) as tfl.SymbolicTensor, inner.apply(once) as tfl.SymbolicTensor]) as tfl.SymbolicTensor;
  return tfl.model({ inputs: image, outputs: sum });
}

describe('Layers that cannot be called', () => {
  const folder = temporaryFolder();
  let file = '';
  before(async () => {
    await startTensorFlow();
  });
  beforeEach(async () => {
    file = await writeLayersModel(functionalModel(), folder.at('model'));
  });

  async function edit(change: (layer: (name: string) => Layer, layers: Layer[]) => void): Promise<void> {
    const json = JSON.parse(await readFile(file, 'utf8'));
    const layers: Layer[] = json.modelTopology.config.layers;
    change((name) => layers.find((layer) => layer.name === name) as Layer, layers);
    await writeFile(file, JSON.stringify(json));
  }

  it('are none in a model that calls a layer twice, and another model', async () => {
    const { model } = await readLayersModel(file);
    assert.equal(model.layers.length, 5);
  });

  it('are none where a layer has its name in its settings alone', async () => {
    await edit((layer) => Object.assign(layer('flat'), { name: undefined }));
    assert.equal((await readLayersModel(file)).model.layers.length, 5);
  });

  it('are named where a layer that they take from was renamed', async () => {
    await edit((layer) => Object.assign(layer('flat'), { name: 'plate' }));
    await rejectsWith(readLayersModel(file), file, 'layer "twice" takes the output of "flat", which is missing');
  });

  it('are named where they wait for each other', async () => {
    await edit((layer) => {
      layer('flat').inbound_nodes = [[['sum', 0, 0, {}]]];
    });
    await rejectsWith(readLayersModel(file), file, '"flat", "twice", "inner" …', 'wait for each other');
  });

  it('are named where a call that they take from was never made', async () => {
    await edit((layer) => {
      layer('sum').inbound_nodes = [
        [
          ['twice', 2, 0, {}],
          ['inner', 1, 0, {}],
        ],
      ];
    });
    await rejectsWith(readLayersModel(file), file, '"sum"', 'a call that is missing');
  });

  it('have connections of another form', async () => {
    for (const node of ['image', [['image', -1, 0, {}]], [[null]], ['image', 0, 0]]) {
      await edit((layer) => {
        layer('flat').inbound_nodes = [node];
      });
      await rejectsWith(readLayersModel(file), file, 'connections of its layer "flat"');
    }
  });

  it('are not told from another layer of the same name', async () => {
    await edit((layer) => Object.assign(layer('inner'), { name: 'twice' }));
    await rejectsWith(readLayersModel(file), file, 'Two of its layers are named "twice"');
  });

  it('have no settings', async () => {
    await edit((layer) => Object.assign(layer('twice'), { config: null }));
    await rejectsWith(readLayersModel(file), file, 'its layers are damaged');
  });
});
