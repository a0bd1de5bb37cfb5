import { fileURLToPath } from 'node:url';
import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import { catalog } from '../attacks/catalog.ts';
import { type DemoName, demos } from '../demos.ts';
import { cudaWheel } from '../models/onnx/cuda/wheel.ts';
import { providerChoices } from '../models/onnx/session/providers.ts';
import { describeError } from '../userError.ts';
import { printCatalog } from './catalog.ts';
import { checkPreprocessing } from './checkPreprocessing.ts';
import { convert } from './convert.ts';
import { demo } from './demo.ts';
import { doctor } from './doctor.ts';
import { chooseEngine } from './engine.ts';
import { installCuda } from './installCuda.ts';
import { installTensorFlow } from './installTensorFlow.ts';
import { keep } from './keep.ts';
import { mapImageSpace } from './mapImageSpace.ts';
import { merge } from './merge.ts';
import { printable } from './printable.ts';
import { parseReports, report } from './reports.ts';
import { run, runShardOf } from './run.ts';
import { countOfShards, submit } from './submit.ts';
import { train } from './train.ts';
import { version } from './version.ts';

/** Exit codes: all tests passed, some test failed, something could not run. */
const couldNotRun = 2;

// npm starts scripts in the package's folder, but paths are relative to the user's folder.
const { npm_lifecycle_event: script, INIT_CWD: invokedFrom } = process.env;
if (script === 'perturb' && invokedFrom) process.chdir(invokedFrom);

const width = Math.max(...[...catalog.keys()].map((id) => id.length));
const stories = Object.entries(demos).map(([name, { story }]) => `  ${name.padEnd(7)} ${story}`);
const attacks = [...catalog.values()].map(({ id, description }) => `  ${id.padEnd(width)} ${description}`).join('\n');
const program = new Command('perturb')
  .description('Tests vision models against adversarial examples.')
  .version(version)
  .addHelpText('after', `\nAttacks:\n${attacks}\n`)
  .addOption(new Option('--provider <name>', 'execution provider for ONNX Runtime').choices(providerChoices))
  .addOption(
    new Option(
      '--runtime <name>',
      'engine for TensorFlow.js models: ONNX Runtime where possible, or always TensorFlow.js',
    ).choices(['auto', 'tensorflow']),
  )
  .option('--memory <gigabytes>', "maximum memory for running a model (default: a quarter of the machine's)", gigabytes)
  .hook('preAction', (command) => chooseEngine(command.opts()))
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : couldNotRun));

program
  .command('run')
  .argument('<workspace>', 'folder with .vscode/settings.json, or a .code-workspace file')
  .description(
    'Runs the robustness tests of a workspace. Exits with 0 if all pass, 1 if any fails, 2 if any cannot run.',
  )
  .option('--test <name...>', 'run only the tests with these names')
  .option('--output <folder>', 'output folder (default: .perturb/runs/… in the workspace)')
  .addOption(
    new Option(
      '--resume <folder>',
      'resume the run in this folder: tests that have a verdict are skipped if their settings and files are unchanged',
    ).conflicts('output'),
  )
  .option(
    '--robustness <folder>',
    'folder with known counterexamples and the baseline (default: robustness/ beside the settings)',
  )
  .option('--update-baseline', 'make the results what later runs are compared with, example by example')
  .addOption(
    new Option(
      '--shard <number/count>',
      'attack a part of the images, such as 3/16, or auto for the number that a scheduler has given; perturb merge gives the verdicts',
    ).conflicts(['resume', 'report', 'json', 'updateBaseline']),
  )
  .option(
    '--durations <run>',
    'split shards by how long tests took in this run (default: the last run of the workspace)',
  )
  .option('--strict', 'audit every test, and take each sign that a result overstates robustness for a failure')
  .option(
    '--report <reports>',
    'write reports: junit=FILE, sarif=FILE, html=FILE, or summary, separated by commas; summary without a file is that of the build on GitHub',
    parseReports,
  )
  .option('--profile', 'print what the time of each test went into')
  .option('--json', 'print the full report with every example instead of a table')
  .action(async (workspace: string, options) => {
    process.exitCode = await (options.shard ? runShardOf(workspace, options) : run(workspace, options));
  });

program
  .command('keep')
  .argument('<run>', 'folder of a run')
  .description(
    'Keeps the images of a run that fooled its models, shrunk and as text, so that later runs try them first. Commit the folder.',
  )
  .option('--test <name...>', 'keep only what the tests with these names found')
  .option('--into <folder>', 'folder to keep them in (default: robustness/ beside the settings)')
  .option('--json', 'print JSON')
  .action(keep);

program
  .command('merge')
  .argument('<shards...>', 'folders of all shards of a run')
  .description('Merges the shards of a run. Exits with 0 if all tests pass, 1 if any fails, 2 if any cannot run.')
  .option('--output <folder>', 'output folder (default: .perturb/runs/… in the workspace)')
  .option('--workspace <folder>', 'where the workspace is, if not where the shards were run')
  .option(
    '--robustness <folder>',
    'folder with known counterexamples and the baseline (default: robustness/ beside the settings)',
  )
  .option(
    '--report <reports>',
    'write reports: junit=FILE, sarif=FILE, html=FILE, or summary, separated by commas',
    parseReports,
  )
  .action(async (shards: string[], options) => {
    process.exitCode = await merge(shards, options);
  });

