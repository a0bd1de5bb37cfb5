import assert from 'node:assert/strict';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { withStatedResizing } from '../../../../src/jobs/withStatedResizing.ts';
import { statedBeside } from '../../../../src/models/beside/statedBeside.ts';
import { openModel } from '../../../../src/models/open.ts';
import { resolvePreprocessing } from '../../../../src/models/preprocessing.ts';
import { rejectsWith } from '../../../support/rejectsWith.ts';
import { temporaryFolder } from '../../../support/temporaryFolder.ts';

const fixture = path.join(import.meta.dirname, '..', '..', '..', 'fixtures', 'keras', 'functional.keras');
const half = [0.5, 0.5, 0.5];
const imagenet = { image_mean: [0.485, 0.456, 0.406], image_std: [0.229, 0.224, 0.225] };
const square = { height: 224, width: 224 };

describe('Files next to a model', () => {
  const folder = temporaryFolder();
  let count = 0;

  /** The path of a model with such files next to it. */
  async function modelWith(files: Readonly<Record<string, object | string>>, name = 'model.keras'): Promise<string> {
    const at = folder.at(`${count++}`);
    await mkdir(path.join(at, path.dirname(name)), { recursive: true });
    await copyFile(fixture, path.join(at, name));
    for (const [file, content] of Object.entries(files)) {
      await writeFile(path.join(at, file), typeof content === 'string' ? content : JSON.stringify(content));
    }
    return path.join(at, name);
  }

  const transformers = async (config: object) =>
    (await statedBeside(await modelWith({ 'preprocessor_config.json': config }), true)).preparation;
  const timm = async (cfg: object) =>
    (await statedBeside(await modelWith({ 'config.json': { pretrained_cfg: cfg } }), true)).preparation;

  it('say how Transformers prepares images', async () => {
    assert.deepEqual(await transformers({ image_mean: half, image_std: half, size: square, resample: 2 }), {
      resizing: { resize: 'stretch', interpolation: 'bilinear' },
      preprocessing: { mean: half, std: half, channels: 'rgb' },
    });
    // A single side is that of a square, unless the center is cut out.
    assert.deepEqual(await transformers({ image_mean: half, image_std: half, size: 384 }), {
      resizing: { resize: 'stretch', interpolation: 'bilinear' },
      preprocessing: { mean: half, std: half, channels: 'rgb' },
    });
    const cut = { ...imagenet, size: { shortest_edge: 256 }, do_center_crop: true, crop_size: square, resample: 3 };
    assert.deepEqual(await transformers(cut), {
      resizing: { resize: 256, crop: 224, interpolation: 'bicubic' },
      preprocessing: { mean: imagenet.image_mean, std: imagenet.image_std, channels: 'rgb' },
    });
    assert.deepEqual(await transformers({ ...cut, size: 256, crop_size: 224 }), await transformers(cut));
  });

  it('say how gray levels are scaled', async () => {
    const levels = await transformers({
      do_rescale: false,
      image_mean: [127.5, 127.5, 127.5],
      image_std: [51, 51, 51],
      size: 32,
    });
    assert.deepEqual(levels?.preprocessing, { mean: half, std: [0.2, 0.2, 0.2], channels: 'rgb' });
    const signed = await transformers({
      do_normalize: false,
      rescale_factor: 1 / 127.5,
      rescale_offset: true,
      size: 32,
    });
    assert.deepEqual(signed?.preprocessing, { mean: half, std: half, channels: 'rgb' });
    const blue = await transformers({ do_normalize: false, do_flip_channel_order: true, size: 32 });
    assert.deepEqual(blue?.preprocessing, { mean: [0, 0, 0], std: [1, 1, 1], channels: 'bgr' });
  });

  it('say what ConvNeXt takes of an image', async () => {
    const config = { ...imagenet, image_processor_type: 'ConvNextImageProcessor', resample: 3, crop_pct: 0.875 };
    const small = await transformers({ ...config, size: { shortest_edge: 224 } });
    assert.deepEqual(small?.resizing, { resize: 256, crop: 224, interpolation: 'bicubic' });
    const large = await transformers({ ...config, size: { shortest_edge: 384 } });
    assert.deepEqual(large?.resizing, { resize: 'stretch', interpolation: 'bicubic' });
  });

  it('say how timm prepares images', async () => {
    const cfg = { input_size: [3, 224, 224], mean: half, std: [0.25, 0.25, 0.25], interpolation: 'bicubic' };
    assert.deepEqual(await timm({ ...cfg, crop_pct: 0.9 }), {
      resizing: { resize: 248, crop: 224, interpolation: 'bicubic' },
      preprocessing: { mean: half, std: [0.25, 0.25, 0.25], channels: 'rgb' },
    });
    const whole = await timm({ ...cfg, crop_pct: 1, crop_mode: 'squash' });
    assert.deepEqual(whole?.resizing, { resize: 'stretch', interpolation: 'bicubic' });
  });

  it('are refused where they say what is not known, since nearly right is wrong', async () => {
    const known = { image_mean: half, image_std: half, size: square };
    const refused: [object, string][] = [
      [{ ...known, do_pad: true }, '"do_pad": true'],
      [{ ...known, resample: 4 }, '"resample": 4'],
      [{ ...known, image_mean: [0.5, 0.5] }, '"image_mean": [0.5,0.5]'],
      [{ ...known, image_std: [0, 0, 0] }, '"image_std": [0,0,0]'],
      [{ ...known, do_normalize: 'yes' }, '"do_normalize": "yes"'],
      [{ ...known, size: { longest_edge: 224 } }, '"size": {"longest_edge":224}'],
      [{ ...known, size: { shortest_edge: 224 } }, '"do_center_crop": nothing'],
      [{ ...known, do_resize: false }, '"do_resize": false'],
      [{ ...known, do_center_crop: true, crop_size: { height: 224, width: 192 } }, '"crop_size"'],
    ];
    for (const [config, words] of refused) {
      await rejectsWith(transformers(config), 'preprocessor_config.json', words, 'State "preprocessing"');
    }
    const cfg = { input_size: [3, 224, 224], mean: half, std: half };
    await rejectsWith(timm({ ...cfg, crop_mode: 'border' }), 'config.json', '"crop_mode": "border"');
    await rejectsWith(timm({ ...cfg, interpolation: 'random' }), '"interpolation": "random"');
    await rejectsWith(timm({ ...cfg, input_size: [3, 224, 160] }), '"input_size"');
    const damaged = await modelWith({ 'preprocessor_config.json': '{' });
    await rejectsWith(openModel({ name: 'm', path: damaged }), 'preprocessor_config.json', 'not the JSON');
  });

  it('count only where the settings say nothing', async () => {
    const config = { image_mean: half, image_std: [0.2, 0.2, 0.2], size: 12 };
    const at = await modelWith({ 'preprocessor_config.json': config });
    const opened = await openModel({ name: 'm', path: at });
    opened.classifier.dispose();
    assert.deepEqual(opened.preprocessing, { mean: half, std: [0.2, 0.2, 0.2], channels: 'rgb' });
    assert.ok(opened.notes.includes('preprocessing comes from preprocessor_config.json'), `${opened.notes}`);
    assert.ok(opened.files.includes(path.join(path.dirname(at), 'preprocessor_config.json')));

    const own = resolvePreprocessing('imagenet');
    const unread = await modelWith({ 'preprocessor_config.json': { do_pad: true } });
    const stated = await openModel({ name: 'm', path: unread, preprocessing: own.preprocessing });
    stated.classifier.dispose();
    assert.deepEqual(stated.preprocessing, own.preprocessing);
  });

  it('say how images are resized for the jobs of an engine', async () => {
    const config = {
      image_mean: half,
      image_std: half,
      size: { shortest_edge: 14 },
      do_center_crop: true,
      crop_size: 12,
    };
    const model = { name: 'm', path: await modelWith({ 'preprocessor_config.json': config }) };
    const resizing = { resize: 14, crop: 12, interpolation: 'bilinear' };
    assert.deepEqual(await withStatedResizing({ plan: { model, seed: 3 } }), {
      plan: { model: { ...model, resizing }, seed: 3 },
    });
    const whole = { ...model, resizing: { resize: 'stretch', interpolation: 'nearest' } as const };
    assert.deepEqual(await withStatedResizing({ model: whole }), { model: whole });
    const unread = { name: 'm', path: await modelWith({ 'preprocessor_config.json': { do_pad: true } }) };
    assert.deepEqual(await withStatedResizing({ model: unread }), { model: unread });
  });

  it('name the classes', async () => {
    const names = ['a', 'b', 'c', 'd', 'e'];
    const open = async (config: object) => {
      const { classifier, notes } = await openModel({ name: 'm', path: await modelWith({ 'config.json': config }) });
      classifier.dispose();
      return { classes: classifier.classes, notes: notes.join('; ') };
    };
    const map = (list: readonly string[]) => Object.fromEntries(list.map((name, index) => [`${index}`, name]));
    assert.deepEqual((await open({ model_type: 'vit', id2label: map(names) })).classes, names);
    const listed = await open({
      architecture: 'vit',
      pretrained_cfg: { input_size: [3, 12, 12], mean: half, std: half },
      label_names: names,
    });
    assert.deepEqual(listed.classes, names);
    assert.match(listed.notes, /preprocessing comes from config\.json.*|class names come from config\.json/);
    const others = await open({ model_type: 'vit', id2label: map(['a', 'b']) });
    assert.match(others.notes, /config\.json names 2 classes, but the model has 5: its names are not used/);
    const numbered = await open({ model_type: 'vit', id2label: map(names.map((_, i) => `LABEL_${i}`)) });
    assert.notEqual(numbered.classes[0], 'LABEL_0');
    const foreign = await open({ id2label: map(names) });
    assert.notDeepEqual(foreign.classes, names);
  });

  it('belong to the model of a folder "onnx" below, and to none of several', async () => {
    const config = { image_mean: half, image_std: half, size: 12 };
    const below = await modelWith({ 'preprocessor_config.json': config }, 'onnx/model.keras');
    assert.deepEqual((await statedBeside(below, true)).preparation?.preprocessing.mean, half);
    const several = await modelWith({ 'preprocessor_config.json': config, 'other.onnx': '' });
    const { preparation, notes } = await statedBeside(several, true);
    assert.equal(preparation, undefined);
    assert.match(notes.join(), /preprocessor_config\.json is not used: 2 models are in its folder/);
    const versions = await modelWith(
      { 'preprocessor_config.json': config, 'model.onnx': '', 'model_fp16.onnx': '' },
      'model_q4.onnx',
    );
    assert.deepEqual((await statedBeside(versions, true)).preparation?.preprocessing.mean, half);
  });
});
