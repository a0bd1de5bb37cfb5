import { UserError } from '../../../userError.ts';
import {
  type AttributeMessage,
  amended,
  type FunctionMessage,
  type GraphMessage,
  type ModelFields,
  type NodeMessage,
} from './protobuf.ts';

/** Functions may call functions, but not themselves. */
const deepestCall = 16;

/** From this version on, operators differ between versions of the standard only in what they allow. */
const stableVersion = 13;

/**
 * Replaces calls of a model's own functions by their nodes (ONNX IR, “Functions”): PyTorch's exporter and others write
 * layers as functions that only the file itself defines.
 * @param mostCalls more are rejected, since functions that call functions may create any number of nodes.
 * @throws UserError if a function uses another version of the standard's operators, or calls itself.
 */
export function inlineFunctions(
  { graph, functions, opset_import }: ModelFields,
  mostCalls: number,
): readonly NodeMessage[] {
  if (graph === null || functions.length === 0) return graph?.node ?? [];
  const known = new Map(functions.map((each) => [keyOf(each.domain, each.name, each.overload), each]));
  const version = standardVersion(opset_import);
  let calls = 0;

  const inlineNode = (node: NodeMessage, depth: number): NodeMessage[] => {
    const definition = known.get(keyOf(node.domain, node.op_type, node.overload));
    if (definition === undefined) return [withGraphs(node, (inner) => inlineGraph(inner, depth))];
    if (depth >= deepestCall) throw new UserError(`The function ${node.op_type} of the model calls itself.`);
    checkVersion(definition, version);
    if (calls >= mostCalls) throw new UserError(`The model calls its functions more than ${mostCalls} times.`);
    return bodyOf(definition, node, `${node.op_type}/${calls++}/`).flatMap((inner) => inlineNode(inner, depth + 1));
  };
  const inlineGraph = (inner: GraphMessage, depth: number): GraphMessage =>
    amended(inner, { node: inner.node.flatMap((node) => inlineNode(node, depth)) });
  return inlineGraph(graph, 0).node;
}

function keyOf(domain: string, name: string, overload: string): string {
  return JSON.stringify([domain, name, overload]);
}

function standardVersion(imports: ModelFields['opset_import']): number {
  return Number(imports.find(({ domain }) => domain === '' || domain === 'ai.onnx')?.version ?? 0);
}

function checkVersion({ name, opset_import }: FunctionMessage, version: number): void {
  const own = standardVersion(opset_import);
  if (own === 0 || own === version || Math.min(own, version) >= stableVersion) return;
  throw new UserError(
    `The model’s function ${name} uses version ${own} of ONNX’s operators, but the model uses version ${version}. Export it in one version, ${stableVersion} or newer.`,
  );
}

/**
 * The function's nodes for one call: its inputs, outputs and attributes are those of the call; everything else gets a
 * new name.
 */
function bodyOf(definition: FunctionMessage, call: NodeMessage, prefix: string): NodeMessage[] {
  const names = new Map([
    ...definition.output.map((name, i) => [name, call.output[i] || `${prefix}${name}`] as const),
    ...definition.input.map((name, i) => [name, call.input[i] ?? ''] as const),
  ]);
  const given = new Map([...definition.attribute_proto, ...call.attribute].map((each) => [each.name, each]));
  const results = definition.output.flatMap((name, i): NodeMessage[] =>
    definition.input.includes(name)
      ? [
          amended(call, {
            op_type: 'Identity',
            domain: '',
            attribute: [],
            input: [call.input[definition.input.indexOf(name)] ?? ''],
            output: [call.output[i] ?? ''],
          }),
        ]
      : [],
  );
  const rename = (name: string) => (name === '' ? '' : (names.get(name) ?? `${prefix}${name}`));
  return [...definition.node.map((node) => renamed(node, rename, given)), ...results];
}

/** @param given the call's attributes, which the function may refer to. */
function renamed(
  node: NodeMessage,
  rename: (name: string) => string,
  given: ReadonlyMap<string, AttributeMessage>,
): NodeMessage {
  const attribute = node.attribute.flatMap((own): AttributeMessage[] => {
    if (own.ref_attr_name === '') return [own];
    const referred = given.get(own.ref_attr_name);
    // Attributes that the call leaves out have the operator's default.
    return referred ? [amended(referred, { name: own.name })] : [];
  });
  const plain = amended(node, { attribute, input: node.input.map(rename), output: node.output.map(rename) });
  const named = <T extends { readonly name: string }>(message: T) =>
    amended(message, { name: rename(message.name) } as Partial<T>);
  return withGraphs(plain, (graph) =>
    amended(graph, {
      node: graph.node.map((inner) => renamed(inner, rename, given)),
      initializer: graph.initializer.map(named),
      input: graph.input.map(named),
      output: graph.output.map(named),
    }),
  );
}

function withGraphs(node: NodeMessage, change: (graph: GraphMessage) => GraphMessage): NodeMessage {
  if (node.attribute.every(({ g }) => !g)) return node;
  const attribute = node.attribute.map((each) => (each.g ? amended(each, { g: change(each.g) }) : each));
  return amended(node, { attribute });
}
