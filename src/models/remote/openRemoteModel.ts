import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { UserError } from '../../userError.ts';
import type { Batch } from '../classifier.ts';
import { type Interpretation, isSame } from '../interpretation.ts';
import type { OpenedModel } from '../openedModel.ts';
import { noPreprocessing } from '../preprocessing.ts';
import { probeImages } from '../probeImages.ts';
import type { ModelSource } from '../source.ts';
import { interpret, rowOf } from './answers.ts';
import { Connection, defaultConcurrency } from './connection.ts';
import type { Endpoint } from './endpoint.ts';
import { KeptAnswers } from './keptAnswers.ts';
import { grayLevelProbes } from './probe.ts';
import type { Protocol } from './protocol.ts';
import { openInference, openInferencePath } from './protocols/openInference.ts';
import { templateOf, templateProtocol } from './protocols/template.ts';
import { tensorflowServing, tensorflowServingPath } from './protocols/tensorflowServing.ts';
import { RemoteClassifier, type RemoteParts } from './remoteClassifier.ts';
import { requireSecret, type SecretOf } from './secret.ts';

const defaultBatchSize = 16;
/** Images that a model is asked about when it is opened: what it says of them stands for what it is. */
const probeCount = 4;

/**
 * Opens a model that is asked over HTTP. It is asked about a few fixed images, twice, so that a server whose answers vary,
 * or depend on the other images of a request, is found out before it is attacked.
 * @param classes names of the classes, if the settings have them.
 * @throws UserError when the secret is missing, or the server cannot be asked, or is no image classifier.
 */
export async function openRemoteModel(
  source: ModelSource & { readonly endpoint: Endpoint },
  classes: readonly string[] | undefined,
  secretOf: SecretOf,
): Promise<OpenedModel> {
  const { endpoint, preprocessing = noPreprocessing } = source;
  const connection = new Connection(endpoint, await requireSecret(endpoint.secret, secretOf));
  const protocol = await protocolOf(connection, source, classes);
  const { batchSize = defaultBatchSize, concurrency = defaultConcurrency } = endpoint;
  const most = Math.min(batchSize, protocol.mostImages ?? Infinity);
  const images = probeImages(protocol.input, probeCount);
  const first = await protocol.ask(connection, images.slice(0, most), { isFirst: true });
  const decided: string[] = [];
  const stated = endpoint.answers ?? (protocol.labelsOnly ? 'labels' : undefined);
  const interpretation = interpret(first, stated, classes, decided);
  const ask = async (some: Batch) =>
    (await protocol.ask(connection, some)).map((values) => rowOf(values, interpretation));
  const parts: RemoteParts = {
    url: endpoint.url,
    engine: protocol.title,
    input: protocol.input,
    interpretation,
    rounds: protocol.rounds,
    batchSize: most,
    // One more is prepared while so many are on their way.
    concurrency: concurrency + 1,
    limits: endpoint,
    ask: (some) => ask(some).catch((error) => Promise.reject(named(error, endpoint.url))),
  };
  const classifier = new RemoteClassifier(parts);
  const probes = [...first.map((values) => rowOf(values, interpretation))];
  for (let at = most; at < images.length; at += most) probes.push(...(await parts.ask(images.slice(at, at + most))));
  const areSame = (rows: readonly ArrayLike<number>[]) =>
    rows.length === probes.length && probes.every((row, i) => isSame(row, rows[i] as Float32Array, interpretation));
  if (!areSame((await askEach(parts, images.toReversed())).toReversed())) throw unsteady(endpoint.url);
  const sha256 = identityOf(source, protocol, interpretation, probes);
  const notes = [...protocol.notes, ...decided, ...notesOn(interpretation), ...(await noteOnGrid(parts, protocol))];
  return {
    classifier,
    preprocessing,
    sha256,
    files: [],
    notes,
    remote: {
      isUnchanged: async () => {
        const now = await protocolOf(connection, source, classes);
        return isDeepStrictEqual(now.description, protocol.description) && areSame(await askEach(parts, images));
      },
      async keepAnswers(file) {
        // Limits and pauses may change while a run is interrupted.
        const { images: form, answers: kind, scores, names, label } = endpoint;
        const asked = JSON.stringify([sha256, preprocessing, form, kind, scores, names, label]);
        const of = createHash('sha256').update(asked).digest('hex');
        const width = probes[0]?.length ?? 0;
        const header = { of, width, probes: probes.map((row) => [...row]) };
        const { answers, isOther } = await KeptAnswers.open(file, header, areSame);
        return { classifier: new RemoteClassifier(parts, answers), isOther, close: () => answers.close() };
      },
    },
  };
}

