import { UserError } from '../../userError.ts';
import { elementCount } from '../onnx/graph/graph.ts';
import type { ZipArchive } from '../zipArchive.ts';
import { type Pickled, readPickle } from './pickle.ts';
import type { StoredTensor } from './storedTensor.ts';

/** A list of tensors; each takes about 200 bytes of it. */
const largestList = 2 ** 27;

/** The types of storages that PyTorch names, by the numbers that it gives them in graphs. */
const scalarTypes: Readonly<Record<string, number>> = {
  ByteStorage: 1,
  CharStorage: 2,
  ShortStorage: 3,
  IntStorage: 4,
  LongStorage: 5,
  HalfStorage: 6,
  FloatStorage: 7,
  DoubleStorage: 8,
  BoolStorage: 12,
  BFloat16Storage: 13,
};

/**
 * The tensors of a dictionary that `torch.save` wrote as an entry of an archive. Its list of tensors is a pickle, a
 * program that Python would run: here it is only read, and what does not describe plain tensors is refused.
 * @throws UserError when it is damaged, or has anything else.
 */
export async function readTorchSave(
  archive: ZipArchive,
  entry: string,
  memory: number,
): Promise<[string, StoredTensor][]> {
  const inner = await archive.inner(entry, memory);
  try {
    const list = inner.names.find((name) => /(^|\/)data\.pkl$/.test(name));
    if (list === undefined) throw refused(archive.file, entry, 'it has no list of tensors');
    const root = list.slice(0, -'data.pkl'.length);
    const { file } = archive;
    const read = readPickle(await inner.read(list, largestList));
    if (!(read instanceof Map)) throw new TypeError('it is not a dictionary');
    return await Promise.all(
      [...read].map(async ([name, value]): Promise<[string, StoredTensor]> => {
        const { key, ...view } = tensorOf(value);
        const storage = await inner.rangeOf(`${root}data/${key}`);
        if (typeof name !== 'string' || storage === undefined) throw refused(file, entry, 'its numbers are compressed');
        return [name, { ...view, storage }];
      }),
    );
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw refused(archive.file, entry, (error as Error).message);
  } finally {
    inner.close();
  }
}

/** What `torch._utils._rebuild_tensor_v2(storage, offset, size, stride, …)` would make. */
function tensorOf(value: Pickled): Omit<StoredTensor, 'storage'> & { readonly key: string } {
  const { name, args } = callOf(value);
  if (name === 'torch._utils _rebuild_parameter') return tensorOf(args[0]);
  const [storage, offset, size, stride] = args;
  const id = storage instanceof Object && 'id' in storage ? storage.id : undefined;
  if (name !== 'torch._utils _rebuild_tensor_v2' || !Array.isArray(id)) throw new TypeError(`it has a ${name}`);
  const [, kind, key] = id as Pickled[];
  const type = kind instanceof Object && 'global' in kind ? kind.global.replace(/^torch /, '') : '';
  const scalarType = scalarTypes[type];
  if (scalarType === undefined || typeof key !== 'string') throw new TypeError(`it has a tensor of type ${type}`);
  const [dims, strides] = [sizes(size), sizes(stride)];
  if (dims.length !== strides.length || !Number.isSafeInteger(elementCount(dims)))
    throw new TypeError('it has a tensor of an impossible shape');
  return { key, scalarType, dims, strides, offset: sizes([offset])[0] as number };
}

function callOf(value: Pickled): { readonly name: string; readonly args: readonly Pickled[] } {
  if (value instanceof Object && 'call' in value) return { name: value.call, args: value.args };
  throw new TypeError('it has something else than tensors');
}

function sizes(value: Pickled): number[] {
  if (Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0)) return value as number[];
  throw new TypeError('it has a tensor of an impossible shape');
}

function refused(file: string, entry: string, reason: string): UserError {
  return new UserError(
    `${file}: ${entry} is not a plain list of tensors (${reason}). Export the model with PyTorch 2.9 or newer, which stores weights as they are.`,
  );
}
