// Packages the extension for a target, by default that of this machine, or the command line for npm:
// `npm run package -- --target TARGET`.
import path from 'node:path';
import { Command, Option } from 'commander';
import { describeError } from '../userError.ts';
import { packageCommandLine } from './packageCommandLine.ts';
import { packageExtension } from './packageExtension.ts';
import { type TargetName, targetHere, targets } from './targets.ts';

const root = path.resolve(import.meta.dirname, '..', '..');
const target = new Option('--target <target>', 'what to package for: a platform of VS Code, or npm')
  .choices([...Object.keys(targets), 'npm'])
  .default(targetHere());
const { target: name } = new Command('package').addOption(target).parse().opts<{ target: TargetName | 'npm' }>();
try {
  const { file, size } =
    name === 'npm'
      ? await packageCommandLine(root, path.join(root, 'dist', 'npm'))
      : await packageExtension(root, name, path.join(root, 'dist', 'vsix'));
  console.log(`Wrote ${path.relative(root, file)}, ${size.toFixed(1)} MB.`);
} catch (error) {
  console.error(describeError(error));
  process.exitCode = 1;
}
