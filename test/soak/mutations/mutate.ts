import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import type { Type } from 'protobufjs';
import { fromBufferPromise } from 'yauzl';
import { ZipFile } from 'yazl';
import { ModelMessage } from '../../../src/models/onnx/graph/protobuf.ts';
import { maskedChecksum } from '../../../src/models/savedModels/checksum.ts';
import { SavedModelMessage } from '../../../src/models/tensorflow/messages.ts';
import type { Dice } from '../dice.ts';

type Mutation = (bytes: Buffer, dice: Dice) => Buffer | Promise<Buffer>;

/** Mutates the content of a file, in a way that its name suggests or, as often, as mere bytes. */
export async function mutate(name: string, bytes: Buffer, dice: Dice): Promise<Buffer> {
  const own = mutations[path.extname(name)] ?? mutateText;
  return dice.below(3) > 0 ? own(bytes, dice) : mutateBytes(bytes, dice);
}

const mutations: Readonly<Record<string, Mutation>> = {
  '.json': (bytes, dice) => mutateJson(bytes.toString(), dice),
  '.code-workspace': (bytes, dice) => mutateJson(bytes.toString(), dice),
  '.jsonl': (bytes, dice) => {
    const lines = bytes.toString().trimEnd().split('\n');
    const at = dice.below(lines.length);
    return Buffer.from(`${lines.with(at, mutateJson(lines[at] as string, dice).toString()).join('\n')}\n`);
  },
  '.npz': mutateArchive,
  '.onnx': (bytes, dice) => mutateMessage(ModelMessage, bytes, dice),
  '.pb': (bytes, dice) => mutateMessage(SavedModelMessage, bytes, dice),
  '.index': mutateTable,
  '.pt2': mutateModelArchive,
  '.keras': mutateModelArchive,
  '.tflite': mutateWords,
};

/** Bytes cut off, overwritten, with one bit flipped, taken out, repeated, or made long. */
function mutateBytes(bytes: Buffer, dice: Dice): Buffer {
  const size = Math.max(1, bytes.length);
  const at = dice.below(size);
  const length = 1 + dice.below(dice.of([4, 20, size]));
  const changed = bytes.length > 0 ? Buffer.from(bytes) : Buffer.alloc(1);
  switch (dice.below(6)) {
    case 0:
      return changed.subarray(0, at);
    case 1:
      for (let i = 1 + dice.below(8); i > 0; i--) changed[dice.below(size)] = dice.below(256);
      return changed;
    case 2:
      changed[at] = (changed[at] ?? 0) ^ (1 << dice.below(8));
      return changed;
    case 3:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)]);
    case 4: {
      const to = dice.below(size);
      return Buffer.concat([bytes.subarray(0, to), bytes.subarray(at, at + length), bytes.subarray(to)]);
    }
    default:
      // A number in the middle of a header, small or large as can be.
      changed.fill(dice.of([0, 255, 127]), at, Math.min(size, at + dice.of([1, 2, 4, 8])));
      return changed;
  }
}

const extremes = ['0', '-1', '1e309', '-1e309', '1e-320', '0.5', '4294967296', '9007199254740993', '1e15', 'NaN', ''];

/** A number or a word replaced, a line repeated or made long. */
function mutateText(bytes: Buffer, dice: Dice): Buffer {
  const text = bytes.toString('latin1');
  const parts = dice.of([/\d+(?:\.\d+)?/g, /[^\s,;]+/g, /[,;\t]/g, /\n[^\n]*/g]);
  const found = [...text.matchAll(parts)];
  if (found.length === 0) return mutateBytes(bytes, dice);
  const { 0: part, index } = dice.of(found);
  const other = dice.of(found)[0];
  const put = dice.of([
    () => dice.of(extremes),
    () => other,
    () => part + part,
    // Up to some megabytes: making more would count as memory of whoever opens it.
    () => part.repeat(Math.min(dice.of([100, 10_000]), Math.ceil(5e6 / Math.max(1, part.length)))),
    () => '"',
    () => dice.of(['\0', '\r', '\n\n', '../..', '/', '__proto__', '\xff\xfe']),
  ])();
  return Buffer.from(text.slice(0, index) + put + text.slice(index + part.length), 'latin1');
}

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
type Parent = Json[] | { [key: string]: Json };

