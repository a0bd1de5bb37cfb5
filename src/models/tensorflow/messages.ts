import protobuf from 'protobufjs';

/**
 * The messages of TensorFlow's graphs and SavedModels that inference needs, with the field numbers of TensorFlow's .proto
 * files. Their JSON, which TensorFlow.js keeps graphs in, has the same names.
 */
const { root } = protobuf.parse(
  `
  syntax = "proto3";
  message SavedModel { repeated MetaGraph metaGraphs = 2; }
  message MetaGraph {
    MetaInfo metaInfoDef = 1;
    Graph graphDef = 2;
    Saver saverDef = 3;
    map<string, Signature> signatureDef = 5;
  }
  message MetaInfo { repeated string tags = 4; }
  message Saver { string filenameTensorName = 1; string restoreOpName = 3; }
  message Signature { map<string, TensorInfo> inputs = 1; map<string, TensorInfo> outputs = 2; }
  message TensorInfo { string name = 1; DataType dtype = 2; Shape tensorShape = 3; }

  message Graph { repeated Node node = 1; Library library = 2; }
  message Library { repeated Function function = 1; }
  message Function {
    FunctionSignature signature = 1;
    repeated Node nodeDef = 3;
    map<string, string> ret = 4;
  }
  message FunctionSignature { string name = 1; repeated Argument inputArg = 2; repeated Argument outputArg = 3; }
  message Argument { string name = 1; }
  message Node {
    string name = 1;
    string op = 2;
    repeated string input = 3;
    map<string, Attribute> attr = 5;
  }
  message Attribute {
    oneof value {
      List list = 1;
      bytes s = 2;
      int64 i = 3;
      float f = 4;
      bool b = 5;
      DataType type = 6;
      Shape shape = 7;
      Tensor tensor = 8;
      FunctionName func = 10;
    }
  }
  message List {
    repeated bytes s = 2;
    repeated int64 i = 3;
    repeated float f = 4;
    repeated bool b = 5;
    repeated DataType type = 6;
    repeated Shape shape = 7;
  }
  message FunctionName { string name = 1; }
  message Shape { repeated Dimension dim = 2; bool unknownRank = 3; }
  message Dimension { int64 size = 1; }
  message Tensor {
    DataType dtype = 1;
    Shape tensorShape = 2;
    bytes tensorContent = 4;
    repeated float floatVal = 5;
    repeated double doubleVal = 6;
    repeated int32 intVal = 7;
    repeated bytes stringVal = 8;
    repeated int64 int64Val = 10;
    repeated bool boolVal = 11;
    repeated int32 halfVal = 13;
    repeated uint32 uint32Val = 16;
    repeated uint64 uint64Val = 17;
  }
  enum DataType {
    DT_INVALID = 0; DT_FLOAT = 1; DT_DOUBLE = 2; DT_INT32 = 3; DT_UINT8 = 4; DT_INT16 = 5; DT_INT8 = 6; DT_STRING = 7;
    DT_COMPLEX64 = 8; DT_INT64 = 9; DT_BOOL = 10; DT_QINT8 = 11; DT_QUINT8 = 12; DT_QINT32 = 13; DT_BFLOAT16 = 14;
    DT_QINT16 = 15; DT_QUINT16 = 16; DT_UINT16 = 17; DT_COMPLEX128 = 18; DT_HALF = 19; DT_RESOURCE = 20;
    DT_VARIANT = 21; DT_UINT32 = 22; DT_UINT64 = 23;
  }

  message BundleHeader { int32 numShards = 1; int32 endianness = 2; }
  message BundleEntry {
    DataType dtype = 1;
    Shape shape = 2;
    int32 shardId = 3;
    int64 offset = 4;
    int64 size = 5;
    fixed32 crc32c = 6;
    repeated Slice slices = 7;
  }
  message Slice {}
  `,
  { keepCase: true },
);

export const GraphMessage = root.lookupType('Graph');
export const SignatureMessageType = root.lookupType('Signature');
export const SavedModelMessage = root.lookupType('SavedModel');
export const BundleHeaderMessage = root.lookupType('BundleHeader');
export const BundleEntryMessage = root.lookupType('BundleEntry');

/** Decoded messages: unset lists are empty, unset messages null, int64 are Long. */
export interface ShapeMessage {
  readonly dim: readonly { readonly size: unknown }[];
  readonly unknownRank: boolean;
}

export interface TensorMessage {
  readonly dtype: number;
  readonly tensorShape: ShapeMessage | null;
  readonly tensorContent: Uint8Array;
  readonly floatVal: readonly number[];
  readonly doubleVal: readonly number[];
  readonly intVal: readonly number[];
  readonly stringVal: readonly Uint8Array[];
  readonly int64Val: readonly unknown[];
  readonly boolVal: readonly boolean[];
  readonly halfVal: readonly number[];
  readonly uint32Val: readonly number[];
  readonly uint64Val: readonly unknown[];
}

export interface ListMessage {
  readonly s: readonly Uint8Array[];
  readonly i: readonly unknown[];
  readonly f: readonly number[];
}

export interface AttributeMessage {
  /** Which of the fields is set. */
  readonly value?: 'list' | 's' | 'i' | 'f' | 'b' | 'type' | 'shape' | 'tensor' | 'func';
  readonly list: ListMessage | null;
  readonly s: Uint8Array;
  readonly i: unknown;
  readonly f: number;
  readonly b: boolean;
  readonly type: number;
  readonly shape: ShapeMessage | null;
  readonly tensor: TensorMessage | null;
  readonly func: { readonly name: string } | null;
}

export interface NodeMessage {
  readonly name: string;
  readonly op: string;
  readonly input: readonly string[];
  readonly attr: Readonly<Record<string, AttributeMessage>>;
}

export interface FunctionMessage {
  readonly signature: {
    readonly name: string;
    readonly inputArg: readonly { readonly name: string }[];
    readonly outputArg: readonly { readonly name: string }[];
  } | null;
  readonly nodeDef: readonly NodeMessage[];
  readonly ret: Readonly<Record<string, string>>;
}

export interface GraphFields {
  readonly node: readonly NodeMessage[];
  readonly library: { readonly function: readonly FunctionMessage[] } | null;
}

export interface TensorInfoMessage {
  readonly name: string;
  readonly dtype: number;
  readonly tensorShape: ShapeMessage | null;
}

export interface SignatureMessage {
  readonly inputs: Readonly<Record<string, TensorInfoMessage>>;
  readonly outputs: Readonly<Record<string, TensorInfoMessage>>;
}

export interface MetaGraphMessage {
  readonly metaInfoDef: { readonly tags: readonly string[] } | null;
  readonly graphDef: GraphFields | null;
  readonly saverDef: { readonly restoreOpName: string } | null;
  readonly signatureDef: Readonly<Record<string, SignatureMessage>>;
}
