import { UserError } from '../../userError.ts';

/** The class of an image that shows none of the enrolled identities. */
export const nobody = 'nobody';

/** What similarities are multiplied by to be logits: a power of two, so that they keep their digits. */
export const similarityScale = 8;

/** What an embedding is compared with. */
export interface Templates {
  /** One vector of unit length per identity. */
  readonly vectors: readonly Float32Array[];
  /** The cosine similarity from which on an image is accepted, from −1 to 1. */
  readonly threshold: number;
}

/** Two templates that are as similar as this are those of one person, or of a model that sees no difference. */
const same = 0.999;

/** The embeddings of an identity's enrolled images. */
export interface EnrolledVectors {
  readonly name: string;
  /** One per image, of unit length. */
  readonly vectors: readonly Float32Array[];
}

/**
 * The template of each identity: the mean of the unit vectors of its enrolled images, brought back to unit length.
 * @throws UserError when vectors of an identity cancel out or are not finite, or when two identities have nearly the same
 * template.
 */
export function templatesOf(enrolled: readonly EnrolledVectors[]): Float32Array[] {
  const templates = enrolled.map(({ name, vectors }) => {
    const sum = (vectors[0] as Float32Array).map((_, i) => vectors.reduce((all, vector) => all + (vector[i] ?? 0), 0));
    const length = Math.hypot(...sum);
    if (!(length > 1e-3) || !Number.isFinite(length)) {
      throw new UserError(
        `The enrolled images of "${name}" have no common direction: their embeddings are ${Number.isFinite(length) ? 'zero or cancel out' : 'not finite'}. Check the images and the preprocessing of the model.`,
      );
    }
    return sum.map((value) => value / length);
  });
  for (const [i, { name }] of enrolled.entries()) {
    for (const [j, other] of enrolled.slice(0, i).entries()) {
      const similarity = dot(templates[i] as Float32Array, templates[j] as Float32Array);
      if (similarity <= same) continue;
      throw new UserError(
        `The enrolled images of "${other.name}" and "${name}" have nearly the same embedding (similarity ${similarity.toFixed(4)}), so the model cannot tell them apart. Remove one of them, or check the preprocessing of the model.`,
      );
    }
  }
  return templates;
}

function dot(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, i) => sum + value * (b[i] as number), 0);
}
