import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { defaultMemory, inGigabytes } from '../../data/memory.ts';
import { UserError } from '../../userError.ts';
import type { OpenOptions } from '../format.ts';
import type { Constant } from '../onnx/graph/graph.ts';
import type { ReadModel } from '../onnx/graph/readModel.ts';
import { graphOf, shapeOf } from '../tensorflow/graphDef.ts';
import { lower, type Port } from '../tensorflow/lowering/lower.ts';
import { type MetaGraphMessage, SavedModelMessage, type SignatureMessage } from '../tensorflow/messages.ts';
import { saidOf } from '../tensorflow/saidOf.ts';
import { Bundle } from './readBundle.ts';
import { storedNames } from './storedNames.ts';

/** What the protobuf format allows. */
const largestFile = 2 ** 31;
/** The signature that a model is served by, if it states no other. */
const usual = 'serving_default';

/**
 * Reads a TensorFlow SavedModel, the folder of `saved_model.pb`, as an ONNX graph.
 * @param file its `saved_model.pb`.
 * @param options what the variables may take in bytes, and the shape of images where the model leaves it open.
 * @throws UserError when a file is missing or damaged, the variables are too large, or an operator has no counterpart.
 */
export async function readSavedModel(
  file: string,
  { memory = defaultMemory(), output, ...stated }: Pick<OpenOptions, 'memory' | 'input' | 'size' | 'output'> = {},
): Promise<ReadModel> {
  const metaGraph = inferenceIn(file, await decode(file));
  const { name, signature, isNamed } = signatureIn(file, metaGraph, output);
  const graph = graphIn(file, metaGraph);
  const restored = saidOf(file, () => storedNames(graph, metaGraph.saverDef?.restoreOpName ?? ''));
  const variables = new Map<string, Constant>();
  const files = [file];
  if (restored.size > 0) {
    const bundle = await Bundle.open(path.join(path.dirname(file), 'variables', 'variables'));
    const stored = await bundle.read(new Set(restored.values()), memory);
    for (const [variable, key] of restored) variables.set(variable, stored.get(key) as Constant);
    files.push(...bundle.files);
  }
  const program = {
    graph,
    memory,
    inputs: portsOf(signature.inputs),
    outputs: portsOf(signature.outputs, isNamed ? `${name}/` : ''),
    variable: (variable: string) => variables.get(variable),
  };
  if (program.outputs.length === 0) throw givesNothing(file, name);
  return { ...saidOf(file, () => lower(program, stated)), files };
}

/** What there is to call in a SavedModel. */
export interface Called {
  readonly tags: readonly string[];
  readonly signature: string;
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  /** What the names of outputs begin with that the signature itself does not have. */
  readonly prefix: string;
}

/**
 * What a SavedModel takes and gives, by the signature that is to be called.
 * @param output as the settings name it.
 * @throws UserError when the file is damaged, or has no such signature.
 */
export async function readCalled(file: string, output: string | undefined): Promise<Called> {
  const metaGraph = inferenceIn(file, await decode(file));
  const { name, signature, isNamed } = signatureIn(file, metaGraph, output);
  const prefix = isNamed ? `${name}/` : '';
  const outputs = portsOf(signature.outputs, prefix);
  if (outputs.length === 0) throw givesNothing(file, name);
  return { tags: tagsOf(metaGraph), signature: name, inputs: portsOf(signature.inputs), outputs, prefix };
}

function givesNothing(file: string, signature: string): UserError {
  return new UserError(`${file}: its signature "${signature}" gives nothing.`);
}

function tagsOf({ metaInfoDef }: MetaGraphMessage): readonly string[] {
  return metaInfoDef?.tags ?? [];
}

async function decode(file: string): Promise<readonly MetaGraphMessage[]> {
  const { size } = await stat(file);
  if (size > largestFile) {
    throw new UserError(`${file}: the file has ${inGigabytes(size)}, more than a SavedModel can have. Copy it again.`);
  }
  try {
    const { metaGraphs } = SavedModelMessage.decode(await readFile(file)) as unknown as {
      metaGraphs: MetaGraphMessage[];
    };
    return metaGraphs;
  } catch (error) {
    throw damaged(file, error);
  }
}

/** The graph for inference, of those that a SavedModel has for different uses. */
function inferenceIn(file: string, metaGraphs: readonly MetaGraphMessage[]): MetaGraphMessage {
  const found = metaGraphs.find((each) => tagsOf(each).length === 1 && tagsOf(each)[0] === 'serve') ?? metaGraphs[0];
  if (found === undefined) throw new UserError(`${file}: this SavedModel is empty. Export or copy the model again.`);
  return found;
}

/** A way to call a model. */
interface Signature {
  readonly name: string;
  readonly signature: SignatureMessage;
  /** The output that is wanted is named together with it, as "signature/output". */
  readonly isNamed: boolean;
}

function signatureIn(file: string, { signatureDef }: MetaGraphMessage, output = ''): Signature {
  const all = Object.entries(signatureDef).filter(([name]) => name !== '__saved_model_init_op');
  const named = all.find(([name]) => output.startsWith(`${name}/`));
  const found = named ?? all.find(([name]) => name === usual) ?? (all.length === 1 ? all[0] : undefined);
  if (found !== undefined) return { name: found[0], signature: found[1], isNamed: named !== undefined };
  if (all.length === 0) {
    throw new UserError(
      `${file}: this SavedModel has no signature, so that nothing says what it takes and gives. Save it with one: model.export("folder") in Keras 3, or tf.saved_model.save(model, "folder", signatures={"${usual}": …}).`,
    );
  }
  const [[name, { outputs }]] = all as [(typeof all)[number]];
  throw new UserError(
    `${file}: this SavedModel has several signatures, ${all.map(([each]) => each).join(', ')}, and none is "${usual}". Name the one to test with its output, as "output" of this model in the settings, such as "${name}/${Object.keys(outputs)[0]}".`,
  );
}

function graphIn(file: string, { graphDef }: MetaGraphMessage) {
  return saidOf(file, () => graphOf(graphDef ?? { node: [], library: null }));
}

function portsOf(list: SignatureMessage['inputs'], prefix = ''): Port[] {
  return Object.entries(list).map(([name, { name: tensor, dtype, tensorShape }]) => ({
    name: `${prefix}${name}`,
    tensor,
    type: dtype,
    ...(tensorShape && { shape: shapeOf(tensorShape) }),
  }));
}

function damaged(file: string, cause: unknown): UserError {
  return new UserError(`${file} is no intact SavedModel. Export or copy the model again.`, { cause });
}
