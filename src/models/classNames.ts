import imageNet from './imageNetClasses.json' with { type: 'json' };

/**
 * Names for the classes of a model that names none: those of ImageNet's 1,000, in the order of ILSVRC 2012, where there
 * are as many, else the indices.
 * @param notes gets what was decided, in a few words.
 */
export function assumedClassNames(count: number, notes: string[]): readonly string[] {
  if (count !== imageNet.length) return Array.from({ length: count }, (_, index) => String(index));
  notes.push('the model names no classes: its 1,000 are taken for ImageNet’s; "labels" in the settings names others');
  return imageNet;
}
