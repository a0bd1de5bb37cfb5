import { defaultMemory, TooLittleMemory } from '../../data/memory.ts';
import { UserError } from '../../userError.ts';
import { otherFormatOf } from '../otherFormats.ts';
import type { ZipArchive } from '../zipArchive.ts';
import { type Dim, dimOf, metaOf, object, type Program, parseProgram, text } from './program.ts';
import type { StoredTensor } from './storedTensor.ts';
import { readTorchSave } from './torchSave.ts';

/** Bytes of a graph's JSON; that of a network with ten thousand nodes has about 30 MB. */
const largestGraph = 2 ** 28;

/** An exported program with its tensors, which stay in the file. */
export interface ExportedProgram {
  readonly program: Program;
  /** Weights, buffers and constants, by their names in the module. */
  readonly stored: ReadonlyMap<string, StoredTensor>;
  /** Texts that were saved with it (`extra_files`), by their names without a suffix. */
  readonly extra: ReadonlyMap<string, string>;
}

/**
 * Reads an archive that `torch.export.save` wrote: that of PyTorch 2.9 or newer, with raw weights, or an older one, where
 * they are in a `torch.save` file. Nothing in it is run.
 * @param memory bytes that the weights may take.
 * @throws UserError when it is damaged, has no graph, or has weights that only Python can read.
 */
export async function readExported(archive: ZipArchive, memory = defaultMemory()): Promise<ExportedProgram> {
  const graph = await graphIn(archive);
  const json = await archive.read(graph, largestGraph);
  const stored = await storedTensors(archive, graph, memory);
  const bytes = new Map([...stored.values()].map(({ storage }) => [storage.offset, storage.length]));
  const weights = [...bytes.values()].reduce((a, b) => a + b, 0);
  if (weights > memory) throw new TooLittleMemory(`${archive.file}: its weights take`, weights, memory);
  const program = parsed(archive.file, () => parseProgram(JSON.parse(json.toString('utf8'))));
  return { program, stored, extra: await extraTexts(archive) };
}

const isGraph = (name: string) => /(^|\/)(models\/[^/]+|serialized_exported_program)\.json$/.test(name);
const isCompiled = (name: string) => /(^|\/)data\/aotinductor\//.test(name);

async function graphIn({ names, file }: ZipArchive): Promise<string> {
  const graphs = names.filter(isGraph);
  const [graph] = graphs;
  if (graph === undefined) {
    const what = names.some(isCompiled)
      ? `${file}: this archive has machine code that AOTInductor compiled, but no graph.`
      : `${file}: this archive has no graph of a program.`;
    const save = 'Save the exported program itself: torch.export.save(program, "model.pt2").';
    throw new UserError((await otherFormatOf(file)) ?? `${what} ${save}`);
  }
  if (graphs.length > 1) {
    throw new UserError(`${file}: this archive has several programs (${graphs.join(', ')}). Save one of them alone.`);
  }
  return graph;
}

async function storedTensors(
  archive: ZipArchive,
  graph: string,
  memory: number,
): Promise<ReadonlyMap<string, StoredTensor>> {
  const [, root = '', model = ''] = /^(.*?)models\/([^/]+)\.json$/.exec(graph) ?? [];
  const all = new Map<string, StoredTensor>();
  for (const [kind, folder] of [
    ['weights', 'data/weights/'],
    ['constants', 'data/constants/'],
  ] as const) {
    const config = `${root}${folder}${model}_${kind}_config.json`;
    const pickles = [
      `${root}${folder}${model}.pt`,
      kind === 'weights' ? 'serialized_state_dict.pt' : 'serialized_constants.pt',
    ];
    const pickle = pickles.find((name) => archive.has(name));
    const found = archive.has(config)
      ? await rawTensors(archive, config, `${root}${folder}`)
      : pickle === undefined
        ? []
        : await readTorchSave(archive, pickle, memory);
    for (const [name, tensor] of found) all.set(name, tensor);
  }
  return all;
}

/** The tensors that a list of them names; each is a view of a file with the numbers of its storage. */
async function rawTensors(archive: ZipArchive, config: string, folder: string): Promise<[string, StoredTensor][]> {
  const text_ = (await archive.read(config, largestGraph)).toString('utf8');
  const entries = parsed(archive.file, () =>
    Object.entries(object(object(JSON.parse(text_)).config)).map(([name, value]) => {
      const { path_name, use_pickle, tensor_meta: meta } = object(value);
      return { name, path: `${folder}${text(path_name)}`, isPickled: use_pickle === true, meta };
    }),
  );
  return Promise.all(
    entries
      .filter(({ meta }) => meta !== null && meta !== undefined)
      .map(async ({ name, path, isPickled, meta }): Promise<[string, StoredTensor]> => {
        if (isPickled) {
          throw new UserError(
            `${archive.file}: the weight "${name}" is of a class of its own, such as a quantized tensor, and stored as a Python pickle, which Perturb does not run. Export the model with ordinary float32 weights.`,
          );
        }
        const storage = await archive.rangeOf(path);
        if (storage === undefined) {
          throw new UserError(`${archive.file}: ${path} is compressed. Save the program again, without repacking it.`);
        }
        return [name, parsed(archive.file, () => ({ ...viewOf(meta), storage }))];
      }),
  );
}

function viewOf(json: unknown): Omit<StoredTensor, 'storage'> {
  const { dims, strides, scalarType } = metaOf(json);
  const fixed = (dim: Dim) => {
    if (typeof dim === 'number') return dim;
    throw new TypeError('a weight has a size that is not fixed');
  };
  const offset = fixed(dimOf(object(json).storage_offset));
  return { scalarType, dims: dims.map(fixed), strides: strides.map(fixed), offset };
}

const longestText = 2 ** 22;

async function extraTexts(archive: ZipArchive): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const name of archive.names) {
    const [, key] = /(?:^|\/)extra(?:_files)?\/([^/]+)$/.exec(name) ?? [];
    if (key === undefined || archive.lengthOf(name) > longestText) continue;
    found.set(key.replace(/\.(txt|json)$/i, ''), (await archive.read(name, longestText)).toString('utf8'));
  }
  return found;
}

/** What a part of a file says. @throws UserError when it does not have the form that it should. */
function parsed<T>(file: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof UserError) throw error;
    const reason = error instanceof RangeError ? 'it is nested too deeply' : (error as Error).message;
    throw new UserError(
      `${file}: this is not an intact exported program (${reason}). Export or copy the model again.`,
      { cause: error },
    );
  }
}