program
  .command('submit')
  .argument('<workspace>', 'folder with .vscode/settings.json, or a .code-workspace file')
  .description('Hands the tests of a workspace to a cluster, in shards, with a merge that depends on them.')
  .addOption(
    new Option('--on <cluster>', 'submit to Slurm, or print jobs for Kubernetes')
      .choices(['slurm', 'kubernetes'])
      .makeOptionMandatory(),
  )
  .requiredOption('--shards <count>', 'number of shards', countOfShards)
  .option('--image <image>', 'Kubernetes: container image with Perturb')
  .option('--claim <name>', 'Kubernetes: claim of the volume that has the workspace')
  .action(submit);

program
  .command('report')
  .argument('<run>', 'folder of a run')
  .description('Writes reports of an earlier run.')
  .requiredOption(
    '--report <reports>',
    'junit=FILE, sarif=FILE, html=FILE, or summary[=FILE], separated by commas',
    parseReports,
  )
  .action(report);

program
  .command('check-preprocessing')
  .argument('<workspace>', 'folder with .vscode/settings.json, or a .code-workspace file')
  .description(
    'Tries common preprocessing conventions on up to 32 images and prints the accuracy of a model with each.',
  )
  .requiredOption('--model <name>', 'name of a model in "perturb.models"')
  .requiredOption('--dataset <name>', 'name of a labeled dataset in "perturb.datasets"')
  .option('--seed <number>', 'seed that selects the images', wholeNumber, 0)
  .option('--json', 'print JSON instead of a table')
  .action(checkPreprocessing);

program
  .command('convert')
  .argument('<model>', 'path of a model, or the name of one in "perturb.models"')
  .description('Writes the ONNX graph that a model is computed with, to be looked at or used elsewhere.')
  .requiredOption('--to <file>', 'file to write, such as model.onnx; it must not exist')
  .option('--workspace <workspace>', 'where the name is defined (default: the current folder)')
  .action(convert);

program
  .command('map')
  .argument('<workspace>', 'folder with .vscode/settings.json, or a .code-workspace file')
  .description(
    'Maps the space of images for a model: white noise, images forged from it, and those of a generator, beside real ones.',
  )
  .requiredOption('--model <name>', 'name of a model in "perturb.models"')
  .requiredOption('--dataset <name>', 'name of a dataset in "perturb.datasets"')
  .option('--generator <name>', 'name of a trained generator in "perturb.generators" that draws images')
  .option('--seed <number>', 'seed that draws the noise and selects the images', wholeNumber, 0)
  .option('--output <folder>', 'output folder (default: .perturb/image-space/… in the workspace)')
  .option('--json', 'print JSON instead of a summary')
  .action(mapImageSpace);

program
  .command('demo')
  .addArgument(
    new Argument('[name]', 'which demo to run').choices(Object.keys(demos)).default('signs' satisfies DemoName),
  )
  .description(
    'Runs a demo workspace and saves pictures of the images that fool its model. Exits with 0 unless a test cannot run.',
  )
  .option('--output <folder>', 'output folder (default: .perturb/demo in the current folder)')
  .addHelpText('after', `\nDemos:\n${stories.join('\n')}`)
  .action(async (name: DemoName, options) => {
    process.exitCode = await demo(fileURLToPath(new URL('../../media', import.meta.url)), name, options);
  });

program
  .command('train')
  .argument('<workspace>', 'folder with .vscode/settings.json, or a .code-workspace file')
  .description(
    'Hardens models, and trains surrogates, generators, and detectors, as defined in the settings. Exits with 0 if everything was trained, otherwise 2.',
  )
  .option('--defense <name...>', 'names of defenses in "perturb.defenses"')
  .option('--surrogate <name...>', 'names of surrogates in "perturb.surrogates"')
  .option('--generator <name...>', 'names of generators in "perturb.generators"')
  .option('--detector <name...>', 'names of detectors in "perturb.detectors"')
  .option('--json', 'print the reports instead of tables')
  .action(train);

program
  .command('catalog')
  .description(
    'Lists every attack, detector, and training defense with its parameters, their defaults, and their sources.',
  )
  .option('--json', 'print JSON')
  .action(({ json }: { json?: boolean }) => printCatalog(json === true));

program
  .command('doctor')
  .description('Shows which engines are available on this machine, why others are not, and how to fix that.')
  .action(async () => {
    process.exitCode = await doctor();
  });

program
  .command('install-tensorflow')
  .description('Installs native TensorFlow, which runs all but the smallest networks faster than WebAssembly.')
  .option(
    '--from <source>',
    '"wheel" (with pip), "download", or the path to a wheel or to a folder with lib and include',
  )
  .option('--into <folder>', "folder to install into (default: the user's cache folder, where Perturb looks for it)")
  .action((options) => installTensorFlow(options));

program
  .command('install-cuda')
  .description(
    'Installs the CUDA engine beside ONNX Runtime, for NVIDIA graphics cards on Linux. It needs no compiler.',
  )
  .option('--from <wheel>', `path to a wheel of ${cudaWheel.name} ${cudaWheel.version} (default: fetched with pip)`)
  .action((options) => installCuda(options));

function gigabytes(text: string): number {
  const number = Number(text);
  if (!(number > 0)) throw new InvalidArgumentError('Enter a number greater than 0.');
  return number;
}

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('Enter a whole number that is 0 or greater.');
  return Number(text);
}

try {
  await program.parseAsync();
} catch (error) {
  console.error(printable(describeError(error)));
  process.exitCode = couldNotRun;
}
