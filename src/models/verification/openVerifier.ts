import { createHash } from 'node:crypto';
import path from 'node:path';
import type { Resizing } from '../../data/resizing.ts';
import type { OpenedModel } from '../openedModel.ts';
import { readIdentities } from './readIdentities.ts';
import { type EnrolledVectors, nobody, type Templates, templatesOf } from './templates.ts';
import type { EnrolledSource } from './verification.ts';

/** Opens the file of an embedding: alone, which gives unit vectors, or compared with templates, one class for each. */
export type OpenEmbedding = (embedding: 'alone' | Templates, classes?: readonly string[]) => Promise<OpenedModel>;

/**
 * Opens a model that gives an embedding as a classifier whose classes are the enrolled identities and "nobody". Its logits
 * are cosine similarities to the identities' templates and the threshold, all times `similarityScale`.
 * @throws UserError when the model gives no vector, or the enrolled images cannot be used.
 */
export async function openVerifier(
  enrolled: EnrolledSource,
  resizing: Resizing | undefined,
  open: OpenEmbedding,
): Promise<OpenedModel> {
  const { classifier: embedder } = await open('alone');
  try {
    const { identities, sha256 } = await readIdentities(enrolled, embedder.input, resizing);
    const enrolledVectors: EnrolledVectors[] = [];
    for (const { name, images } of identities) {
      enrolledVectors.push({ name, vectors: await embedder.logits(images.map(({ pixels }) => pixels)) });
    }
    const { threshold } = enrolled;
    const templates = { vectors: templatesOf(enrolledVectors), threshold };
    const opened = await open(templates, [...identities.map(({ name }) => name), nobody]);
    const classifier = opened.classifier;
    const verification = {
      threshold,
      identities: identities.map(({ name, images }) => ({
        name,
        files: images.map(({ file }) => file),
        pixels: images[0].pixels,
      })),
    };
    const files = verification.identities.flatMap((identity) => identity.files);
    return {
      ...opened,
      classifier: Object.assign(classifier, { verification }),
      sha256: createHash('sha256').update(`${opened.sha256}\n${sha256}`).digest('hex'),
      // Of a folder, the time tells whether something was added or removed.
      files: [...opened.files, ...files, enrolled.path, ...new Set(files.map((file) => path.dirname(file)))],
      notes: [
        ...opened.notes,
        `accepts an image as one of ${identities.length} enrolled identities from a cosine similarity of ${threshold} on`,
      ],
    };
  } finally {
    embedder.dispose();
  }
}
