import { type Handler, json, type Received, type Reply } from './httpServer.ts';

/** A model on a server of the tests: from the numbers of an image, as they were sent, to what it answers. */
export type ServedModel = (numbers: readonly number[]) => readonly number[] | string | number;

interface Tensor {
  readonly name: string;
  readonly datatype: string;
  readonly shape: readonly number[];
  readonly data?: readonly (number | string)[];
  readonly parameters?: { readonly binary_data_size?: number };
}

/** How a server speaks the Open Inference Protocol. */
export interface OpenInferenceOptions {
  /** Axes of its input, the batch first. */
  readonly shape: readonly number[];
  readonly datatype?: string;
  readonly outputs?: readonly Omit<Tensor, 'data'>[];
  /** It knows the binary tensor data extension. */
  readonly binary?: boolean;
  /** Decodes an element of a tensor of BYTES. */
  readonly decode?: (bytes: Buffer) => Promise<readonly number[]>;
}

/** A server with one model, `/v2/models/toy`, that speaks the Open Inference Protocol. */
export function openInferenceServer(model: ServedModel, options: OpenInferenceOptions): Handler {
  const { shape, datatype = 'FP32', binary = true, decode } = options;
  const outputs = options.outputs ?? [{ name: 'scores', datatype: 'FP32', shape: [-1, -1] }];
  return async (request) => {
    const { method, path, headers } = request;
    if (method === 'GET' && path === '/v2/models/toy') {
      const inputs = [{ name: 'images', datatype, shape }];
      return json({ name: 'toy', versions: ['1'], platform: 'test', inputs, outputs });
    }
    if (path !== '/v2/models/toy/infer') return json({ error: `there is no ${path}` }, 404);
    const length = headers['inference-header-content-length'];
    if (length !== undefined && !binary) return json({ error: 'what a strange body' }, 400);
    const numbers = await imagesIn(request, decode);
    return answerOf(numbers.map(model), outputs[0]?.name ?? 'scores', length !== undefined);
  };
}

/** The numbers of each image of a request. */
async function imagesIn({ headers, body }: Received, decode: OpenInferenceOptions['decode']) {
  const length = Number(headers['inference-header-content-length'] ?? body.length);
  const { inputs } = JSON.parse(body.toString('utf8', 0, length)) as { inputs: readonly Tensor[] };
  const [{ datatype, shape, data, parameters }] = inputs as [Tensor];
  const count = shape[0] as number;
  const rest = body.subarray(length);
  if (parameters?.binary_data_size !== undefined && rest.length !== parameters.binary_data_size)
    throw new Error('lost bytes');
  if (datatype === 'BYTES') {
    const files = data ? data.map((text) => Buffer.from(String(text), 'base64')) : elementsIn(rest);
    return Promise.all(files.map((file) => decode?.(file) ?? []));
  }
  const numbers =
    data?.map((value) => Math.fround(Number(value))) ?? (datatype === 'UINT8' ? [...rest] : floatsIn(rest));
  const size = numbers.length / count;
  return Array.from({ length: count }, (_, i) => numbers.slice(i * size, (i + 1) * size));
}

function floatsIn(bytes: Buffer): number[] {
  return Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readFloatLE(4 * i));
}

function elementsIn(bytes: Buffer): Buffer[] {
  const elements: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += 4 + bytes.readUInt32LE(at)) {
    elements.push(bytes.subarray(at + 4, at + 4 + bytes.readUInt32LE(at)));
  }
  return elements;
}

function answerOf(rows: readonly ReturnType<ServedModel>[], name: string, asBytes: boolean): Reply {
  const data = rows.flat() as (number | string)[];
  const datatype = typeof data[0] === 'string' ? 'BYTES' : Array.isArray(rows[0]) ? 'FP32' : 'INT64';
  const shape = Array.isArray(rows[0]) ? [rows.length, rows[0].length] : [rows.length, 1];
  const output = { name, datatype, shape };
  if (!asBytes || datatype !== 'FP32') return json({ model_name: 'toy', outputs: [{ ...output, data }] });
  const bytes = Buffer.from(Float32Array.from(data as number[]).buffer);
  const head = Buffer.from(
    JSON.stringify({ model_name: 'toy', outputs: [{ ...output, parameters: { binary_data_size: bytes.length } }] }),
  );
  const headers = { 'inference-header-content-length': String(head.length) };
  return { headers, body: Buffer.concat([head, bytes]) };
}

/** A model whose scores are sums of the numbers, each class with weights of its own; reads as many numbers as there are. */
export function weighing(classes: number): (numbers: readonly number[]) => number[] {
  return (numbers) =>
    Array.from({ length: classes }, (_, k) => {
      let sum = k / 10;
      for (const [i, value] of numbers.entries()) sum += value * (((7 * i + 3 * k + i * k) % 11) - 5);
      return Math.fround(sum / 4);
    });
}
