import { type InstallOptions, installTensorFlow as install } from '../models/tfjs/native/install.ts';
import { withInstallProgress } from './withInstallProgress.ts';

/** Installs native TensorFlow and reports progress on standard error. */
export async function installTensorFlow({ from, into }: Pick<InstallOptions, 'from' | 'into'>): Promise<void> {
  const { folder, tensorflow, present } = await withInstallProgress((means) => install({ from, into, ...means }));
  console.log(`TensorFlow ${tensorflow} ${present ? 'was already installed' : 'was installed'} in ${folder}`);
  if (into !== undefined) console.log(`To make Perturb use it, set PERTURB_TENSORFLOW=${folder}`);
}
