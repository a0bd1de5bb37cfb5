import assert from 'node:assert/strict';
import * as tf from '@tensorflow/tfjs-core';
import { startTensorFlow } from '../../../src/models/tfjs/backend.ts';

describe('TensorFlow backend', () => {
  it('computes, and says with what', async () => {
    const { kind, name } = await startTensorFlow();
    assert.match(
      name,
      kind === 'native' ? /^tfjs-node \d+\.\d+\.\d+ \(native\)$/ : /^tfjs \d+\.\d+\.\d+ \(WebAssembly\)$/,
    );
    assert.equal(tf.getBackend(), kind === 'native' ? 'tensorflow' : 'wasm');
    assert.deepEqual(Array.from(tf.add([1, 2], [3, 4]).dataSync()), [4, 6]);
  });

  it('says why the native library does not serve, and what to do, exactly where it does not', async () => {
    const { kind, reason, repair } = await startTensorFlow();
    if (kind === 'native') assert.deepEqual([reason, repair], [undefined, undefined]);
    else {
      assert.match(reason ?? '', /@tensorflow\/tfjs-node is (not installed|installed, but)/);
      assert.match(repair ?? '', /npm (install|rebuild) @tensorflow\/tfjs-node/);
    }
  });

  it('starts once', () => {
    assert.equal(startTensorFlow(), startTensorFlow());
  });
});
