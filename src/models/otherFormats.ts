import { open } from 'node:fs/promises';
import { ZipArchive } from './zipArchive.ts';

/** Bytes at the beginning of a file that tell its format. */
const headBytes = 4096;

const asProgram =
  'Where the model is defined, export it with two lines of Python, and use that file:\n  program = torch.export.export(model.eval(), (torch.rand(1, 3, 224, 224),))\n  torch.export.save(program, "model.pt2")';

const asOriginal =
  'Export the model that it was converted from: with torch.export.save(program, "model.pt2") or torch.onnx.export of PyTorch, or model.save("model.keras") of Keras.';

/** A file, or folder, that holds a model which cannot be opened as it is. */
interface OtherFormat {
  /** As the end of "this is …". */
  readonly title: string;
  readonly advice: string;
  /** @param entries the paths in a zip archive; none if the file is no archive. */
  matches(head: Buffer, entries: readonly string[], file: string): boolean;
}

const others: readonly OtherFormat[] = [
  {
    title: 'a TorchScript archive, which holds code to run rather than a graph',
    advice: asProgram,
    matches: (_, entries) => entries.some((name) => /(^|\/)(constants\.pkl|code\/)/.test(name)),
  },
  {
    title: 'a PyTorch file of weights or pickled objects, which Perturb does not run',
    advice: asProgram,
    matches: (head, entries) =>
      entries.some((name) => /(^|\/)data\.pkl$/.test(name)) ||
      // Before PyTorch 1.6: the pickle of a number that stands for the format.
      head.subarray(0, 15).equals(Buffer.from('80028a0a6cfc9c46f9206aa850192e', 'hex')),
  },
  {
    title: 'a safetensors file, which has weights but no network',
    advice: asProgram,
    matches: (head) =>
      head.length > 9 && head.readUInt32LE(4) === 0 && /^\{\s*["}]/.test(head.toString('latin1', 8, 12)),
  },
  {
    title: 'a model of OpenVINO (IR), whose operators are its own',
    advice: asOriginal,
    matches: (head, _, file) => /\.xml$/i.test(file) && head.includes('<net '),
  },
  {
    title: 'a Core ML model, which is computed on Apple’s machines alone',
    advice: asOriginal,
    matches: (_, __, file) => /\.(mlmodel|mlmodelc|mlpackage)$/i.test(file),
  },
];

/** The names of files and folders that are always such models, for menus. */
export const otherPatterns = ['*.pt', '*.pth', '*.safetensors', '*.mlmodel', '*.mlpackage'] as const;

/**
 * What a file, or folder, is that Perturb cannot open, judging by its name and content, with what to do instead.
 * @returns undefined if it is nothing that is known.
 */
export async function otherFormatOf(file: string): Promise<string | undefined> {
  const head = await headOf(file);
  const entries = head.toString('latin1', 0, 2) === 'PK' ? await entriesOf(file) : [];
  const found = others.find(({ matches }) => matches(head, entries, file));
  return found && `${file}: this is ${found.title}. ${found.advice}`;
}

async function headOf(file: string): Promise<Buffer> {
  const handle = await open(file).catch(() => undefined);
  if (handle === undefined) return Buffer.alloc(0);
  try {
    if (!(await handle.stat()).isFile()) return Buffer.alloc(0);
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(headBytes), 0, headBytes, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

async function entriesOf(file: string): Promise<readonly string[]> {
  const archive = await ZipArchive.open(file).catch(() => undefined);
  archive?.close();
  return archive?.names ?? [];
}
