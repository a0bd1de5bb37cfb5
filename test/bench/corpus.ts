import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { SIGN_CLASSES } from '../../media/demo/training/classes.ts';
import { fitNetwork } from '../../media/demo/training/fitNetwork.ts';
import { renderAll } from '../../media/demo/training/renderings.ts';
import { IMAGE_SIZE, loadDrawing } from '../../media/demo/training/renderSign.ts';
import { LABELS } from '../../media/demo/training/trainClassifier.ts';
import { createGoal } from '../../src/attacks/goal.ts';
import { type Counterexample, writeCounterexamples } from '../../src/corpus/counterexample.ts';
import { encodeDelta } from '../../src/corpus/delta.ts';
import { inputDigest, relativeTo } from '../../src/corpus/original.ts';
import type { Tried } from '../../src/corpus/replay.ts';
import { valueAt } from '../../src/data/grid.ts';
import { writePng } from '../../src/data/writeImage.ts';
import { EngineClient } from '../../src/engine/client.ts';
import type { TestPlan } from '../../src/evaluation/plan.ts';
import { planImages } from '../../src/evaluation/planImages.ts';
import { openModel } from '../../src/models/open.ts';
import { startTensorFlow } from '../../src/models/tfjs/backend.ts';
import { readLayersModel } from '../../src/models/tfjs/readLayersModel.ts';
import { registerTrainingGradients } from '../../src/models/tfjs/training/trainingGradients.ts';
import { writeLayersModel } from '../../src/models/tfjs/training/writeLayersModel.ts';
import { prepareRunFolder } from '../../src/reports/runFolder.ts';
import { exampleSeed } from '../../src/runner/exampleSeed.ts';
import { runAttack } from '../../src/runner/runAttack.ts';
import { victimOf } from '../../src/runner/victim.ts';
import { resolvePlans } from '../../src/settings/plans.ts';
import { readWorkspace } from '../../src/settings/readSettings.ts';
import { chooseTensorFlow } from '../defenses/computing.ts';
import { counterexample } from '../support/counterexamples.ts';
import { demoFolder, signsModel, writeSettings } from '../support/demoWorkspace.ts';
import { cliFile, engineFile } from '../support/program.ts';
import type { Measurement } from './measurement.ts';
import { median } from './median.ts';

const turns = 3;
const kept = 1000;
/** Of each class: the attack fools most of them. */
const imagesPerClass = 70;
const trainingPerClass = 100;
const seed = 7;

/**
 * A thousand examples that fooled the demo's model are tried on the same model after two more epochs of training: seconds
 * until it is known how many still fool it, with an engine that runs already, and with the command line from its start.
 */
