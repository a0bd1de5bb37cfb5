import protobuf from 'protobufjs';

/** The messages of ONNX files that a classifier needs, with the field numbers of the ONNX standard. */
const { root } = protobuf.parse(
  `
  syntax = "proto3";
  message Model {
    int64 ir_version = 1;
    string producer_name = 2;
    string producer_version = 3;
    Graph graph = 7;
    repeated OperatorSet opset_import = 8;
    repeated Entry metadata_props = 14;
    repeated Function functions = 25;
  }
  message OperatorSet { string domain = 1; int64 version = 2; }
  message Entry { string key = 1; string value = 2; }
  message Function {
    string name = 1;
    repeated string input = 4;
    repeated string output = 5;
    repeated Node node = 7;
    repeated OperatorSet opset_import = 9;
    string domain = 10;
    repeated Attribute attribute_proto = 11;
    string overload = 13;
  }
  message Graph {
    repeated Node node = 1;
    string name = 2;
    repeated Tensor initializer = 5;
    repeated ValueInfo input = 11;
    repeated ValueInfo output = 12;
    repeated SparseTensor sparse_initializer = 15;
  }
  message Node {
    repeated string input = 1;
    repeated string output = 2;
    string name = 3;
    string op_type = 4;
    repeated Attribute attribute = 5;
    string domain = 7;
    string overload = 8;
  }
  message Attribute {
    string name = 1;
    float f = 2;
    int64 i = 3;
    bytes s = 4;
    Tensor t = 5;
    Graph g = 6;
    repeated float floats = 7;
    repeated int64 ints = 8;
    repeated bytes strings = 9;
    int32 type = 20;
    string ref_attr_name = 21;
  }
  message Tensor {
    repeated int64 dims = 1;
    int32 data_type = 2;
    repeated float float_data = 4;
    repeated int32 int32_data = 5;
    repeated bytes string_data = 6;
    repeated int64 int64_data = 7;
    string name = 8;
    bytes raw_data = 9;
    repeated double double_data = 10;
    repeated uint64 uint64_data = 11;
    repeated Entry external_data = 13;
    int32 data_location = 14;
  }
  message SparseTensor { repeated int64 dims = 3; }
  message ValueInfo { string name = 1; Type type = 2; }
  message Type { TensorType tensor_type = 1; Other sequence_type = 4; Other map_type = 5; Other optional_type = 9; }
  message Other {}
  message TensorType { int32 elem_type = 1; Shape shape = 2; }
  message Shape { repeated Dimension dim = 1; }
  message Dimension { oneof value { int64 dim_value = 1; string dim_param = 2; } }
  `,
  { keepCase: true },
);

/** Reads and writes whole ONNX files. */
export const ModelMessage = root.lookupType('Model');

/** A message with other values for some fields. Not by spreading: unset fields are in its prototype. */
export function amended<T extends object>(message: T, changes: Partial<T>): T {
  return Object.assign(Object.create(Object.getPrototypeOf(message)), message, changes);
}

/** Decoded messages: unset lists are empty, unset messages null, int64 are Long. */
export interface TensorMessage {
  readonly name: string;
  readonly dims: readonly unknown[];
  readonly data_type: number;
  readonly data_location: number;
  readonly raw_data: Uint8Array;
  readonly external_data: readonly { readonly key: string; readonly value: string }[];
  readonly float_data: readonly number[];
  readonly int32_data: readonly number[];
  readonly int64_data: readonly unknown[];
  readonly double_data: readonly number[];
  readonly uint64_data: readonly unknown[];
}

export interface NodeMessage {
  readonly input: readonly string[];
  readonly output: readonly string[];
  readonly name: string;
  readonly op_type: string;
  readonly domain: string;
  readonly overload: string;
  readonly attribute: readonly AttributeMessage[];
}

export interface FunctionMessage {
  readonly name: string;
  readonly domain: string;
  readonly overload: string;
  readonly input: readonly string[];
  readonly output: readonly string[];
  readonly node: readonly NodeMessage[];
  readonly opset_import: ModelFields['opset_import'];
  /** Attributes that have a default. */
  readonly attribute_proto: readonly AttributeMessage[];
}

export interface AttributeMessage {
  readonly name: string;
  readonly type: number;
  readonly f: number;
  readonly i: unknown;
  readonly s: Uint8Array;
  readonly t: TensorMessage | null;
  readonly g: GraphMessage | null;
  readonly floats: readonly number[];
  readonly ints: readonly unknown[];
  readonly strings: readonly Uint8Array[];
  /** In a function: the attribute of the call that this one refers to. */
  readonly ref_attr_name: string;
}

export interface ValueMessage {
  readonly name: string;
  readonly type: {
    readonly tensor_type: {
      readonly elem_type: number;
      readonly shape: {
        readonly dim: readonly { readonly value?: string; readonly dim_value: unknown; readonly dim_param: string }[];
      } | null;
    } | null;
  } | null;
}

export interface GraphMessage {
  readonly node: readonly NodeMessage[];
  readonly initializer: readonly TensorMessage[];
  readonly sparse_initializer: readonly unknown[];
  readonly input: readonly ValueMessage[];
  readonly output: readonly ValueMessage[];
}

export interface ModelFields {
  readonly graph: GraphMessage | null;
  readonly functions: readonly FunctionMessage[];
  readonly opset_import: readonly { readonly domain: string; readonly version: unknown }[];
  readonly metadata_props: readonly { readonly key: string; readonly value: string }[];
}
