import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { namesIn } from '../../data/labelNames.ts';
import { readText } from '../../data/readText.ts';
import { UserError } from '../../userError.ts';
import { formats } from '../formats.ts';
import type { Preparation } from '../preprocessing.ts';
import { preparationOfTimm } from './timm.ts';
import { preparationOfTransformers } from './transformers.ts';
import { isObject, type Json } from './understood.ts';

/** What files next to a model say of it. */
export interface StatedBeside {
  /** Missing if they say nothing of it. */
  readonly preparation?: Preparation;
  readonly classes?: readonly string[];
  /** The files that say it. */
  readonly files: readonly string[];
  /** What came from where, in a few words each. */
  readonly notes: readonly string[];
}

const preprocessorFile = 'preprocessor_config.json';
const configFile = 'config.json';

/**
 * What `preprocessor_config.json` and `config.json` say, which Hugging Face's Transformers and timm write next to a model, or
 * for one in a folder "onnx" next to that. Of several models in a folder, it is not known which they are about.
 * @param model the path of the model: a file, or a folder.
 * @param isAsked whether it matters how images are prepared.
 * @throws UserError when they say how to prepare images in a way that is not understood.
 */
export async function statedBeside(model: string, isAsked: boolean): Promise<StatedBeside> {
  const isFolder = (await stat(model).catch(() => undefined))?.isDirectory() ?? false;
  const own = isFolder ? model : path.dirname(model);
  const folders = path.basename(own) === 'onnx' ? [own, path.dirname(own)] : [own];
  for (const folder of folders) {
    const names = await readdir(folder).catch((): string[] => []);
    const found = [preprocessorFile, configFile].filter((name) => names.includes(name));
    if (found.length === 0) continue;
    const others = folder === own ? modelsIn(names) : [];
    if (others.length > 1) {
      const note = `${found.join(' and ')} is not used: ${others.length} models are in its folder`;
      return (await isMeant(folder, found)) ? { files: [], notes: [note] } : nothing;
    }
    return readBeside(folder, found, isAsked);
  }
  return nothing;
}

const nothing: StatedBeside = { files: [], notes: [] };

/** The models of a folder; those of one export in several precisions ("model_fp16.onnx") count once. */
function modelsIn(names: readonly string[]): string[] {
  const isConfig = (name: string) => [preprocessorFile, configFile].includes(name);
  const models = names.filter((name) => !isConfig(name) && formats.some(({ fileName }) => fileName.test(name)));
  return [...new Set(models.map((name) => name.replace(/^model(_\w+)?(\.\w+)$/, 'model$2')))];
}

async function isMeant(folder: string, found: readonly string[]): Promise<boolean> {
  if (found.includes(preprocessorFile)) return true;
  const config = await jsonAt(path.join(folder, configFile)).catch(() => undefined);
  return config !== undefined && isOfModel(config);
}

/** Many programs have a `config.json`: that of a model says what model it is. */
function isOfModel(config: Json): boolean {
  return (
    isObject(config.pretrained_cfg) || typeof config.model_type === 'string' || Array.isArray(config.architectures)
  );
}

async function readBeside(folder: string, found: readonly string[], isAsked: boolean): Promise<StatedBeside> {
  const at = (name: string) => path.join(folder, name);
  const stated = isAsked && found.includes(preprocessorFile) ? await jsonAt(at(preprocessorFile)) : undefined;
  // One that cannot be read is none of a model, as far as anyone can tell.
  const read = found.includes(configFile) ? await jsonAt(at(configFile)).catch(() => undefined) : undefined;
  const config = read && isOfModel(read) ? read : undefined;
  const cfg = config?.pretrained_cfg;
  const preparation = stated
    ? preparationOfTransformers(at(preprocessorFile), stated)
    : isAsked && isObject(cfg)
      ? preparationOfTimm(at(configFile), cfg)
      : undefined;
  const classes = config && classesIn(config);
  return {
    ...(preparation && { preparation }),
    ...(classes && { classes }),
    files: [...(stated ? [at(preprocessorFile)] : []), ...(config ? [at(configFile)] : [])],
    notes: preparation ? [`preprocessing comes from ${stated ? preprocessorFile : configFile}`] : [],
  };
}

/** Names of classes; those that are only numbered ("LABEL_0") are none. */
function classesIn({ id2label, label_names: listed }: Json): readonly string[] | undefined {
  const names = namesIn(listed) ?? namesIn(id2label);
  return names?.every((name) => /^LABEL_\d+$/.test(name)) ? undefined : names;
}

async function jsonAt(file: string): Promise<Json> {
  const text = await readText(file);
  try {
    const json: unknown = JSON.parse(text);
    if (isObject(json)) return json;
  } catch {
    // Said below.
  }
  throw new UserError(
    `${file}: this is not the JSON that it should be, so how images are prepared is not known. Copy it again, or state "preprocessing" of this model in the settings, which then counts instead.`,
  );
}