/** Texts that stand where another value is expected. */
const hostile: readonly (() => string)[] = [
  ...['null', '{}', '[]', '""', 'true', '1e309', '-1e309', '-1', '0', '0.5', '1e15', '1e-320', '9007199254740993'],
  ...[
    '[null]',
    '[[]]',
    '[1e309]',
    '{"a":null}',
    '"__proto__"',
    '"constructor"',
    '"\\u0000"',
    '"../../.."',
    '"é\\ud800"',
  ],
].map((text) => () => text);
const large: readonly (() => string)[] = [
  () => `${'['.repeat(20_000)}${']'.repeat(20_000)}`,
  () => `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`,
  () => JSON.stringify('x'.repeat(1_000_000)),
  () => JSON.stringify(Array(100_000).fill(1)),
];

/** A value of JSON replaced by another one, taken out, repeated, or renamed. */
function mutateJson(text: string, dice: Dice): Buffer {
  const root: { root: Json } = { root: JSON.parse(text) };
  // What JSON.stringify cannot write is put into the text afterwards.
  const mark = '@hostile@';
  let put = '';
  changeValue(root, dice, () => {
    put = dice.of(dice.below(6) === 0 ? large : hostile)();
    return mark;
  });
  return Buffer.from((JSON.stringify(root.root) ?? '').replace(`"${mark}"`, () => put));
}

/** Changes one value of a tree in place. */
function changeValue(root: { root: Json }, dice: Dice, replacement: () => Json): void {
  const places: { parent: Parent; key: string }[] = [];
  const walk = (parent: Parent) => {
    for (const key of Object.keys(parent)) {
      places.push({ parent, key });
      const value = (parent as Record<string, Json>)[key];
      if (typeof value === 'object' && value !== null) walk(value);
    }
  };
  walk(root);
  const { parent, key } = dice.of(places);
  const values = parent as Record<string, Json>;
  const isRoot = parent === (root as Parent);
  switch (isRoot ? 0 : dice.below(8)) {
    case 0:
    case 1:
    case 2:
    case 3:
      values[key] = replacement();
      break;
    case 4: {
      // As it would stand at another place.
      const other = dice.of(places);
      values[key] = structuredClone((other.parent as Record<string, Json>)[other.key] as Json);
      break;
    }
    case 5:
      if (Array.isArray(parent)) parent.splice(Number(key), 1);
      else delete parent[key];
      break;
    case 6:
      if (Array.isArray(parent)) parent.splice(Number(key), 0, structuredClone(parent[Number(key)] as Json));
      else values[`${key}${dice.of(['', ' ', 's', '_1'])}${dice.below(10)}`] = structuredClone(values[key] as Json);
      break;
    default: {
      if (Array.isArray(parent)) {
        parent.reverse();
        break;
      }
      const value = values[key] as Json;
      delete values[key];
      values[dice.of(['', 'a', 'length', 'toString', key.toUpperCase()])] = value;
    }
  }
}

interface Entry {
  readonly name: string;
  readonly content: Buffer;
}

/** An array of an archive mutated, in an archive that is sound otherwise; or one left out, or renamed. */
async function mutateArchive(bytes: Buffer, dice: Dice): Promise<Buffer> {
  return mutateEntry(
    bytes,
    dice,
    ['__proto__.npy', 'a.npy', '.npy'],
    [
      ({ content }) => (dice.below(2) > 0 ? mutateHeader(content, dice) : mutateBytes(content, dice)),
      ({ content }) => withoutNumbers(content, dice),
    ],
  );
}

/** A part of an archive with a model mutated: most often its JSON, which says most. */
async function mutateModelArchive(bytes: Buffer, dice: Dice): Promise<Buffer> {
  const ofGraph = ({ name, content }: Entry) =>
    name.endsWith('.json') ? mutateJson(content.toString(), dice) : mutateBytes(content, dice);
  return mutateEntry(
    bytes,
    dice,
    ['__proto__', 'model/models/other.json', '.json', 'config.json'],
    [ofGraph, ofGraph],
    /\.json$/,
  );
}

/**
 * An entry of an archive mutated, left out, renamed, or replaced by another one.
 * @param preferred entries that are taken more often than others.
 */
