import path from 'node:path';
import * as vscode from 'vscode';
import type { AttackDefinition } from '../../attacks/attackDefinition.ts';
import { hasPresets, type Preset } from '../../parameters/parameter.ts';
import { formatNorm } from '../../reports/format.ts';
import type { SettingsLayer } from '../../settings/settingsLayer.ts';
import type { Engine } from '../engine.ts';
import { type AttackItem, chooseFromCatalog } from './attack.ts';
import { type Answer, back, fill, type Place, type Step } from './form.ts';
import { chooseGeneratorOf } from './generator.ts';
import { chooseImages, type Images } from './images.ts';
import { Looks } from './looks.ts';
import { describeModel, type Named, nameOfModel } from './model.ts';
import { freeName } from './names.ts';
import { choosePreprocessing } from './preprocessing.ts';
import { choosePreset } from './preset.ts';
import { chooseStrength, hasStrengths, type Strength } from './strength.ts';
import { chooseSurrogate } from './surrogate.ts';
import { chooseTarget } from './target.ts';

const { l10n } = vscode;

/** Settings entries for the user's choices, under unused names where they are new. */
export interface Choice {
  readonly attack: AttackDefinition;
  readonly models: Readonly<Record<string, object>>;
  readonly datasets: Readonly<Record<string, object>>;
  readonly testName: string;
  readonly test: Readonly<Record<string, unknown>>;
}

/** What an attack is asked for, and with what. */
export interface FormContext {
  readonly title: string;
  readonly model: vscode.Uri;
  readonly layer: SettingsLayer;
  readonly engine: Engine;
  /** Keeps the answers for the next time. */
  readonly memory: vscode.Memento;
}

interface Answers {
  readonly images: Images;
  readonly model: Named;
  readonly attack: AttackDefinition;
  readonly surrogate: string;
  /** Folder of the generator that makes the examples. */
  readonly generator: string;
  readonly strength: Strength;
  readonly preset: Preset;
  readonly target: string;
}

/** The answers of the last time: those that are worth giving again. */
interface Former {
  readonly images?: string;
  readonly attack?: string;
  readonly strength?: Strength;
  readonly preset?: Preset;
}

const formerAnswers = 'perturb.formerAnswers';

/** A model is taken to be preprocessed wrongly where it is right about fewer images than this. */
const lowAccuracy = 0.6;

/**
 * Asks for images, preprocessing, attack, strength, preset, and target, as far as there is a choice. While one chooses,
 * the model is measured on the images. `undefined` if the user has left.
 */
export async function fillAttackForm(context: FormContext): Promise<Choice | undefined> {
  const { model, layer, engine, memory, title } = context;
  const named = await describeModel(model, layer);
  const looks = new Looks(engine, layer);
  const former = memory.get<Former>(formerAnswers, {});
  const steps: Step<Answers>[] = [
    { ask: (_, place) => askImages(looks, context, named, former, place) },
    {
      applies: () => nameOfModel(model, layer) === undefined,
      ask: (answers, place) => askPreprocessing(looks, context, { model: named, ...answers }, place),
    },
    { ask: (answers, place) => askAttack(looks, context, { model: named, ...answers }, former, place) },
    {
      applies: ({ attack }) => attack?.threatModel === 'transfer',
      ask: (_, place) => answered('surrogate', chooseSurrogate(named.name, layer, place)),
    },
    {
      applies: ({ attack }) => attack?.threatModel === 'semi-white-box',
      ask: ({ attack }, place) =>
        answered('generator', chooseGeneratorOf(named.name, (attack as AttackDefinition).id, layer, place)),
    },
    {
      applies: ({ attack }) => attack === undefined || hasStrengths(attack),
      ask: ({ attack }, place) =>
        answered('strength', chooseStrength(attack as AttackDefinition, place, former.strength)),
    },
    {
      applies: ({ attack }) => attack !== undefined && hasPresets(attack.parameters),
      ask: (_, place) => answered('preset', choosePreset(place, former.preset)),
    },
    {
      applies: ({ attack }) => attack !== undefined && !attack.goals.includes('untargeted'),
      ask: (_, place) => answered('target', chooseTarget(model, layer, place)),
    },
  ];
  try {
    const answers = await fill(title, steps);
    if (answers?.images === undefined || answers.attack === undefined) return undefined;
    const { images, attack, strength, preset } = answers;
    await memory.update(formerAnswers, { images: labelOf(images), attack: attack.id, strength, preset } satisfies {
      [key in keyof Former]: Former[key] | undefined;
    });
    const repaired = await looks.repair(answers.model ?? named, images, { title });
    if (repaired === undefined || repaired === back) return undefined;
    return choiceOf({ ...answers, images: repaired, attack, model: answers.model ?? named }, layer);
  } finally {
    looks.dispose();
  }
}

