import { UserError } from '../../../userError.ts';
import type { Batch } from '../../classifier.ts';
import { noPreprocessing } from '../../preprocessing.ts';
import type { ModelSource } from '../../source.ts';
import { type Connection, excerpt } from '../connection.ts';
import type { Endpoint } from '../endpoint.ts';
import { Refused } from '../failure.ts';
import { pngBase64 } from '../png.ts';
import type { Protocol, Reading } from '../protocol.ts';
import { imageAxes, numbersOf, refuseScaling, rowText, type TensorForm } from '../tensor.ts';
import { jsonLengthHeader, type Output, outputsIn, withBinary } from './binaryTensors.ts';

/** Addresses of models: `…/v2/models/NAME`, or with `/versions/VERSION`; `/infer` may stand after either. */
export const openInferencePath = /\/v2\/models\/[^/]+(\/versions\/[^/]+)?(\/infer)?\/?$/;

/** Names of outputs that hold scores, for models with several. */
const usualNames = ['logits', 'scores', 'probabilities', 'probs', 'predict_proba'];

/** A tensor as the server's metadata state it. */
interface Stated {
  readonly name: string;
  readonly datatype: string;
  readonly shape: readonly number[];
}

/**
 * The Open Inference Protocol, version 2, over HTTP: KServe, Triton, MLServer, OpenVINO Model Server. Arrays go as bytes
 * (binary tensor data extension) unless the server refuses that, and then as JSON.
 */
export async function openInference(
  connection: Connection,
  { preprocessing = noPreprocessing, input: stated, output }: ModelSource,
  { url: given, images }: Endpoint,
): Promise<Protocol> {
  const url = given.replace(/(\/infer)?\/?$/, '');
  const metadata = await readMetadata(connection, url);
  const input = inputOf(metadata.inputs, images);
  const { mostImages, axes, hasBatch } = splitBatch(input.shape);
  const form = { ...imageAxes(input.datatype === 'BYTES' ? undefined : axes, stated), preprocessing };
  const scores = outputOf(metadata.outputs, output);
  const request = { url: `${url}/infer`, input, hasBatch, form: withType(form, input.datatype), output: scores?.name };
  const notes: string[] = [];
  let sendsBytes = true;
  return {
    title: 'Open Inference Protocol',
    input: form.shape,
    rounds: input.datatype !== 'FP32',
    sendsPng: input.datatype === 'BYTES',
    ...(mostImages !== undefined && { mostImages }),
    labelsOnly: scores !== undefined && !/^(FP|BF)/.test(scores.datatype),
    description: metadata,
    notes,
    async ask(connection, batch, options) {
      if (sendsBytes) {
        try {
          return await ask(connection, batch, request, true, options);
        } catch (error) {
          // Servers without the extension say so in various ways, but always to the first request.
          if (!(error instanceof Refused) || !options?.isFirst) throw error;
          sendsBytes = false;
          notes.push('the server does not take arrays as bytes: they are sent as JSON');
        }
      }
      return ask(connection, batch, request, false, options);
    },
  };
}

interface Request {
  readonly url: string;
  readonly input: Stated;
  /** The first axis counts images; otherwise the tensor is one. */
  readonly hasBatch: boolean;
  readonly form: TensorForm;
  /** Name of the output that is wanted, if known. */
  readonly output: string | undefined;
}

async function ask(
  connection: Connection,
  images: Batch,
  { url, input: { name, datatype }, hasBatch, form, output }: Request,
  asBytes: boolean,
  options: { readonly isFirst?: boolean } = {},
): Promise<Reading> {
  const own = datatype === 'BYTES' ? [] : form.dims;
  const shape = [...(hasBatch ? [images.length] : []), ...own];
  const outputs = output === undefined ? undefined : [{ name: output }];
  const tensor = { name, datatype, shape };
  const data = await Promise.all(
    images.map((image) => (datatype === 'BYTES' ? pngBase64(image, form.shape) : numbersOf(image, form))),
  );
  const sent = asBytes
    ? binaryBody(tensor, outputs, data)
    : { headers: { 'content-type': 'application/json' }, body: jsonBody(tensor, outputs, data) };
  const request = { url, ...sent };
  const { headers, bytes } = await connection.send(request, options);
  const length = Number(headers[jsonLengthHeader] ?? bytes.length);
  const json = connection.json(request, bytes.subarray(0, length));
  try {
    return split(wanted(outputsIn(json, bytes.subarray(length)), output), images.length);
  } catch (error) {
    throw new UserError(`${url}: ${(error as Error).message} It answered: ${excerpt(JSON.stringify(json))}`);
  }
}

type Data = readonly (string | Float32Array | Uint8Array)[];

function binaryBody(tensor: Stated, outputs: readonly { readonly name: string }[] | undefined, data: Data) {
  const arrays = data.map((each) =>
    typeof each === 'string'
      ? lengthThen(Buffer.from(each, 'base64'))
      : new Uint8Array(each.buffer, each.byteOffset, each.byteLength),
  );
  const size = arrays.reduce((sum, { length }) => sum + length, 0);
  const wish = outputs
    ? { outputs: outputs.map((one) => ({ ...one, parameters: { binary_data: true } })) }
    : { parameters: { binary_data_output: true } };
  return withBinary({ ...wish, inputs: [{ ...tensor, parameters: { binary_data_size: size } }] }, arrays);
}

