import assert from 'node:assert/strict';
import { compareWithCpu } from '../../../../../src/models/onnx/session/compareWithCpu.ts';
import { startRuntime } from '../../../../../src/models/onnx/session/runtime.ts';
import type { Runtime } from '../../../../../src/models/onnx/session/session.ts';
import { makeModel } from '../../../../support/onnx/makeModel.ts';
import { rejectsWith } from '../../../../support/rejectsWith.ts';

describe('ONNX Runtime', () => {
  for (const provider of ['cpu', 'wasm'] as const) {
    it(`computes on the provider that is asked for: ${provider}`, async () => {
      const runtime = await startRuntime({ provider });
      assert.equal(runtime.provider, provider);
      assert.equal(runtime.reason, undefined);
      assert.match(runtime.name, new RegExp(`^ONNX Runtime [\\d.]+ \\(${provider}\\)$`));
      assert.deepEqual(await maximaOfPadded(runtime), [0, 0, 0, 0]);
    });
  }

  it('falls back to the processor, with the reason and the repair, if a provider is unavailable', async () => {
    // This one needs another operating system than any that has the next.
    const impossible = process.platform === 'darwin' ? 'directml' : 'coreml';
    const { provider, reason, repair } = await startRuntime({ provider: impossible });
    assert.equal(provider, 'cpu');
    assert.match(reason ?? '', new RegExp(`^${impossible} is unavailable: `));
    assert.match(repair ?? '', /perturb\.engine\.provider/);
  });

  it('always finds one by itself', async () => {
    const runtime = await startRuntime({ provider: 'auto' });
    assert.deepEqual(await maximaOfPadded(runtime), [0, 0, 0, 0]);
  });

  it('takes an accelerator only if it computes what the processor does', async () => {
    const cpu = await startRuntime({ provider: 'cpu' });
    await compareWithCpu(await startRuntime({ provider: 'wasm' }), cpu);
    for (const [factor, difference] of [
      [1.002, '0.20%'],
      [Number.NaN, 'NaN%'],
    ] as const) {
      const wrong: Runtime = {
        ...cpu,
        async open(model) {
          const session = await cpu.open(model);
          return {
            ...session,
            async run(inputs) {
              const { scores } = await session.run(inputs);
              const data = Float32Array.from(scores?.data as Float32Array, (value) => factor * value);
              return { scores: { type: 'float32', dims: [1, 5], data } };
            },
          };
        },
      };
      await assert.rejects(compareWithCpu(wrong, cpu), {
        message: `its scores differ from those of the processor by ${difference}`,
      });
    }
  });

  it('says which providers there are when it is asked for another', async () => {
    await rejectsWith(startRuntime({ provider: 'tpu' }), 'no provider "tpu"', 'auto, cpu');
  });
});

/** Maxima over windows that hold a negative number and zeros of a Pad: 0, unless the Pad was taken for the pool's own. */
async function maximaOfPadded(runtime: Runtime): Promise<number[]> {
  const session = await runtime.open(
    makeModel({
      input: { dims: [1, 1, 2, 2] },
      constants: { pads: { ints: [0, 0, 1, 1, 0, 0, 1, 1] } },
      nodes: [
        { operator: 'Pad', inputs: ['image', 'pads'], outputs: ['padded'] },
        {
          operator: 'MaxPool',
          inputs: ['padded'],
          outputs: ['maxima'],
          attributes: { kernel_shape: [2, 2], strides: [2, 2] },
        },
      ],
    }),
  );
  const data = Float32Array.of(-1, -2, -3, -4);
  const { maxima } = await session.run({ image: { type: 'float32', dims: [1, 1, 2, 2], data } });
  await session.close();
  return Array.from(maxima?.data as unknown as Float32Array);
}
