import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { detectors } from '../../src/defenses/detectors/catalog.ts';
import { trainDetector } from '../../src/defenses/detectors/trainDetector.ts';
import type { DefensePlan } from '../../src/defenses/plan.ts';
import type { DefenseCard } from '../../src/defenses/training/card.ts';
import { defenses } from '../../src/defenses/training/catalog.ts';
import { trainDefense } from '../../src/defenses/training/trainDefense.ts';
import { openModel } from '../../src/models/open.ts';
import type { ModelSource } from '../../src/models/source.ts';
import {
  type AttackChoice,
  type ConfiguredAttack,
  configureAttack,
  definitionOf,
} from '../../src/runner/configuredAttack.ts';
import { attackGuarded, attackModel, type Trial } from './attackModel.ts';
import { computing } from './computing.ts';
import { cache, type Domain, datasetOf, domains } from './domains.ts';
import { keyOf } from './keyOf.ts';
import { showProgress } from './progress.ts';
import type { CollaborativeRow, DetectorRow, HardeningRow, Row, SpeedRow, TrainingFacts } from './results.ts';

/** A row of the tables that can be measured. */
export interface RowPlan {
  readonly id: string;
  /** Everything that it depends on, beside the code: a row of other inputs is measured anew. */
  readonly inputs: object;
  /** Backend of TensorFlow; native where it is installed, if it is missing. */
  readonly backend?: 'wasm' | 'native';
  measure(): Promise<Row>;
}

const seed = 1;
const signal = new AbortController().signal;
const origin = { file: import.meta.filename, line: 1 };

/** What differs from the defaults of training defenses. */
const training = {
  fashion: { epochs: 4, batchSize: 32 },
  signs: { epochs: 2, batchSize: 32 },
  digits: { epochs: 8, batchSize: 32 },
} as const;

/** TRADES takes two passes for every one of the others, and gets half the epochs. */
function settingsFor(id: Domain['id'], defense: string): object {
  return defense === 'trades' ? { ...training[id], epochs: training[id].epochs / 2 } : training[id];
}

function trialsOn(
  { epsilon }: Domain,
  images: {
    readonly fgsm: number;
    readonly pgd: number;
    readonly cw: number;
    readonly cwParameters: Readonly<Record<string, unknown>>;
  },
): readonly Trial[] {
  return [
    { attack: 'fgsm', norm: 'linf', epsilon, parameters: {}, images: images.fgsm },
    { attack: 'pgd', norm: 'linf', epsilon, parameters: { steps: 40 }, images: images.pgd },
    { attack: 'cw', norm: 'l2', parameters: images.cwParameters, images: images.cw },
  ];
}

/** On how many test images, and with what C&W differs from its preset `quick`. */
const hardened = { fgsm: 1000, pgd: 200, cw: 50, cwParameters: {} };
const cwParameters = { steps: 100, binarySearchSteps: 4, initialConstant: 1 };
const guarded = { fgsm: 200, pgd: 100, cw: 20, cwParameters };

function hardeningRow(domain: Domain, defense: string): RowPlan {
  const trials = trialsOn(domain, hardened);
  const inputs = {
    domain: domain.inputs,
    trials,
    l2: domain.l2,
    ...(defense !== 'undefended' && hardening(domain, defense)),
  };
  return {
    id: `${domain.id}/${defense}`,
    inputs,
    async measure(): Promise<HardeningRow> {
      const trained = defense === 'undefended' ? undefined : await harden(domain, defense);
      const model = trained?.model ?? (await domain.model());
      const [fgsm, pgd, cw] = trials as [Trial, Trial, Trial];
      const attack = (trial: Trial) => {
        console.log(`  ${trial.attack} on ${trial.images} images`);
        return attackModel(domain, model, trial, domain.l2);
      };
      return {
        kind: 'hardening',
        domain: domain.id,
        defense,
        epsilon: domain.epsilon,
        l2: domain.l2,
        fgsm: await attack(fgsm),
        pgd: await attack(pgd),
        cw: await attack(cw),
        ...(trained && { training: trained.facts }),
      };
    },
  };
}

/** What hardening a domain's model depends on. */
function hardening({ id, epsilon }: Domain, defense: string, parameters: object = settingsFor(id, defense)) {
  return { defense, parameters: { epsilon, ...parameters }, seed };
}

/** Hardens the model of a domain where that has not been done, or takes up where it was left. */
async function harden(
  domain: Domain,
  defense: string,
  {
    name = defense,
    parameters: own,
  }: { readonly name?: string; readonly parameters?: { readonly epochs: number } } = {},
) {
  const inputs = hardening(domain, defense, own);
  const { parameters } = inputs;
  const key = keyOf({ domain: domain.inputs, ...inputs });
  const folder = path.join(cache, 'hardened', domain.id, `${name}-${key}`);
  const given = await domain.model();
  // A folder with a card is complete.
  if (!existsSync(path.join(folder, 'card.json'))) {
    const plan: DefensePlan = {
      name,
      kind: defense,
      model: given,
      dataset: await datasetOf(domain, 'training'),
      validation: await datasetOf(domain, 'validation'),
      path: folder,
      preset: 'quick',
      parameters,
      seed,
      origin,
    };
    await trainDefense(plan, { signal, computing, onProgress: showProgress });
  }
  const card: DefenseCard = JSON.parse(readFileSync(path.join(folder, 'card.json'), 'utf8'));
  const facts: TrainingFacts = {
    engine: card.engine,
    images: card.training.trainedOn,
    epochs: card.parameters.epochs as number,
    seconds: card.time,
  };
  const model: ModelSource = { ...given, name, path: path.join(folder, 'model.json') };
  return { model, folder, facts };
}

