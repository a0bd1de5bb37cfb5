import type { DatasetSource } from '../data/source.ts';
import { type PreprocessingSettings, resolvePreprocessing } from '../models/preprocessing.ts';
import type { ModelSource } from '../models/source.ts';
import { type Fault, isObject } from './problem.ts';
import { resolveEndpoint } from './resolveEndpoint.ts';
import {
  type DatasetSettings,
  datasetSchema,
  type ModelSettings,
  modelFileSchema,
  remoteModelSchema,
} from './schema.ts';
import { structuralFaults } from './structure.ts';
import { type PathScope, resolvePath } from './variables.ts';

/** What an entry of the settings defines, or what is wrong with it. */
export type Resolved<T> = { readonly source: T } | { readonly faults: readonly Fault[] };

/** The model that an entry of `perturb.models` defines. */
export function resolveModel(name: string, value: unknown, scope: PathScope): Resolved<ModelSource> {
  const isRemote = isObject(value) && 'endpoint' in value;
  const faults = structuralFaults(isRemote ? remoteModelSchema : modelFileSchema, value, ([key, ...rest]) =>
    isRemote && rest.length === 0 ? onlyOfFiles[String(key)] : undefined,
  );
  if (faults.length > 0) return { faults };
  const { path = '', endpoint, labels, preprocessing, input, output, enrolled } = value as ModelSettings;
  if (enrolled && labels !== undefined) faults.push(twiceNamed);
  faults.push(...cropFaults(preprocessing));
  const resolvedEndpoint = endpoint && resolveEndpoint(endpoint, scope, faults);
  const source = {
    name,
    path: resolvedEndpoint?.url ?? resolveAt('path', path, scope, faults),
    ...(resolvedEndpoint && { endpoint: resolvedEndpoint }),
    ...(labels !== undefined && { labels: resolveAt('labels', labels, scope, faults) }),
    ...resolved(preprocessing),
    ...(input !== undefined && { input }),
    ...(output !== undefined && { output }),
    ...(enrolled && { enrolled: { ...enrolled, path: resolveAt('enrolled', enrolled.path, scope, faults) } }),
  };
  return faults.length > 0 ? { faults } : { source };
}

/** Why a model on a server cannot have some keys. */
const onlyOfFiles: Readonly<Record<string, string>> = {
  path: 'A model is a file ("path") or on a server ("endpoint"), not both. Remove one of the two.',
  enrolled:
    'Only a file can be compared with enrolled images: what a server answers is taken for scores. Remove "enrolled", and name the classes that the server answers with in "labels".',
};

const twiceNamed: Fault = {
  path: ['labels'],
  message: 'The classes of this model are the identities in "enrolled" and "nobody". Remove "labels".',
};

/** How images are prepared according to the settings; mean, std, and channels only if the settings set one of them. */
function resolved(settings: PreprocessingSettings | undefined): Pick<ModelSource, 'preprocessing' | 'resizing'> {
  // Files next to the model may say it.
  if (settings === undefined || Object.keys(settings).length === 0) return {};
  const { preprocessing, resizing } = resolvePreprocessing(settings);
  const stated: readonly string[] = typeof settings === 'object' ? Object.keys(settings) : [settings];
  const saysNothing = stated.every((key) => ['resize', 'crop', 'interpolation'].includes(key));
  return saysNothing ? { resizing } : { preprocessing, resizing };
}

/** The dataset that an entry of `perturb.datasets` defines. */
export function resolveDataset(name: string, value: unknown, scope: PathScope): Resolved<DatasetSource> {
  const faults = structuralFaults(datasetSchema, value);
  if (faults.length > 0) return { faults };
  const { path, labels = 'folders', limit, sampling, unreadable } = value as DatasetSettings;
  const source = {
    name,
    path: resolveAt('path', path, scope, faults),
    labels: typeof labels === 'object' ? { classOf: labels } : labelsAt(labels, scope, faults),
    ...(limit !== undefined && { limit }),
    ...(sampling && { sampling }),
    ...(unreadable && { unreadable }),
  } satisfies DatasetSource;
  return faults.length > 0 ? { faults } : { source };
}

function labelsAt(labels: string, scope: PathScope, faults: Fault[]): DatasetSource['labels'] {
  if (labels === 'folders' || labels === 'predictions') return labels;
  return { csv: resolveAt('labels', labels, scope, faults) };
}

/** The absolute path; a variable without a value is added to the faults. */
export function resolveAt(key: string, path: string, scope: PathScope, faults: Fault[]): string {
  try {
    return resolvePath(path, scope);
  } catch (error) {
    faults.push({ path: [key], message: (error as Error).message });
    return path;
  }
}

/** A crop larger than the resized image; whether it matches the model's input size is checked when the model is opened. */
function cropFaults(settings: PreprocessingSettings | undefined): Fault[] {
  const { resize, crop } = resolvePreprocessing(settings).resizing;
  const path = ['preprocessing', 'crop'];
  if (crop === undefined) return [];
  if (resize === 'stretch') {
    return [
      {
        path,
        message: 'Stretched images are not cropped. Set "resize" to the length of the shorter side, or remove "crop".',
      },
    ];
  }
  if (typeof resize === 'number' && resize < crop) {
    return [
      {
        path,
        message: `${crop} is larger than the shorter side, which "resize" sets to ${resize}. Decrease "crop" or increase "resize".`,
      },
    ];
  }
  return [];
}
