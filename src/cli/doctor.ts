import { startEngine } from './engine.ts';

/** Prints which engines serve here, why others do not, and the repair. Returns the exit code. */
export async function doctor(): Promise<number> {
  const engine = startEngine();
  try {
    const { tensorflow, node, platform } = await engine.describe();
    console.log(`Node.js ${node} on ${platform}`);
    console.log(`TensorFlow.js engine: ${tensorflow.name}`);
    if (tensorflow.reason) console.log(`  why not native: ${tensorflow.reason}`);
    if (tensorflow.repair) console.log(`  to repair it:   ${tensorflow.repair}`);
    return 0;
  } finally {
    engine.dispose();
  }
}