/** Bytes as an element of a tensor of BYTES: after their length in four bytes. */
function lengthThen(bytes: Uint8Array): Uint8Array {
  const element = new Uint8Array(4 + bytes.length);
  new DataView(element.buffer).setUint32(0, bytes.length, true);
  element.set(bytes, 4);
  return element;
}

function jsonBody(tensor: Stated, outputs: readonly { readonly name: string }[] | undefined, data: Data): string {
  // As MLServer and KServe want it: bytes in base64, and a parameter that says so.
  const isText = tensor.datatype === 'BYTES';
  const head = JSON.stringify({ ...tensor, ...(isText && { parameters: { content_type: 'base64' } }) });
  const items = data.map((each) => (typeof each === 'string' ? JSON.stringify(each) : rowText(each)));
  const wish = outputs ? `"outputs":${JSON.stringify(outputs)},` : '';
  return `{${wish}"inputs":[${head.slice(0, -1)},"data":[${items.join(',')}]}]}`;
}

/** The output of the answer that was asked for, or its only one. */
function wanted(outputs: readonly Output[], name: string | undefined): Output {
  const found = name === undefined ? outputs : outputs.filter((output) => output.name === name);
  const [output, ...others] = found;
  if (output === undefined || others.length > 0) {
    const names = outputs.map((each) => `"${each.name}"`).join(', ');
    throw new UserError(
      `The model has the outputs ${names}. Name the one with the scores as "output" of this model in the settings.`,
    );
  }
  return output;
}

function split({ name, shape, data }: Output, count: number): Reading {
  const width = data.length / count;
  if (!Number.isInteger(width) || width < 1 || (count > 1 && shape[0] !== count)) {
    throw new UserError(`The output "${name}" has ${data.length} values, [${shape}], for ${count} images.`);
  }
  const list = Array.isArray(data) ? data : Array.from(data as ArrayLike<number>);
  return Array.from({ length: count }, (_, i) => list.slice(i * width, (i + 1) * width));
}

interface Metadata {
  readonly inputs: readonly Stated[];
  readonly outputs: readonly Stated[];
}

async function readMetadata(connection: Connection, url: string): Promise<Metadata> {
  const request = { url };
  const { bytes } = await connection.send(request, { isFirst: true });
  const json = Object(connection.json(request, bytes)) as Partial<Metadata>;
  const { inputs = [], outputs = [] } = json;
  const isWhole = [inputs, outputs].every((list) => Array.isArray(list) && list.every(isStated));
  if (!isWhole) throw new UserError(`${url}: these are no metadata of a model: ${excerpt(JSON.stringify(json))}`);
  return { ...json, inputs, outputs };
}

function isStated(value: unknown): boolean {
  const { name, datatype, shape } = Object(value) as Partial<Stated>;
  return (
    typeof name === 'string' && typeof datatype === 'string' && Array.isArray(shape) && shape.every(Number.isInteger)
  );
}

/** The tensor that images go into. A server that states none takes whatever its model does. */
function inputOf(inputs: readonly Stated[], images: Endpoint['images']): Stated {
  const [input = { name: 'input', datatype: images === 'png' ? 'BYTES' : 'FP32', shape: [] }, ...others] = inputs;
  if (others.length > 0) {
    const names = inputs.map(({ name }) => name).join(', ');
    throw new UserError(`The model takes ${inputs.length} inputs (${names}), but Perturb has an image alone for it.`);
  }
  if (!['FP32', 'UINT8', 'BYTES'].includes(input.datatype)) {
    throw new UserError(
      `The model takes ${input.datatype}. Perturb sends images as FP32, UINT8 (gray levels), or BYTES (PNG): export the model with one of these.`,
    );
  }
  return input;
}

/** Most images at a time (missing: any number), and the axes of one, from the shape that the server states. */
function splitBatch(shape: readonly number[]) {
  const [first = -1, ...rest] = shape;
  if (rest.length === 0) return { axes: undefined, hasBatch: true };
  const isOneImage = shape.length === 3 && first > 0 && [first, rest[1]].some((length) => length === 1 || length === 3);
  if (isOneImage) return { mostImages: 1, axes: shape, hasBatch: false };
  return { ...(first > 0 && { mostImages: first }), axes: rest, hasBatch: true };
}

function outputOf(outputs: readonly Stated[], name: string | undefined): Stated | undefined {
  const scores = outputs.filter(({ datatype }) => /^(FP|BF)/.test(datatype));
  const usual = usualNames.flatMap((each) => outputs.find((output) => output.name === each) ?? []);
  const found =
    name === undefined
      ? outputs.length > 1
        ? scores.length === 1
          ? scores
          : usual
        : outputs
      : outputs.filter((output) => output.name === name);
  if (found.length > 0 || outputs.length === 0) return found[0] ?? (name === undefined ? undefined : unstated(name));
  const names = outputs.map((output) => `"${output.name}"`).join(', ');
  throw new UserError(
    name === undefined
      ? `The model has the outputs ${names}. Name the one with the scores as "output" of this model in the settings.`
      : `The model has no output "${name}", but ${names}. Correct "output" of this model in the settings.`,
  );
}

/** An output that the settings name and the server does not tell of. */
function unstated(name: string): Stated {
  return { name, datatype: 'FP32', shape: [] };
}

function withType(form: Omit<TensorForm, 'type'>, datatype: string): TensorForm {
  if (datatype === 'FP32') return { ...form, type: 'float32' };
  refuseScaling(form.preprocessing, datatype === 'BYTES' ? 'PNG images' : 'gray levels');
  return { ...form, type: 'levels' };
}
