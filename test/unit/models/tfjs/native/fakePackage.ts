import path from 'node:path';
import { neededVersion, packageIn } from '../../../../../src/models/tfjs/native/places.ts';
import type { TemporaryFolder } from '../../../../support/temporaryFolder.ts';

/** What a package does when it is loaded, as JavaScript. */
export const behaviors = {
  computes: `
    const tensor = { dataSync: () => [16] };
    module.exports = { ones: () => tensor, relu: () => tensor, conv2d: () => tensor, grad: () => () => tensor };
    module.exports.backend = () => ({ binding: { TF_Version: '2.99.0' } });`,
  miscomputes: `
    const tensor = { dataSync: () => [17] };
    module.exports = { ones: () => tensor, grad: () => () => tensor };`,
  crashes: `process.kill(process.pid, 'SIGILL'); for (;;);`,
  throws: `throw new Error('libstdc++ is too old\\nand more');`,
};

/** Installs, in place of the package that binds TensorFlow, one that behaves in a given way; returns the package's folder. */
export async function fakePackage(
  folder: TemporaryFolder,
  name: string,
  behavior: keyof typeof behaviors,
  version = neededVersion(),
): Promise<string> {
  const relative = path.relative(folder.at(), packageIn(folder.at(name)));
  await folder.write(path.join(relative, 'package.json'), JSON.stringify({ version, main: 'index.js' }));
  await folder.write(path.join(relative, 'lib', 'napi-v8', 'tfjs_binding.node'), 'binding');
  // A mark for every time that it is loaded.
  const mark = `require('node:fs').appendFileSync(${JSON.stringify(folder.at(name, 'loads'))}, 'x');`;
  await folder.write(path.join(relative, 'index.js'), `${mark}${behaviors[behavior]}`);
  return packageIn(folder.at(name));
}