async function answered<K extends keyof Answers>(
  key: K,
  answer: Promise<Answer<Answers[K]>>,
): Promise<Answer<Partial<Answers>>> {
  const given = await answer;
  return given === undefined || given === back ? given : ({ [key]: given } as Partial<Answers>);
}

async function askImages(
  looks: Looks,
  { layer, model }: FormContext,
  named: Named,
  former: Former,
  place: Place,
): Promise<Answer<Partial<Answers>>> {
  for (;;) {
    const images = await chooseImages(layer, place, former.images);
    if (images === undefined || images === back) return images;
    looks.begin(named, images);
    const isNew = Object.keys({ ...images.entry, ...named.entry }).length > 0;
    const repaired = isNew
      ? await looks.repair(named, images, { ...place, isPart: true }, path.basename(model.fsPath))
      : images;
    if (repaired === undefined) return undefined;
    if (repaired !== back) return { images: repaired };
  }
}

async function askPreprocessing(
  looks: Looks,
  { model }: FormContext,
  { model: named, images }: Partial<Answers> & Pick<Answers, 'model'>,
  place: Place,
): Promise<Answer<Partial<Answers>>> {
  const check = looks.check(named, images as Images);
  const preprocessed = await choosePreprocessing(model, place, check.result);
  check.stop();
  if (preprocessed === undefined || preprocessed === back) return preprocessed;
  const changed = looks.preprocessed(named, preprocessed);
  looks.begin(changed, images as Images);
  return { model: changed };
}

async function askAttack(
  looks: Looks,
  context: FormContext,
  known: Partial<Answers> & Pick<Answers, 'model'>,
  former: Former,
  place: Place,
): Promise<Answer<Partial<Answers>>> {
  const { images } = known;
  let { model } = known;
  for (;;) {
    const offer = looks.latest.then((look) => {
      if (look?.clean === undefined) return undefined;
      const { images: count, correct } = look.clean;
      const note = l10n.t('clean accuracy: {0} of {1}', correct, count);
      const item: AttackItem = {
        label: l10n.t('$(warning) Check Preprocessing…'),
        description: l10n.t('the model is right about only {0} of {1} images', correct, count),
        alwaysShow: true,
      };
      return correct < lowAccuracy * count ? { note, item } : { note };
    });
    const picked = await chooseFromCatalog(place, images?.name !== undefined, former.attack, offer);
    if (picked === undefined || picked === back) return picked;
    if ('threatModel' in picked) return { attack: picked, model };
    const answer = await askPreprocessing(looks, context, { ...known, model }, place);
    if (answer === undefined) return undefined;
    if (answer !== back && answer.model) model = answer.model;
  }
}

/** The label by which images are found again. */
function labelOf({ name, entry }: Images): string | undefined {
  const [value] = Object.values(entry) as { path: string }[];
  return value === undefined ? name : `$(folder) ${value.path}`;
}

function choiceOf(
  answers: Pick<Answers, 'images' | 'model' | 'attack'> & Partial<Answers>,
  layer: SettingsLayer,
): Choice {
  const { images, model, attack, strength, preset = 'quick', target, surrogate, generator } = answers;
  const { norm = attack.norms[0], epsilon } = strength ?? {};
  const isUsualNorm = norm === attack.norms[0];
  const words = [
    attack.title,
    surrogate && `from ${surrogate}`,
    target && `→ ${target}`,
    isUsualNorm ? undefined : formatNorm(norm),
    epsilon,
    preset === 'paper' && preset,
  ];
  return {
    attack,
    models: model.entry,
    datasets: images.entry,
    testName: freeName(words.filter(Boolean).join(' '), Object.keys(layer.values['perturb.tests'])),
    test: {
      model: model.name,
      ...(images.name === undefined ? {} : { dataset: images.name }),
      attack: attack.id,
      ...(surrogate === undefined ? {} : { surrogate }),
      ...(generator === undefined ? {} : { parameters: { generator } }),
      ...(isUsualNorm ? {} : { norm }),
      ...(preset === 'quick' ? {} : { preset }),
      ...(target === undefined ? {} : { target }),
      ...(epsilon === undefined ? {} : { epsilon }),
    },
  };
}
