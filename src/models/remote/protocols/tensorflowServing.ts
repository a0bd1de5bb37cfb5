import { UserError } from '../../../userError.ts';
import type { ModelSource } from '../../source.ts';
import type { Connection } from '../connection.ts';
import type { Endpoint } from '../endpoint.ts';
import { Refused } from '../failure.ts';
import type { Protocol } from '../protocol.ts';
import { imagePlaceholder, templateProtocol } from './template.ts';

/** Addresses of models: `…/v1/models/NAME`, or with `/versions/VERSION` or `/labels/LABEL`; `:predict` may stand after. */
export const tensorflowServingPath = /\/v1\/models\/[^/:]+(\/(versions|labels)\/[^/:]+)?(:predict)?\/?$/;

/** TensorFlow Serving's REST API: `predict`, in rows. */
export async function tensorflowServing(
  connection: Connection,
  source: ModelSource,
  { url: given, images }: Endpoint,
  classes: readonly string[] | undefined,
): Promise<Protocol> {
  const url = given.replace(/(:predict)?\/?$/, '');
  const { input, outputs, version } = await readMetadata(connection, url);
  const isPng = images === 'png' || input?.dtype === 'DT_STRING';
  if (input?.dtype !== undefined && !['DT_FLOAT', 'DT_HALF', 'DT_DOUBLE', 'DT_STRING'].includes(input.dtype)) {
    throw new UserError(
      `The model takes ${input.dtype}. Perturb sends images as floating-point numbers or as PNG (DT_STRING): export the model with one of these.`,
    );
  }
  const name = outputs.length > 1 ? chosen(outputs, source.output) : undefined;
  const protocol = templateProtocol(
    {
      title: 'TensorFlow Serving',
      url: `${url}:predict`,
      request: { instances: [isPng ? { b64: imagePlaceholder } : imagePlaceholder] },
      images: isPng ? 'png' : 'tensor',
      scores: name === undefined ? '$.predictions' : `$.predictions[*][${JSON.stringify(name)}]`,
    },
    source,
    classes,
    isPng ? undefined : input?.dims,
  );
  return { ...protocol, description: { template: protocol.description, version, input, outputs } };
}

interface Signature {
  /** Missing where the server has no metadata. */
  readonly input?: { readonly dtype: string; readonly dims?: readonly number[] };
  readonly outputs: readonly string[];
  readonly version?: string;
}

/** A tensor of a signature, as protocol buffers are written in JSON. */
interface TensorInfo {
  readonly dtype?: string;
  readonly tensor_shape?: { readonly dim?: readonly { readonly size?: string }[]; readonly unknown_rank?: boolean };
}

async function readMetadata(connection: Connection, url: string): Promise<Signature> {
  const request = { url: `${url}/metadata` };
  let json: unknown;
  try {
    json = connection.json(request, (await connection.send(request, { isFirst: true })).bytes);
  } catch (error) {
    // Servers that only imitate the API may have none.
    if (error instanceof Refused && error.status === 404) return { outputs: [] };
    throw error;
  }
  const { model_spec: spec, metadata } = Object(json);
  const signature = metadata?.signature_def?.signature_def?.serving_default;
  const inputs: [string, TensorInfo][] = Object.entries(signature?.inputs ?? {});
  if (inputs.length > 1) {
    const names = inputs.map(([name]) => name).join(', ');
    throw new UserError(`The model takes ${inputs.length} inputs (${names}), but Perturb has an image alone for it.`);
  }
  const [[, info] = [undefined, undefined]] = inputs;
  const dims = info?.tensor_shape?.dim?.slice(1).map(({ size }) => Number(size));
  return {
    ...(info && { input: { dtype: info.dtype ?? 'DT_FLOAT', ...(dims?.length && { dims }) } }),
    outputs: Object.keys(signature?.outputs ?? {}).sort(),
    ...(typeof spec?.version === 'string' && { version: spec.version }),
  };
}

function chosen(outputs: readonly string[], name: string | undefined): string {
  if (name !== undefined && outputs.includes(name)) return name;
  const names = outputs.map((output) => `"${output}"`).join(', ');
  throw new UserError(
    `The model has the outputs ${names}. Name the one with the scores as "output" of this model in the settings.`,
  );
}
