import type { Call } from './call.ts';
import { writeSelected, writeSlice } from './rules/indexing.ts';

/** Puts what was written into a view back into the tensor that it shows. @returns the value of that tensor. */
export type WriteBack = (view: Call, base: string, written: string) => string;

const reshapedBack: WriteBack = (view, _, written) => view.reshape(written, view.dims);
const whole: WriteBack = (_, __, written) => written;

/**
 * The operators whose result may share its numbers with their first argument, and how to write into that through it;
 * undefined if that is not known.
 */
export const views = new Map<string, WriteBack | undefined>([
  ['slice', writeSlice],
  ['select', writeSelected],
  ...['alias', 'detach', 'lift_fresh', 'dropout'].map((name): [string, WriteBack] => [name, whole]),
  ...['view', 'flatten', 'unflatten', 'squeeze', 'unsqueeze', 'view_as'].map((name): [string, WriteBack] => [
    name,
    reshapedBack,
  ]),
  ...[
    'reshape',
    'reshape_as',
    'contiguous',
    'to',
    'type_as',
    'float',
    'permute',
    'transpose',
    'swapaxes',
    't',
    'numpy_T',
    'mT',
    'movedim',
    'expand',
    'expand_as',
    'broadcast_to',
    'split',
    'split_with_sizes',
    'chunk',
    'tensor_split',
    'unbind',
    'as_strided',
    'narrow',
    'diagonal',
    'unfold',
  ].map((name): [string, undefined] => [name, undefined]),
]);
