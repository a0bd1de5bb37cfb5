import {
  createScanner,
  getNodeValue,
  type JSONPath,
  type Node,
  type ParseError,
  type ParseErrorCode,
  parseTree,
  printParseErrorCode,
} from 'jsonc-parser';

/** Lines and columns count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** JSON with comments and trailing commas, as VS Code writes its settings, with the place of everything in it. */
export interface JsonDocument {
  /** The first syntax error; later ones usually follow from it. */
  readonly syntaxError?: Position & { readonly message: string };
  /** The value at a path, or `undefined` if there is none. Of duplicate keys the last one wins, as usual in JSON. */
  get(path: JSONPath): unknown;
  /** Paths below this one whose key is defined more than once in its object. */
  duplicates(path: JSONPath): JSONPath[];
  /** Where a path begins (its key, or the entry of a list), or as much of the path as there is. */
  locate(path: JSONPath): Position;
  /** What to underline for a path: a value, or the key of an object or a list, or of the one that lacks the rest of the path. */
  underline(path: JSONPath): { readonly start: Position; readonly end: Position };
}

export function parseJson(given: string): JsonDocument {
  const text = withoutDepths(given);
  const errors: ParseError[] = [];
  const tree = parseTree(text, errors, { allowTrailingComma: true, allowEmptyContent: true });
  const [error] = errors;
  const positionAt = positionsIn(text);
  return {
    ...(error && { syntaxError: { ...positionAt(error.offset), message: describe(error.error) } }),
    get(path) {
      const node = find(tree, path);
      return node && getNodeValue(node);
    },
    duplicates(path) {
      const node = find(tree, path);
      return node ? [...duplicateKeys(node, path)] : [];
    },
    locate: (path) => positionAt(offsetOf(tree, path)),
    underline(path) {
      const [start, length] = underlined(tree, path);
      return { start: positionAt(start), end: positionAt(start + length) };
    },
  };
}

/** No setting is nested as deeply as this. */
const deepest = 50;
const tooDeep = '"… (nested too deeply)"';

/** The text with a value of the same length in place of what is nested so deeply that parsing it would fill the call stack. */
function withoutDepths(text: string): string {
  const scanner = createScanner(text, true);
  let [pruned, kept, depth, start] = ['', 0, 0, 0];
  let isDeep = false;
  for (scanner.scan(); scanner.getTokenOffset() < text.length; scanner.scan()) {
    const offset = scanner.getTokenOffset();
    // Strings begin with a quotation mark, so that these are no parts of one.
    const token = text.charAt(offset);
    if (token === '{' || token === '[') {
      depth++;
      if (depth === deepest) [start, isDeep] = [offset, false];
      isDeep ||= depth > 2 * deepest;
    } else if (token === '}' || token === ']') {
      if (depth === deepest && isDeep) {
        pruned += (text.slice(kept, start) + tooDeep).padEnd(offset + 1 - pruned.length);
        kept = offset + 1;
      }
      depth--;
    }
  }
  const isOpen = isDeep && kept <= start;
  return pruned + (isOpen ? text.slice(kept, start) + tooDeep : text.slice(kept));
}

function child(node: Node | undefined, step: string | number): Node | undefined {
  if (node?.type === 'array') return node.children?.[step as number];
  return node?.type === 'object' ? membersOf(node).get(String(step)) : undefined;
}

/** The values of large objects are looked up one by one, so that a search for each would take ages. */
const members = new WeakMap<Node, ReadonlyMap<string, Node | undefined>>();

/** The values of an object by their keys; of duplicate keys the last one. */
function membersOf(node: Node): ReadonlyMap<string, Node | undefined> {
  let found = members.get(node);
  if (found === undefined) {
    found = new Map(node.children?.map(({ children }) => [String(children?.[0]?.value), children?.[1]]));
    members.set(node, found);
  }
  return found;
}

function find(tree: Node | undefined, path: JSONPath): Node | undefined {
  return path.reduce<Node | undefined>(child, tree);
}

function offsetOf(tree: Node | undefined, path: JSONPath): number {
  let [node, offset] = [tree, tree?.offset ?? 0];
  for (const step of path) {
    node = child(node, step);
    if (!node) break;
    offset = node.parent?.type === 'property' ? node.parent.offset : node.offset;
  }
  return offset;
}

/** Where to underline, and how far: in one line, since a whole object underlined would tell nothing. */
function underlined(tree: Node | undefined, path: JSONPath): [offset: number, length: number] {
  let node = tree;
  for (const step of path) {
    const next = child(node, step);
    if (!next) break;
    node = next;
  }
  if (!node) return [0, 1];
  if (node.children === undefined) return [node.offset, node.length];
  const key = node.parent?.type === 'property' ? node.parent.children?.[0] : undefined;
  return key ? [key.offset, key.length] : [node.offset, 1];
}

function* duplicateKeys(node: Node, path: JSONPath): Generator<JSONPath> {
  const seen = new Set<string>();
  for (const [index, entry] of (node.children ?? []).entries()) {
    const key = node.type === 'object' ? (entry.children?.[0]?.value as string) : index;
    const value = node.type === 'object' ? entry.children?.[1] : entry;
    if (typeof key === 'string') {
      if (seen.has(key)) yield [...path, key];
      seen.add(key);
    }
    if (value?.children) yield* duplicateKeys(value, [...path, key]);
  }
}

/** Finds lines and columns in a text, which is split only once. */
function positionsIn(text: string): (offset: number) => Position {
  const starts = [0];
  for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', end + 1)) starts.push(end + 1);
  return (offset) => {
    let [line, after] = [0, starts.length];
    while (after - line > 1) {
      const middle = (line + after) >> 1;
      if ((starts[middle] as number) <= offset) line = middle;
      else after = middle;
    }
    return { line: line + 1, column: offset - (starts[line] as number) + 1 };
  };
}

/** "CommaExpected" becomes "comma expected". */
function describe(code: ParseErrorCode): string {
  const words = printParseErrorCode(code).replace(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter}`);
  return `This is not valid JSON: ${words.toLowerCase()}.`;
}
