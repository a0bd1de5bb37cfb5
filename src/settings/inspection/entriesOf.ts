import type { SettingKey } from '../configuration.ts';
import type { NamedEntry } from '../namedEntry.ts';
import type { Workspace } from '../settingsLayer.ts';

/** What all files of a workspace define in a setting. */
export function entriesOf({ layers }: Workspace, setting: SettingKey): NamedEntry[] {
  return layers.flatMap((layer) =>
    Object.entries(layer.values[setting]).map(([name, value]) => ({ layer, setting, name, value })),
  );
}
