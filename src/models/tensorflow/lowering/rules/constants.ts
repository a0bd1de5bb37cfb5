import { CannotLower } from '../../../cannotLower.ts';
import type { Rule } from '../call.ts';
import { isFixed, isSame } from '../dims.ts';

/** The same tensor. */
const same: Rule = (call) => call.x;

const constant: Rule = (call) => {
  const found = call.tensor('value');
  if (found === undefined) throw new CannotLower('its value is missing');
  call.around.claim(found);
  return { dims: found.dims, type: found.type, constant: found };
};

const handle: Rule = (call) => ({ dims: [], type: 'float32', variable: call.name });

const read: Rule = (call) => {
  const { variable } = call.x;
  if (variable === undefined) throw new CannotLower('it reads something else than a variable');
  const found = call.around.variable(variable);
  return { dims: found.dims, type: found.type, constant: found };
};

const variable: Rule = (call) => {
  const found = call.around.variable(call.name);
  return { dims: found.dims, type: found.type, constant: found };
};

/** A tensor whose shape the model asserts. */
const ensured: Rule = (call) => {
  const { dims } = call.x;
  const wanted = call.shape('shape');
  const fits =
    wanted?.length === dims.length &&
    wanted.every((size, axis) => size === undefined || !isFixed(dims[axis] ?? 1) || isSame(size, dims[axis] ?? 1));
  if (wanted !== undefined && !fits)
    throw new CannotLower('the tensor that it is given has another shape than it asserts');
  return call.x;
};

/** Weights and constants, what is passed on, and what stays of training. */
export const constants: Readonly<Record<string, Rule>> = {
  Const: constant,
  VarHandleOp: handle,
  ReadVariableOp: read,
  VariableV2: variable,
  Variable: variable,
  Identity: same,
  IdentityN: (call) => call.inputs,
  Snapshot: same,
  StopGradient: same,
  PreventGradient: same,
  CheckNumerics: same,
  PlaceholderWithDefault: same,
  EnsureShape: ensured,
  Cast: (call) => {
    const type = call.type('DstT');
    return type === call.x.type ? call.x : call.like(call.x, (value) => call.cast(value, call.x.type, type), type);
  },
};