export async function benchCorpus(): Promise<Measurement[]> {
  const folder = await mkdtemp(path.join(tmpdir(), 'perturb-bench-'));
  const workspace = path.join(folder, 'workspace');
  try {
    const plan = await prepare(workspace);
    await retrain(plan);
    const [warm, cold]: [number[], number[]] = [[], []];
    const client = new EngineClient(engineFile);
    try {
      for (let turn = 0; turn <= turns; turn++) {
        // As if it had been trained again: an engine keeps models open whose files are as they were.
        await utimes(plan.model.path, new Date(), new Date());
        const seconds = await warmly(client, plan, path.join(folder, `${turn}`));
        // The first turn starts the engine.
        if (turn > 0) warm.push(seconds);
      }
    } finally {
      client.dispose();
    }
    for (let turn = 0; turn < turns; turn++) cold.push(await coldly(workspace));
    const name = `${kept} known counterexamples tried on a retrained model`;
    return [
      { name: `${name}, engine running`, value: median(warm), unit: 's', atMost: 5 },
      { name: `${name}, from the command line`, value: median(cold), unit: 's', atMost: 10 },
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A workspace with the demo's model, images that it has not seen, and what fooled it of those, kept. */
async function prepare(workspace: string): Promise<TestPlan> {
  await cp(path.join(demoFolder, 'models', 'signs'), path.join(workspace, 'models', 'signs'), { recursive: true });
  const { images, labels } = renderAll(
    await Promise.all(SIGN_CLASSES.map(loadDrawing)),
    imagesPerClass,
    'heldOut',
    seed,
  );
  const shape = { height: IMAGE_SIZE, width: IMAGE_SIZE, channels: 3 } as const;
  for (const [i, levels] of images.entries()) {
    const place = path.join(workspace, 'data', LABELS[labels[i] as number] as string);
    await mkdir(place, { recursive: true });
    await writePng(path.join(place, `${i}.png`), Float32Array.from(levels, valueAt), shape);
  }
  const test = { model: 'signs', dataset: 'signs', attack: 'ifgsm', epsilon: '8/255', expect: { robustAccuracy: 0 } };
  const settings = {
    'perturb.models': { signs: signsModel },
    'perturb.datasets': { signs: { path: 'data', labels: 'folders' } },
    'perturb.tests': { known: test },
  };
  await writeSettings(workspace, JSON.stringify(settings));
  const [plan] = resolvePlans(await readWorkspace(workspace)).plans as [TestPlan];
  await writeCounterexamples(plan.robustness as string, await attacked(plan));
  return plan;
}

/** What fools the model of a test, as it is kept. @throws Error where that are too few */
async function attacked(plan: TestPlan): Promise<Counterexample[]> {
  const { classifier, sha256 } = await openModel(plan.model);
  const { images } = await planImages(plan, classifier);
  async function* subjects() {
    for (const image of images) {
      const goal = createGoal(image.label as number);
      yield { image: await image.load(), goal, seed: exampleSeed(plan.seed, image.sha256) };
    }
  }
  const found: Counterexample[] = [];
  const [attack] = plan.attacks;
  for await (const { best, index, subject } of runAttack(
    { victim: victimOf(classifier), attack, stopAtSuccess: true },
    subjects(),
  )) {
    const image = images[index];
    if (!best?.success || image === undefined || found.length === kept) continue;
    found.push(
      counterexample({
        test: plan.id,
        image: relativeTo(plan.robustness as string, image.file),
        sha256: image.sha256,
        input: inputDigest(subject.image, classifier.input),
        label: classifier.classes[subject.goal.label] as string,
        model: sha256,
        witness: encodeDelta(subject.image, best.point),
      }),
    );
  }
  classifier.dispose();
  if (found.length < kept) throw new Error(`only ${found.length} of ${images.length} images fool the model`);
  return found;
}

/** Trains the model of a test for two epochs more. */
async function retrain({ model }: TestPlan): Promise<void> {
  chooseTensorFlow(undefined);
  await startTensorFlow();
  registerTrainingGradients();
  const { model: network } = await readLayersModel(model.path);
  const training = renderAll(await Promise.all(SIGN_CLASSES.map(loadDrawing)), trainingPerClass, 'training', seed);
  const options = { epochs: 2, batchSize: 60, learningRate: 0.001, seed, onEpoch: () => {} };
  await fitNetwork(network, training, LABELS.length, options);
  await writeLayersModel(network, path.dirname(model.path));
  network.dispose();
}

/** Seconds until an engine tells how many fool the model. */
async function warmly(client: EngineClient, plan: TestPlan, folder: string): Promise<number> {
  await prepareRunFolder(folder);
  const controller = new AbortController();
  const began = performance.now();
  let seconds = Number.NaN;
  const onProgress = ({ known }: { readonly known?: Tried }) => {
    if (known === undefined) return;
    seconds = (performance.now() - began) / 1000;
    controller.abort();
  };
  const call = client.call('runTest', { plan, folder }, { onProgress, signal: controller.signal });
  const { message = '' } = await call.catch((error) => error);
  if (Number.isNaN(seconds)) throw new Error(`The engine tries no known counterexamples: ${message}`);
  return seconds;
}

/** Seconds until the command line prints how many fool the model. */
async function coldly(workspace: string): Promise<number> {
  const began = performance.now();
  const stdio = ['ignore', 'ignore', 'pipe'] as const;
  const child = spawn(process.execPath, [cliFile, 'run', workspace], { detached: true, stdio: [...stdio] });
  const closed = once(child, 'close');
  let text = '';
  for await (const part of child.stderr as Readable) {
    text += part;
    if (text.includes('known counterexamples:')) break;
  }
  const seconds = (performance.now() - began) / 1000;
  if (child.exitCode !== null) throw new Error(`The command line tries no known counterexamples: ${text}`);
  process.kill(-(child.pid as number), 'SIGKILL');
  await closed;
  return seconds;
}
