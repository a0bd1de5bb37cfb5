import path from 'node:path';
import { type Attribute, type Constant, elementTypes, type Graph, type Model, type Value } from './graph.ts';
import { ModelMessage } from './protobuf.ts';

/** Version of the file format that every ONNX Runtime since 1.15 reads. */
const formatVersion = 8;

/** A model in the ONNX file format. Constants in files are written as references, relative to its folder. */
export function writeModel({ graph, opsets, metadata, folder }: Model): Uint8Array {
  return ModelMessage.encode({
    ir_version: formatVersion,
    producer_name: 'Perturb',
    graph: graphMessage(graph, folder),
    opset_import: [...opsets].map(([domain, version]) => ({ domain, version })),
    metadata_props: [...metadata].map(([key, value]) => ({ key, value })),
  } as never).finish();
}

function graphMessage({ inputs, outputs, nodes, constants }: Graph, folder: string): object {
  return {
    name: 'graph',
    node: nodes.map(({ operator, domain, inputs, outputs, attributes }) => ({
      op_type: operator,
      domain,
      input: inputs,
      output: outputs,
      attribute: Object.entries(attributes).map(([name, value]) => attributeMessage(name, value, folder)),
    })),
    initializer: [...constants].map(([name, constant]) => tensorMessage(name, constant, folder)),
    input: inputs.map(valueMessage),
    output: outputs.map(valueMessage),
  };
}

function valueMessage({ name, type, dims }: Value): object {
  const dim = dims?.map((size) => (typeof size === 'number' ? { dim_value: size } : { dim_param: size }));
  if (type === undefined) return { name };
  return {
    name,
    type: { tensor_type: { elem_type: elementTypes[type], ...(dim ? { shape: { dim } } : {}) } },
  };
}

function attributeMessage(name: string, { kind, value }: Attribute, folder: string): object {
  switch (kind) {
    case 'float':
      return { name, type: 1, f: value };
    case 'int':
      return { name, type: 2, i: value };
    case 'string':
      return { name, type: 3, s: Buffer.from(value) };
    case 'tensor':
      return { name, type: 4, t: tensorMessage('', value, folder) };
    case 'graph':
      return { name, type: 5, g: graphMessage(value, folder) };
    case 'floats':
      return { name, type: 6, floats: value };
    case 'ints':
      return { name, type: 7, ints: value };
    case 'strings':
      return { name, type: 8, strings: value.map((text) => Buffer.from(text)) };
  }
}

function tensorMessage(name: string, { type, dims, data }: Constant, folder: string): object {
  const common = { name, dims, data_type: elementTypes[type] };
  if (data instanceof Uint8Array) return { ...common, raw_data: data };
  const entries = {
    location: path.relative(folder, data.file).split(path.sep).join('/'),
    offset: String(data.offset),
    length: String(data.length),
  };
  return {
    ...common,
    data_location: 1,
    external_data: Object.entries(entries).map(([key, value]) => ({ key, value })),
  };
}
