import { firstLineOf, UserError } from '../../../userError.ts';

/** What ONNX Runtime says of models that it cannot run, and what is to be done. */
const reasons: readonly (readonly [told: RegExp, meaning: (...found: string[]) => string])[] = [
  [
    /Could not find an implementation for (\w+)\((\d+)\)/,
    (operator, version) =>
      `it has no ${operator}, in version ${version} of ONNX’s operators, for the number type used here. Export the model in float32, and in version 13 or newer.`,
  ],
  [
    /Opset (\d+) is under development.*support for domain ai\.onnx is till opset (\d+)/s,
    (version, newest) =>
      `the model uses version ${version} of ONNX’s operators, and it knows those up to ${newest}. Export the model with opset_version=${newest} or less.`,
  ],
  [
    /Fatal error: ([\w.]+):(\w+)\(-?\d+\) is not a registered function\/op/,
    (domain, operator) =>
      `the model uses the operator "${operator}" of "${domain}", which only the program that made it has. Export the model with ONNX’s own operators.`,
  ],
  [
    /No Op registered for (\w+) with domain_version/,
    (operator) =>
      `ONNX’s operators, in the version that the model uses, have no "${operator}". Export the model again, with a newer opset_version or without this operator.`,
  ],
];

/** Where in its sources ONNX Runtime found an error. */
const place = /^\S*\/\S+:\d+ .*?\) (?=[A-Z])/;

/** Rethrows ONNX Runtime's error for a model that it cannot run, as a sentence; a UserError unchanged. */
export function refuse(error: unknown): never {
  if (error instanceof UserError) throw error;
  const said = firstLineOf(error);
  for (const [told, meaning] of reasons) {
    const found = told.exec(said);
    if (found) throw refusalFor(meaning(...found.slice(1)), error);
  }
  throw refusalFor(said.replace(place, ''), error);
}

function refusalFor(reason: string, cause: unknown): UserError {
  return new UserError(`ONNX Runtime cannot run this model: ${reason}`, { cause });
}