/** An attack that detectors learn from or are judged on, with the preset `quick`. */
type Lesson = Omit<AttackChoice, 'preset' | 'quantize'> & { readonly attack: string };

function quick({ attack, ...choice }: Lesson): ConfiguredAttack {
  return configureAttack(definitionOf(attack), { ...choice, preset: 'quick', quantize: true });
}

function detectorRow(domain: Domain, detector: string): RowPlan {
  const { epsilon } = domain;
  const attacks: Lesson[] = [
    { attack: 'fgsm', norm: 'linf', epsilon, parameters: {} },
    { attack: 'pgd', norm: 'linf', epsilon, parameters: {} },
  ];
  const heldOut: Lesson[] = [
    { attack: 'mifgsm', norm: 'linf', epsilon, parameters: {} },
    { attack: 'deepfool', norm: 'l2', parameters: {} },
  ];
  const trials = trialsOn(domain, guarded);
  const falsePositiveRate = 0.05;
  const isTrained = detector === 'collaborative';
  const inputs = {
    domain: domain.inputs,
    detector,
    attacks,
    heldOut,
    trials,
    falsePositiveRate,
    seed,
    ...(isTrained && hardening(domain, detector)),
  };
  return {
    id: `${domain.id}/detectors/${detector}`,
    inputs,
    async measure(): Promise<DetectorRow> {
      // It reads the heads of a model that was hardened for it.
      const model = isTrained ? (await harden(domain, detector)).model : await domain.model();
      const folder = path.join(cache, 'detectors', domain.id, detector);
      const opened = await openModel(model, computing);
      const report = await trainDetector(
        {
          name: detector,
          kind: detector,
          model,
          dataset: await datasetOf(domain, 'detectors'),
          path: folder,
          preset: 'quick',
          parameters: {},
          attacks: attacks.map(quick),
          heldOut: heldOut.map(quick),
          falsePositiveRate,
          seed,
          origin,
        },
        opened,
        { signal, onProgress: showProgress },
      );
      opened.classifier.dispose();
      const assaults = [];
      for (const trial of trials) {
        console.log(`  ${trial.attack} on ${trial.images} images, unaware and adaptive`);
        assaults.push(await attackGuarded(domain, model, folder, trial));
      }
      return {
        kind: 'detector',
        domain: domain.id,
        detector,
        falsePositiveRate,
        clean: report.clean,
        attacks: report.attacks.map(({ roc: _, ...attack }) => attack),
        assaults,
        seconds: report.time,
      };
    },
  };
}

function collaborativeRow(domain: Domain): RowPlan {
  const defense = 'collaborative';
  const budgets = [13, 26, 51, 77].map((level) => level / 255);
  const trials: readonly Trial[] = [
    ...budgets.map((epsilon): Trial => ({ attack: 'fgsm', norm: 'linf', epsilon, parameters: {}, images: 1000 })),
    { attack: 'pgd', norm: 'linf', epsilon: domain.epsilon, parameters: { steps: 40 }, images: 100 },
    { attack: 'cw', norm: 'l2', parameters: cwParameters, images: 20 },
  ];
  return {
    id: `${domain.id}/${defense}`,
    inputs: { domain: domain.inputs, trials, ...hardening(domain, defense) },
    async measure(): Promise<CollaborativeRow> {
      const { model, folder, facts } = await harden(domain, defense);
      const assaults = [];
      for (const trial of trials) {
        console.log(`  ${trial.attack} on ${trial.images} images, unaware and adaptive`);
        assaults.push(await attackGuarded(domain, model, folder, trial));
      }
      return { kind: 'collaborative', domain: domain.id, assaults, training: facts };
    },
  };
}

function speedRow(backend: 'wasm' | 'native'): RowPlan {
  const domain = domains.fashion;
  const parameters = { epochs: 2 };
  return {
    id: `speed/${backend}`,
    inputs: { domain: domain.inputs, ...hardening(domain, 'madry', parameters), backend },
    backend,
    async measure(): Promise<SpeedRow> {
      return { kind: 'speed', ...(await harden(domain, 'madry', { name: `madry-${backend}`, parameters })).facts };
    },
  };
}

/** Every row of the tables, in their order. */
export const rows: readonly RowPlan[] = [
  ...[domains.fashion, domains.signs].flatMap((domain) => [
    ...['undefended', ...defenses.keys()].map((defense) => hardeningRow(domain, defense)),
    ...[...detectors.keys()]
      // Its non-local means of color images would be computed for hours by an attack of thousands of points.
      .filter((detector) => domain === domains.fashion || detector !== 'feature-squeezing')
      .map((detector) => detectorRow(domain, detector)),
  ]),
  collaborativeRow(domains.digits),
  speedRow('native'),
  speedRow('wasm'),
];
