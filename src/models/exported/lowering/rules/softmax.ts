import type { Call, Rule } from '../call.ts';

const along =
  (operator: string): Rule =>
  (call: Call) =>
    call.build.op(operator, [call.cast(call.input, call.result.type)], { axis: call.axis('dim') });

/** Probabilities along an axis. */
export const softmax: Readonly<Record<string, Rule>> = {
  softmax: along('Softmax'),
  _softmax: along('Softmax'),
  _safe_softmax: along('Softmax'),
  log_softmax: along('LogSoftmax'),
  _log_softmax: along('LogSoftmax'),
};
