import { installCuda as install } from '../models/onnx/cuda/install.ts';
import { chooseEngine, startEngine } from './engine.ts';
import { withInstallProgress } from './withInstallProgress.ts';

/** Installs the CUDA engine and reports progress on standard error. */
export async function installCuda({ from }: { readonly from?: string }): Promise<void> {
  chooseEngine({ provider: 'cuda' });
  const attempt = async () => {
    const engine = startEngine();
    try {
      return (await engine.describe()).onnx;
    } finally {
      engine.dispose();
    }
  };
  const { name } = await withInstallProgress((means) => install({ from, attempt, ...means }));
  console.log(`${name} was installed, and computes what the processor does.`);
  console.log('To use it, set perturb.engine.provider to "cuda", or run perturb with --provider cuda');
}
