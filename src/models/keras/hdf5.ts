import { stat } from 'node:fs/promises';
import type { Dataset, Entity, Group } from 'h5wasm';
import { UserError } from '../../userError.ts';

/** Numbers of a weight. */
export interface Weight {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** The parts of an HDF5 file that Keras writes. */
export interface Hdf5 {
  /** A text that stands at a group, or at the whole file (""); undefined if there is none. */
  text(group: string, name: string): string | undefined;
  /** A list of texts at a group; empty if there is none. A long one is written in several parts. */
  texts(group: string, name: string): readonly string[];
  /** Names of what is in a group; empty if there is no such group. */
  names(group: string): readonly string[];
  /**
   * Undefined for whole numbers, which are counts and seeds, and of no use at inference.
   * @throws UserError when there is no such weight, or it holds no numbers of a known kind.
   */
  weight(path: string): Weight | undefined;
}

/** The class of whole numbers among the types of HDF5. */
const wholeNumbers = 0;

/** Compressed numbers take no less than this part of their size; what says so would fill the memory. */
const leastPart = 1 / 64;

/**
 * Reads an HDF5 file.
 * @param file for messages: the model's file, which may contain the one at the path.
 * @throws UserError when it is damaged, and whatever reading throws.
 */
export async function readHdf5<T>(file: string, at: string, read: (content: Hdf5) => T): Promise<T> {
  const { File, ready } = await import('h5wasm/node');
  (await ready).activate_throwing_error_handler();
  const { size } = await stat(at);
  let root: InstanceType<typeof File> | undefined;
  try {
    root = new File(at, 'r');
    return read(contentOf(root, file, size));
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`${file}: this HDF5 file is damaged. Save or copy the model again.`, { cause: error });
  } finally {
    closeQuietly(root);
  }
}

/** A damaged file may not be closed without an error either, which is not the one to tell. */
function closeQuietly(root: { close(): unknown } | undefined): void {
  try {
    root?.close();
  } catch {
    // Said before.
  }
}

function contentOf(root: Group, file: string, size: number): Hdf5 {
  const entityAt = finderIn(root);
  const groupAt = (path: string): Group | undefined => {
    const found = entityAt(path);
    return found && isGroup(found) ? found : undefined;
  };
  const attribute = (group: string, name: string): unknown => groupAt(group)?.attrs[name]?.value;
  return {
    text(group, name) {
      const value = attribute(group, name);
      return typeof value === 'string' ? value : undefined;
    },
    texts(group, name) {
      const list = (value: unknown) => (Array.isArray(value) ? value.filter((each) => typeof each === 'string') : []);
      const parts: string[] = list(attribute(group, name));
      for (let part = 0; attribute(group, `${name}${part}`) !== undefined; part++) {
        parts.push(...list(attribute(group, `${name}${part}`)));
      }
      return parts;
    },
    names: (group) => groupAt(group)?.keys() ?? [],
    weight(path) {
      const found = entityAt(path);
      if (found === undefined || !isDataset(found)) {
        throw new UserError(`${file}: its weight "${path}" is missing. Save or copy the model again.`);
      }
      const { shape } = found;
      const bytes = 4 * (shape ?? []).reduce((product, length) => product * length, 1);
      if (bytes * leastPart > size) {
        throw new UserError(
          `${file}: its weight "${path}" of shape [${shape?.join(', ')}] has more numbers than the file. Save or copy the model again.`,
        );
      }
      if (found.metadata.type === wholeNumbers) return undefined;
      const { value } = found;
      const values = typeof value === 'number' ? Float32Array.of(value) : value;
      if (!(values instanceof Float32Array || values instanceof Float64Array)) {
        throw new UserError(`${file}: its weight "${path}" does not hold float32 numbers. Save the model in float32.`);
      }
      return { shape: shape ?? [], values: values instanceof Float32Array ? values : Float32Array.from(values) };
    },
  };
}

/** Finds what is at a path in the file itself: links to other files are not followed. */
function finderIn(root: Group): (path: string) => Entity | undefined {
  // Listing a group takes long, and every weight is in one of few.
  const known = new Map<string, { readonly entity: Entity; readonly names: ReadonlySet<string> } | undefined>();
  const find = (steps: readonly string[]) => {
    const path = steps.join('/');
    if (!known.has(path)) {
      const above = steps.length === 0 ? undefined : find(steps.slice(0, -1));
      const step = steps.at(-1) as string;
      const entity =
        steps.length === 0
          ? root
          : above && isGroup(above.entity) && above.names.has(step)
            ? above.entity.get(step)
            : null;
      known.set(path, entity ? { entity, names: new Set(isGroup(entity) ? entity.keys() : []) } : undefined);
    }
    return known.get(path);
  };
  return (path) => find(path.split('/').filter(Boolean))?.entity;
}

function isGroup(entity: Entity): entity is Group {
  return 'keys' in entity;
}

function isDataset(entity: Entity): entity is Dataset {
  return 'shape' in entity;
}
