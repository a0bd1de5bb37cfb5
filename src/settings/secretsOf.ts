import type { Secrets } from '../secrets.ts';
import { memoize } from './memoize.ts';
import type { SettingsLayer } from './settingsLayer.ts';
import { environmentIn } from './variables.ts';

/** The environment that the settings of a layer are made of: its values are kept from reports and cards. */
export const secretsOf = memoize(
  (layer: SettingsLayer): Secrets => ({
    ...(layer.outer && secretsOf(layer.outer)),
    ...environmentIn(layer.values),
  }),
);