async function mutateEntry(
  bytes: Buffer,
  dice: Dice,
  names: readonly string[],
  ways: readonly [often: (entry: Entry) => Buffer, seldom: (entry: Entry) => Buffer],
  preferred = /./,
): Promise<Buffer> {
  const entries: Entry[] = [];
  const archive = await fromBufferPromise(bytes);
  for await (const entry of archive.eachEntry()) {
    entries.push({ name: entry.fileName, content: await buffer(await archive.openReadStreamPromise(entry)) });
  }
  if (entries.length === 0) return mutateBytes(bytes, dice);
  const likely = entries.filter(({ name }) => preferred.test(name));
  const entry = dice.of(likely.length > 0 && dice.below(3) > 0 ? likely : entries);
  const at = entries.indexOf(entry);
  const replace = (change: Partial<Entry>) => entries.splice(at, 1, { ...entry, ...change });
  const [often, seldom] = ways;
  dice.of([
    () => replace({ content: often(entry) }),
    () => replace({ content: often(entry) }),
    () => replace({ content: often(entry) }),
    () => entries.splice(at, 1),
    () => replace({ name: dice.of([...names, dice.of(entries).name]) }),
    () => replace({ content: dice.of(entries).content }),
    () => replace({ content: seldom(entry) }),
  ])();
  const mutated = new ZipFile();
  const compress = dice.below(4) === 0;
  for (const { name, content } of entries) mutated.addBuffer(content, name, { compress });
  mutated.end();
  return buffer(mutated.outputStream);
}

/** The text that says type and shape mutated, of the length that it says it has. */
function mutateHeader(content: Buffer, dice: Dice): Buffer {
  const end = 10 + (content.length >= 10 ? content.readUInt16LE(8) : 0);
  const text = mutateText(content.subarray(10, end), dice).subarray(0, 65_535);
  const length = Buffer.alloc(2);
  length.writeUInt16LE(text.length);
  return Buffer.concat([content.subarray(0, 8), length, text, content.subarray(end)]);
}

/** The same array with numbers in it that are none. */
function withoutNumbers(content: Buffer, dice: Dice): Buffer {
  const changed = Buffer.from(content);
  const value = dice.of([Number.NaN, Infinity, -Infinity, 3e38, 1e-45, 0]);
  for (let at = 128; at + 4 <= changed.length; at += 4 * dice.of([1, 1, 64])) changed.writeFloatLE(value, at);
  return changed;
}

/** Words changed that may be offsets, sizes, indices or options, as a file without compression has them: small ones. */
function mutateWords(bytes: Buffer, dice: Dice): Buffer {
  const changed = Buffer.from(bytes);
  for (let i = 1 + dice.below(3); i > 0; i--) {
    let at = 0;
    // Most other words are weights.
    for (let tries = 0; tries < 100; tries++) {
      at = 4 * dice.below(Math.floor(bytes.length / 4));
      if (Math.abs(bytes.readInt32LE(at)) < 2 ** 16) break;
    }
    const other = bytes.readInt32LE(4 * dice.below(Math.floor(bytes.length / 4)));
    const word = bytes.readInt32LE(at);
    changed.writeInt32LE(
      dice.of([0, 1, -1, 2 ** 31 - 1, -(2 ** 31), word + 1, word - 1, word ^ 2, 2 * word, other]) | 0,
      at,
    );
  }
  return changed;
}

/** Fields of a protocol buffer changed, so that it is still one. */
function mutateMessage(message: Type, bytes: Buffer, dice: Dice): Buffer {
  try {
    const fields = message.toObject(message.decode(bytes), { longs: String, bytes: String });
    const root: { root: Json } = { root: fields as Json };
    for (let i = 1 + dice.below(2); i > 0; i--) {
      changeValue(root, dice, () =>
        dice.of(['', ...extremes.filter((text) => /^-?\d+$/.test(text)), 'Identity', 'AAAA', []]),
      );
    }
    const mutated = Buffer.from(message.encode(message.fromObject(root.root as object)).finish());
    if (!mutated.includes('[object Object]')) return mutated;
  } catch {
    // Said below.
  }
  // A field of another type can be in no file.
  return mutateBytes(bytes, dice);
}

/** A table of LevelDB whose first block is mutated, with the right checksum. */
function mutateTable(bytes: Buffer, dice: Dice): Buffer {
  const ends = Array.from({ length: Math.max(0, bytes.length - 5) }, (_, end) => end);
  const end = ends.find((at) => maskedChecksum(bytes.subarray(0, at + 1)) === bytes.readUInt32LE(at + 1));
  if (end === undefined) return mutateBytes(bytes, dice);
  const changed = Buffer.from(bytes);
  mutateBytes(bytes.subarray(0, end), dice).copy(changed, 0, 0, end);
  changed.writeUInt32LE(maskedChecksum(changed.subarray(0, end + 1)), end + 1);
  return changed;
}
