import { readFileSync } from 'node:fs';
import path from 'node:path';
import { catalog } from '../../src/attacks/catalog.ts';
import { detectors } from '../../src/defenses/detectors/catalog.ts';
import { defenses } from '../../src/defenses/training/catalog.ts';
import { type Domain, domains } from './domains.ts';
import {
  type Assault,
  barsOf,
  type CollaborativeRow,
  type DetectorRow,
  type HardeningRow,
  type Outcome,
  type Robustness,
  type Row,
  type Rows,
  type Share,
  type SpeedRow,
} from './results.ts';

/** The page of the results: what they are to come to, the tables, and the remarks of `remarks.md`. */
export function describeResults(results: Rows): string {
  const of = <K extends Row['kind']>(kind: K) =>
    Object.values(results).filter((row): row is Extract<Row, { kind: K }> => row.kind === kind);
  const inDomain = <R extends { readonly domain: string }>(rows: readonly R[], { id }: Domain) =>
    rows.filter(({ domain }) => domain === id);
  const both = [domains.fashion, domains.signs];
  const parts = [
    '# What defenses are worth',
    'Written by `npm run defenses`. Robust accuracy counts images that are right before and after the attack. In brackets are 95% Wilson intervals.',
    '## Bars',
    table(
      ['bar', 'found', ''],
      barsOf(results).map(({ text, found = 'not measured', isMet }) => [text, found, isMet ? '✓' : '✗']),
    ),
    '## Hardened models',
    'Every model was trained further from the undefended one, and is attacked with full knowledge of its weights. A small convolutional network of 105,866 parameters for Fashion-MNIST, trained on 20,000 images; the demo’s own network for its signs. FGSM and PGD (40 steps from the image, and 40 from a random point) have the budget ε in linf that training had; adversarial images are on the 8-bit grid. C&W minimizes l2 with the preset `quick`; its robust accuracy counts as held what it fooled only beyond the bound.',
    ...both.flatMap((domain) => [`### ${headline(domain)}`, hardeningTable(inDomain(of('hardening'), domain))]),
    '## Detectors',
    'Each is fitted to the undefended model (the collaborative one to the model that was hardened for it), its threshold set to reject 5% of clean images. Detected are examples that fool the model, made by an attacker who does not know of the detector: area under the ROC curve, and detection at 1% and at 5% false positives on images that the detector had not seen. An asterisk marks attacks that the detector learned from.',
    ...both.flatMap((domain) => [`### ${domain.title}`, separationTable(inDomain(of('detector'), domain))]),
    '### Their fall under an attacker who knows them',
    'The fraction of images, right and accepted before the attack, that end up misclassified and accepted: by an attacker who does not know of the detector, then by one who attacks model and detector at once. C&W, here with at most 400 steps an image, looks for the nearest success at any distance: its median in l2 stands behind.',
    ...both.flatMap((domain) => [`#### ${headline(domain)}`, assaultTable(inDomain(of('detector'), domain))]),
    '## Collaborative multi-task training on MNIST',
    'With the detector that training leaves, by the rule of its paper: an image is accepted where the second head answers the partner of the class. The gray-box attacker of the paper knows the label head alone; the adaptive one knows all, and attacks past the lock.',
    ...of('collaborative').map(collaborativeTable),
    '## Time of training',
    table(
      ['TensorFlow', 'images', 'epochs', 'time', 'an epoch'],
      of('speed').map(({ engine, images, epochs, seconds }: SpeedRow) => [
        engine,
        String(images),
        String(epochs),
        time(seconds),
        time(seconds / epochs),
      ]),
    ),
    'Fashion-MNIST, adversarial training with PGD-7 (Madry), with the measurements on the validation images.',
    readFileSync(path.join(import.meta.dirname, 'remarks.md'), 'utf8').trim(),
  ];
  return `${parts.join('\n\n')}\n`;
}

function headline({ title, epsilon, l2 }: Domain): string {
  return `${title}: ε = ${Math.round(255 * epsilon)}/255, bound in l2 ${l2}`;
}

