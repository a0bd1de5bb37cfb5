import { assertEngine, assertSameVerdicts, runDemo } from '../../support/demoRuns.ts';
import { builtProgram } from '../../support/program.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

describe('the demo on ONNX Runtime and on TensorFlow.js', () => {
  builtProgram();
  const folder = temporaryFolder();

  it('gives the same verdicts', async () => {
    const native = await runDemo(folder.at('onnx'));
    const web = await runDemo(folder.at('web'), '--provider', 'wasm');
    const layers = await runDemo(folder.at('layers'), '--runtime', 'tensorflow');
    assertEngine(native, /^ONNX Runtime [\d.]+ \(cpu\)$/);
    assertEngine(web, /^ONNX Runtime [\d.]+ \(wasm\)$/);
    assertEngine(layers, /^tfjs/);
    assertSameVerdicts(native, layers);
    assertSameVerdicts(web, layers);
  });
});
