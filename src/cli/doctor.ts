import { startEngine } from './engine.ts';

/** Prints which engines are available on this machine, why others are not, and how to fix that. Returns the exit code. */
export async function doctor(): Promise<number> {
  const engine = startEngine();
  try {
    const { onnx, tensorflow, node, platform } = await engine.describe();
    console.log(`Node.js ${node} on ${platform}`);
    console.log(`ONNX models and TensorFlow.js models that can be converted to ONNX: ${onnx.name}`);
    explain('why not another engine', onnx);
    console.log(`Other TensorFlow.js models and training: ${tensorflow.name}`);
    explain('why not native TensorFlow', tensorflow);
    return 0;
  } finally {
    engine.dispose();
  }
}

function explain(question: string, { reason, repair }: { readonly reason?: string; readonly repair?: string }): void {
  if (reason) console.log(`  ${question}: ${reason}`);
  if (repair) console.log(`  to fix this: ${repair}`);
}
