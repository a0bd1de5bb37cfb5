#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Command, InvalidArgumentError, Option } from 'commander';
import { catalog } from '../attacks/catalog.ts';
import { providerChoices } from '../models/onnx/session/providers.ts';
import { describeError } from '../userError.ts';
import { printCatalog } from './catalog.ts';
import { checkPreprocessing } from './checkPreprocessing.ts';
import { demo } from './demo.ts';
import { doctor } from './doctor.ts';
import { chooseEngine } from './engine.ts';
import { installTensorFlow } from './installTensorFlow.ts';
import { run } from './run.ts';
import { train } from './train.ts';

/** Exit codes: all tests passed, some test failed, something could not run. */
const couldNotRun = 2;

const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string };
// npm starts scripts in the package's folder; paths are meant from where the user stands.
const { npm_lifecycle_event: script, INIT_CWD: invokedFrom } = process.env;
if (script === 'perturb' && invokedFrom) process.chdir(invokedFrom);

const width = Math.max(...[...catalog.keys()].map((id) => id.length));
const attacks = [...catalog.values()].map(({ id, description }) => `  ${id.padEnd(width)} ${description}`).join('\n');
const program = new Command('perturb')
  .description('Tests vision models against adversarial examples.')
  .version(manifest.version)
  .addHelpText('after', `\nAttacks:\n${attacks}\n`)
  .addOption(new Option('--provider <name>', 'what ONNX Runtime computes with').choices(providerChoices))
  .addOption(
    new Option(
      '--runtime <name>',
      'what computes TensorFlow.js models: ONNX Runtime where it can, or TensorFlow.js',
    ).choices(['auto', 'tensorflow']),
  )
  .option(
    '--memory <gigabytes>',
    "memory that a model's work may take (default: a quarter of the machine's)",
    gigabytes,
  )
  .hook('preAction', (command) => chooseEngine(command.opts()))
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : couldNotRun));

program
  .command('run')
  .argument('<workspace>', 'folder with .vscode/settings.json, or a .code-workspace file')
  .description(
    'Runs the robustness tests of a workspace. Exits 0 when all pass, 1 when one fails, 2 when one cannot run.',
  )
  .option('--test <name...>', 'run only the tests of these names')
  .option('--output <folder>', 'folder for the results (default: .perturb/runs/… in the workspace)')
  .addOption(
    new Option(
      '--resume <folder>',
      'go on with the run in this folder: tests that have a verdict, and whose settings and files are as they were, are not run again',
    ).conflicts('output'),
  )
  .option('--json', 'print the whole report, with every example, instead of a table')
  .action(async (workspace: string, options) => {
    process.exitCode = await run(workspace, options);
  });

program
  .command('check-preprocessing')
  .argument('<workspace>', 'folder with .vscode/settings.json, or a .code-workspace file')
  .description(
    'Tries the usual ways to preprocess images on a model and up to 32 images, and prints how it does with each.',
  )
  .requiredOption('--model <name>', 'name of a model in "perturb.models"')
  .requiredOption('--dataset <name>', 'name of a dataset with labels in "perturb.datasets"')
  .option('--seed <number>', 'draws the images', wholeNumber, 0)
  .option('--json', 'print JSON instead of a table')
  .action(checkPreprocessing);

program
  .command('demo')
  .description(
    'Runs the demo workspace and writes pictures of what fooled its model. Exits 0 unless a test cannot run.',
  )
  .option('--output <folder>', 'folder for the results (default: .perturb/demo below the current folder)')
  .action(async (options) => {
    process.exitCode = await demo(fileURLToPath(new URL('../media/demo', import.meta.url)), options);
  });

program
  .command('train')
  .argument('<workspace>', 'folder with .vscode/settings.json, or a .code-workspace file')
  .description('Hardens models and fits detectors as the settings say. Exits 0 when all was trained, else 2.')
  .option('--defense <name...>', 'names in "perturb.defenses"')
  .option('--detector <name...>', 'names in "perturb.detectors"')
  .option('--json', 'print the reports instead of tables')
  .action(train);

program
  .command('catalog')
  .description('Lists every attack, detector and training defense with parameters, their defaults and sources.')
  .option('--json', 'print JSON')
  .action(({ json }: { json?: boolean }) => printCatalog(json === true));

program
  .command('doctor')
  .description('Says which engines serve on this machine, why others do not, and how to repair that.')
  .action(async () => {
    process.exitCode = await doctor();
  });

program
  .command('install-tensorflow')
  .description('Installs native TensorFlow, which computes all but the smallest networks faster than WebAssembly.')
  .option('--from <source>', '"download", "wheel" (by pip), or the path of a wheel or of a folder with lib and include')
  .option('--into <folder>', "folder to install into (default: the user's, where Perturb looks for it)")
  .action((options) => installTensorFlow(options));

function gigabytes(text: string): number {
  const number = Number(text);
  if (!(number > 0)) throw new InvalidArgumentError('Give a number above 0.');
  return number;
}

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('Give a whole number, 0 or more.');
  return Number(text);
}

try {
  await program.parseAsync();
} catch (error) {
  console.error(describeError(error));
  process.exitCode = couldNotRun;
}
