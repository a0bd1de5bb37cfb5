import type { Secrets } from '../secrets.ts';
import { memoize } from './memoize.ts';
import type { SettingsLayer } from './settingsLayer.ts';
import { environmentIn } from './variables.ts';

/** What a plan keeps from reports and cards: the values of the environment that its settings are made of, if any. */
export function keptSecrets(layer: SettingsLayer): { readonly secrets?: Secrets } {
  const secrets = secretsOf(layer);
  return Object.keys(secrets).length > 0 ? { secrets } : {};
}

const secretsOf = memoize(
  (layer: SettingsLayer): Secrets => ({
    ...(layer.outer && secretsOf(layer.outer)),
    ...environmentIn(layer.values),
  }),
);
