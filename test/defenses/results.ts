import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { AttackDetection } from '../../src/defenses/detectors/report.ts';
import type { Interval } from '../../src/evaluation/metrics.ts';

/** A fraction of images, with its 95% Wilson interval. */
export interface Share {
  readonly value: number;
  readonly interval: Interval;
}

/** What an attack on a model without a detector came to. */
export interface Robustness {
  readonly images: number;
  /** Right before the attack, and after it. */
  readonly clean: Share;
  readonly robust: Share;
  /** Of attacks that minimize the norm; missing where half of the images hold. */
  readonly medianDistance?: number;
}

/** A model, hardened or not, under three attacks. */
export interface HardeningRow {
  readonly kind: 'hardening';
  readonly domain: string;
  readonly defense: string;
  readonly epsilon: number;
  /** Bound that robust accuracy under C&W is counted at. */
  readonly l2: number;
  readonly fgsm: Robustness;
  readonly pgd: Robustness;
  readonly cw: Robustness;
  /** Missing for the undefended model. */
  readonly training?: TrainingFacts;
}

export interface TrainingFacts {
  readonly engine: string;
  readonly images: number;
  readonly epochs: number;
  readonly seconds: number;
}

/** What an attack on a model with a detector came to: a success is misclassified and accepted. */
export interface Assault {
  readonly attack: string;
  readonly norm: string;
  readonly epsilon?: number;
  readonly images: number;
  /** Right and accepted before the attack. */
  readonly clean: Share;
  /** Of the images that the model gets right, those that the detector rejects. */
  readonly rejectedClean: Share;
  /** Of the examples that the unaware attacker had misclassified, those that the detector rejects. */
  readonly misclassified: number;
  readonly caught: number;
  readonly unaware: Outcome;
  readonly adaptive: Outcome;
}

export interface Outcome {
  readonly success: Share;
  readonly medianDistance?: number;
}

/** A fitted detector: how it separates, and what it is worth to a model that is attacked. */
export interface DetectorRow {
  readonly kind: 'detector';
  readonly domain: string;
  readonly detector: string;
  readonly falsePositiveRate: number;
  readonly clean: { readonly images: number; readonly rejected: number };
  readonly attacks: readonly Omit<AttackDetection, 'roc'>[];
  readonly assaults: readonly Assault[];
  readonly seconds: number;
}

/** Collaborative multi-task training with the detector that it leaves, by the paper's own rule. */
export interface CollaborativeRow {
  readonly kind: 'collaborative';
  readonly domain: string;
  readonly assaults: readonly Assault[];
  readonly training: TrainingFacts;
}

/** How long the reference training takes. */
export interface SpeedRow extends TrainingFacts {
  readonly kind: 'speed';
}

export type Row = HardeningRow | DetectorRow | CollaborativeRow | SpeedRow;

/** Rows by id, each with the key of the inputs that it was measured with. */
export type Results = Readonly<Record<string, Row & { readonly inputs: string }>>;

/** Rows by id. */
export type Rows = Readonly<Record<string, Row>>;

export const resultsFile = path.join(import.meta.dirname, 'results.json');

export function readResults(): Results {
  return JSON.parse(readFileSync(resultsFile, 'utf8'));
}

/** What the results are to come to. */
export interface Bar {
  readonly text: string;
  /** What was found; `undefined` where its row is missing. */
  readonly found: string | undefined;
  readonly isMet: boolean;
}

const percent = (value: number) => `${(100 * value).toFixed(1)}%`;

/** Holds results against what they are to come to. */
export function barsOf(results: Rows): Bar[] {
  const row = <K extends Row['kind']>(id: string, kind: K) => {
    const found = results[id];
    return found?.kind === kind ? (found as Extract<Row, { kind: K }>) : undefined;
  };
  const bar = (text: string, value: number | undefined, isMet: (value: number) => boolean, show = percent): Bar => ({
    text,
    found: value === undefined ? undefined : show(value),
    isMet: value !== undefined && isMet(value),
  });
  const undefended = row('fashion/undefended', 'hardening');
  const madry = row('fashion/madry', 'hardening');
  const wasm = row('speed/wasm', 'speed');
  const native = row('speed/native', 'speed');
  const minutes = (value: number) => `${value.toFixed(1)} min`;
  const gray = row('digits/collaborative', 'collaborative')?.assaults.find(({ attack }) => attack === 'fgsm');
  return [
    bar(
      'Fashion-MNIST, undefended: robust accuracy under PGD-40 below 5%',
      undefended?.pgd.robust.value,
      (value) => value < 0.05,
    ),
    bar('Fashion-MNIST, adversarially trained (Madry): above 40%', madry?.pgd.robust.value, (value) => value > 0.4),
    bar('its clean accuracy at least 80%', madry?.fgsm.clean.value, (value) => value >= 0.8),
    ...['fashion', 'signs'].map((domain) =>
      bar(
        `${domain}: a safety net detects over 90% of every attack that it was trained on, at 5% false positives`,
        bestSafetyNet(results, domain),
        (value) => value > 0.9,
      ),
    ),
    bar(
      'MNIST, collaborative multi-task training: over 90% of gray-box FGSM is detected',
      gray && gray.caught / gray.misclassified,
      (value) => value > 0.9,
    ),
    bar(
      'PGD-7 on 10,000 images for 2 epochs on WebAssembly: within 30 minutes',
      wasm && wasm.seconds / 60,
      (value) => value <= 30,
      minutes,
    ),
    bar(
      'faster on native TensorFlow',
      native && native.seconds / 60,
      (value) => wasm !== undefined && value < wasm.seconds / 60,
      minutes,
    ),
  ];
}

/** Of the safety nets of a domain the best one's detection of the attack that it does worst on. */
function bestSafetyNet(results: Rows, domain: string): number | undefined {
  const worst = ['classifier', 'subnetwork', 'safety-net'].flatMap((detector) => {
    const row = results[`${domain}/detectors/${detector}`];
    if (row?.kind !== 'detector') return [];
    return [Math.min(...row.attacks.filter(({ seen }) => seen).map(({ detectedAt5 }) => detectedAt5))];
  });
  return worst.length === 0 ? undefined : Math.max(...worst);
}
