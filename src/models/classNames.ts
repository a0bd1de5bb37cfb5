import imageNet from './imageNetClasses.json' with { type: 'json' };

/**
 * Names for the classes of a model that names none: those of ImageNet's 1,000, in the order of ILSVRC 2012, where there
 * are as many, or one more before them, as TensorFlow's models have; else the indices.
 * @param notes gets what was decided, in a few words.
 */
export function assumedClassNames(count: number, notes: string[]): readonly string[] {
  const names = [imageNet, ['background', ...imageNet]].find(({ length }) => length === count);
  if (names === undefined) return Array.from({ length: count }, (_, index) => String(index));
  const all = count === imageNet.length ? 'its 1,000' : 'all but the first';
  notes.push(`the model names no classes: ${all} are taken for ImageNet’s; "labels" in the settings names others`);
  return names;
}
