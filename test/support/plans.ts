import { createHash } from 'node:crypto';
import type { LabeledImage } from '../../src/data/loadExamples.ts';
import type { StoredImage } from '../../src/data/storedImage.ts';
import type { TestPlan } from '../../src/evaluation/plan.ts';
import { noPreprocessing } from '../../src/models/preprocessing.ts';
import { type AttackChoice, configureAttack, definitionOf } from '../../src/runner/configuredAttack.ts';

/** What a test is about, its attack as settings have it. */
export interface PlanChoice extends Partial<Omit<TestPlan, 'attacks'>>, Partial<Omit<AttackChoice, 'epsilon'>> {
  readonly attack?: string;
  readonly epsilons?: readonly number[];
}

/** A plan of FGSM at ε = 1/4, off the grid; what a test is about goes over it. */
export function planOf(given: PlanChoice = {}): TestPlan {
  const { attack = 'fgsm', preset = 'quick', parameters = {}, epsilons = [0.25], ...rest } = given;
  const { quantize = false, norm = 'linf', queries, ...about } = rest;
  const definition = definitionOf(attack);
  const choice = { preset, parameters, norm, quantize, ...(queries !== undefined && { queries }) };
  const [first, ...others] = definition.fixedBudget ? epsilons : [];
  const at = (epsilon: number | undefined) =>
    configureAttack(definition, { ...choice, ...(epsilon !== undefined && { epsilon }) });
  return {
    id: 'model › test',
    name: 'test',
    model: { name: 'model', path: '/nowhere/model.json', preprocessing: noPreprocessing },
    dataset: { name: 'dataset', path: '/nowhere/images', labels: 'folders' },
    attacks: [at(first), ...others.map(at)],
    expect: {},
    seed: 1,
    origin: { file: '/nowhere/settings.json', line: 1 },
    ...about,
  };
}

/** An image as if read from a file of this name. */
export function imageOf(pixels: Iterable<number>, label?: number, file = 'image.png'): LabeledImage & StoredImage {
  const values = Float32Array.from(pixels);
  const sha256 = createHash('sha256').update(values).digest('hex');
  return { file, sha256, pixels: values, load: async () => values, label, notes: [] };
}