function hardeningTable(rows: readonly HardeningRow[]): string {
  const cells = ({ fgsm, pgd, cw, defense, training }: HardeningRow) => [
    defenses.get(defense)?.title ?? 'Undefended',
    show(fgsm.clean),
    show(fgsm.robust),
    show(pgd.robust),
    show(cw.robust),
    distance(cw),
    training ? time(training.seconds) : '',
    training ? String(training.epochs) : '',
  ];
  const [row] = rows;
  const counts = row ? [row.fgsm.images, row.pgd.images, row.cw.images] : [];
  const [fgsm, pgd, cw] = counts.map((count) => `${count} images`);
  const head = ['', 'clean', `FGSM, ${fgsm}`, `PGD-40, ${pgd}`, `C&W, ${cw}`, 'its median l2', 'training', 'epochs'];
  const engines = new Set(rows.flatMap(({ training }) => training?.engine ?? []));
  // A stored set of adversarial examples comes on top.
  const images = Math.min(...rows.flatMap(({ training }) => training?.images ?? []));
  return `${table(head, rows.map(cells))}\n\nTrained on ${images} images, and the stored examples where there are such, on ${[...engines].join(', ')}.`;
}

function separationTable(rows: readonly DetectorRow[]): string {
  const attacks = rows[0]?.attacks ?? [];
  const head = ['', 'clean rejected', ...attacks.map(({ title }) => title), 'fitting'];
  return table(
    head,
    rows.map((row) => [
      titleOf(row),
      `${row.clean.rejected} of ${row.clean.images}`,
      ...row.attacks.map(({ auroc, detectedAt1, detectedAt5, seen, examples }) =>
        examples === 0
          ? 'no example'
          : `${auroc.toFixed(3)}, ${percent(detectedAt1)}, ${percent(detectedAt5)}${seen ? ' \\*' : ''}`,
      ),
      time(row.seconds),
    ]),
  );
}

function assaultTable(rows: readonly DetectorRow[]): string {
  const trials = rows[0]?.assaults ?? [];
  const head = ['', 'clean', ...trials.map(({ attack, images }) => `${nameOf(attack)}, ${images} images`)];
  return table(
    head,
    rows.map((row) => [
      titleOf(row),
      row.assaults[0] ? show(row.assaults[0].clean) : '',
      ...row.assaults.map(({ unaware, adaptive }) => `${outcome(unaware)} → ${outcome(adaptive)}`),
    ]),
  );
}

function collaborativeTable({ assaults, training }: CollaborativeRow): string {
  const head = [
    'attack',
    'images',
    'clean, accepted',
    'clean rejected',
    'gray box: misclassified',
    'of these detected',
    'succeed',
    'adaptive: succeed',
  ];
  const cells = (assault: Assault) => [
    `${nameOf(assault.attack)}${assault.epsilon === undefined ? '' : `, ${Math.round(255 * assault.epsilon)}/255`}`,
    String(assault.images),
    show(assault.clean),
    percent(assault.rejectedClean.value),
    String(assault.misclassified),
    assault.misclassified === 0 ? '' : percent(assault.caught / assault.misclassified),
    outcome(assault.unaware),
    outcome(assault.adaptive),
  ];
  return `${table(head, assaults.map(cells))}\n\nTrained on ${training.images} images for ${training.epochs} epochs in ${time(training.seconds)} on ${training.engine}.`;
}

function titleOf({ detector }: DetectorRow): string {
  return detectors.get(detector)?.title ?? detector;
}

function nameOf(attack: string): string {
  if (attack === 'pgd') return 'PGD-40';
  return attack === 'cw' ? 'C&W' : (catalog.get(attack)?.title ?? attack);
}

function outcome({ success, medianDistance }: Outcome): string {
  return medianDistance === undefined
    ? percent(success.value)
    : `${percent(success.value)} (${medianDistance.toFixed(2)})`;
}

function distance({ medianDistance }: Robustness): string {
  return medianDistance?.toFixed(2) ?? 'most hold';
}

function show({ value, interval: [low, high] }: Share): string {
  return `${percent(value)} (${(100 * low).toFixed(0)}–${(100 * high).toFixed(0)})`;
}

function percent(value: number): string {
  return `${(100 * value).toFixed(1)}%`;
}

function time(seconds: number): string {
  return seconds < 100 ? `${seconds.toFixed(0)} s` : `${(seconds / 60).toFixed(1)} min`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}
