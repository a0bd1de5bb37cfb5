/** An entry of `perturb.detectors`. */
export const detector = { kind: 'net', model: 'signs', dataset: 'street', path: 'out/net' };
/** An entry of `perturb.defenses`. */
export const defense = { kind: 'robust', model: 'signs', dataset: 'street', path: 'out/robust' };

/** Settings of two models, and of these detectors and defenses, an entry a line from line 5 on. */
export function settingsOf(
  { detectors = {}, defenses = {} }: { detectors?: object; defenses?: object },
  tests = {},
): string {
  const lines = (entries: object) =>
    Object.entries(entries)
      .map(([name, value]) => `${JSON.stringify(name)}: ${JSON.stringify(value)}`)
      .join(',\n');
  return `{
  "perturb.models": { "signs": { "path": "models/signs/model.json" }, "plain": { "path": "models/plain" } },
  "perturb.datasets": { "street": { "path": "street" }, "loose": { "path": "loose", "labels": "predictions" } },
  "perturb.detectors": {
${lines(detectors)}
  },
  "perturb.defenses": {
${lines(defenses)}
  },
  "perturb.tests": ${JSON.stringify(tests)}
}`;
}