async function protocolOf(
  connection: Connection,
  source: ModelSource & { readonly endpoint: Endpoint },
  classes: readonly string[] | undefined,
): Promise<Protocol> {
  const { endpoint } = source;
  const { pathname } = new URL(endpoint.url);
  if (endpoint.request !== undefined) return templateProtocol(templateOf(endpoint), source, classes);
  if (openInferencePath.test(pathname)) return openInference(connection, source, endpoint);
  if (tensorflowServingPath.test(pathname)) return tensorflowServing(connection, source, endpoint, classes);
  throw new UserError(`${endpoint.url} is not the address of a model of a known protocol, and there is no "request".`);
}

/** Asks about images in requests as large as they may be, in another division than the opening has. */
async function askEach({ batchSize, ask }: RemoteParts, images: Batch): Promise<Float32Array[]> {
  const size = Math.max(1, Math.min(batchSize, images.length - 1));
  const rows: Float32Array[] = [];
  for (let at = 0; at < images.length; at += size) rows.push(...(await ask(images.slice(at, at + size))));
  return rows;
}

function unsteady(url: string): UserError {
  return new UserError(
    `${url} gives different answers about the same image, so no attack on it could be judged. The server may draw random numbers, choose among several models, or let the images of a request influence each other: set "batchSize" of its endpoint to 1 to rule out the last.`,
  );
}

/**
 * What stands for the hash of files, which a server does not show: where the model is, what the server says of it, and what
 * it predicts for fixed images.
 */
function identityOf(
  { endpoint: { url, request }, input, output }: ModelSource & { readonly endpoint: Endpoint },
  { description }: Protocol,
  { classes }: Interpretation,
  probes: readonly Float32Array[],
): string {
  const predicted = probes.map((row) => (row.length === 1 ? row[0] : row.indexOf(Math.max(...row))));
  const parts = { url, request, input, output, description, classes, predicted };
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

function notesOn({ kind }: Interpretation): string[] {
  const identity =
    'the hash stands for the address, the metadata, and the predictions for four fixed images, since a server does not show its files';
  if (kind === 'probabilities') return ['its scores are probabilities: their logarithms are used as logits', identity];
  return [...(kind === 'labels' ? ['it gives its predicted class alone'] : []), identity];
}

/** What became of single gray levels on their way through PNG. */
async function noteOnGrid(parts: RemoteParts, { sendsPng, input }: Protocol): Promise<string[]> {
  if (!sendsPng) return [];
  if (parts.interpretation.kind === 'labels') {
    return [
      'whether the server compresses images as JPEG, which loses small changes, cannot be told from predicted classes',
    ];
  }
  const { plain, dotted, brighter } = grayLevelProbes(input);
  const [at, near, far] = (await askEach(parts, [plain, dotted, brighter])) as [
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  if (!isDeepStrictEqual(at, near)) return [];
  return isDeepStrictEqual(at, far)
    ? [
        'it does not answer differently when an image is one gray level brighter: scores may be rounded, and small changes lost',
      ]
    : [
        'changes of one gray level in single pixels are lost on the server, as JPEG compression does: the pixel grid is not what the model sees',
      ];
}

function named(error: unknown, url: string): unknown {
  const isNameless = error instanceof UserError && !error.message.includes(url);
  return isNameless ? new UserError(`${url}: ${error.message}`, { cause: error }) : error;
}
