import type { Format } from './format.ts';

/** A module each, imported once it is asked for, since loading an engine takes time. */
export const formats: Readonly<Record<string, () => Promise<Format>>> = {
  onnx: async () => (await import('./formats/onnx.ts')).onnx,
  program: async () => (await import('./formats/program.ts')).program,
  tflite: async () => (await import('./formats/tflite.ts')).tflite,
  keras: async () => (await import('./formats/keras.ts')).keras,
  graph: async () => (await import('./formats/graph.ts')).graph,
  saved: async () => (await import('./formats/saved.ts')).saved,
  tfjs: async () => (await import('./formats/tfjs.ts')).tfjs,
  image: async () => (await import('./formats/image.ts')).image,
  arrays: async () => (await import('./formats/arrays.ts')).arrays,
  labels: async () => (await import('./formats/labels.ts')).labels,
  table: async () => (await import('./formats/table.ts')).table,
  settings: async () => (await import('./formats/settings.ts')).settings,
  run: async () => (await import('./formats/run.ts')).run,
  checkpoint: async () => (await import('./formats/checkpoint.ts')).checkpoint,
  detector: async () => (await import('./formats/detector.ts')).detector,
};

/** What loads a format. @throws Error where there is none of the name. */
export function loaderOf(name: string): () => Promise<Format> {
  const load = Object.hasOwn(formats, name) ? formats[name] : undefined;
  if (load === undefined) throw new Error(`There is no format "${name}", only ${Object.keys(formats).join(', ')}.`);
  return load;
}
