import * as vscode from 'vscode';
import type { AttackDefinition } from '../../attacks/attackDefinition.ts';
import { auto } from '../../attacks/auto.ts';
import { catalog } from '../../attacks/catalog.ts';
import { pgd } from '../../attacks/gradient/pgd.ts';
import { type Kind, kinds } from '../../attacks/kind.ts';
import { formatNorm } from '../../reports/format.ts';
import { choose, type News } from './ask.ts';
import { type Answer, back, type Place } from './form.ts';

const { l10n } = vscode;

/** An attack, or what else the list offers. */
export interface AttackItem extends vscode.QuickPickItem {
  readonly attack?: AttackDefinition;
}

/** The attacks to begin with, and what for. */
const recommended: readonly (readonly [id: string, use: string])[] = [
  [auto.id, l10n.t('the attack to rely on')],
  [pgd.id, l10n.t('a quick look')],
];

/** What can be offered beside the attacks, when it is known. */
export interface Offer {
  readonly note: string;
  /** An item before the attacks. */
  readonly item?: AttackItem;
}

/**
 * Asks for an attack of the catalog.
 * @param hasImages false for white noise, from which images can only be forged.
 * @returns the attack, or the item that was offered.
 */
export async function chooseFromCatalog(
  place: Place,
  hasImages: boolean,
  former: string | undefined,
  offer: Promise<Offer | undefined>,
): Promise<Answer<AttackDefinition | AttackItem>> {
  const items = attackItems(hasImages);
  const news = offer.then((offered): News<AttackItem> => {
    if (offered === undefined) return {};
    const { note, item } = offered;
    return item ? { note, items: [item, ...items] } : { note };
  });
  const question = l10n.t('Choose an attack');
  const isActive = ({ attack }: AttackItem) => attack !== undefined && attack.id === former;
  const picked = await choose({ place, question, items, isActive, news });
  return picked === undefined || picked === back ? picked : (picked.attack ?? picked);
}

function attackItems(hasImages: boolean): AttackItem[] {
  const usable = [...catalog.values()].filter(({ kind }) => hasImages || !kinds[kind].needsImages);
  const headed = (label: string, items: readonly AttackItem[]): AttackItem[] =>
    items.length > 0 ? [{ label, kind: vscode.QuickPickItemKind.Separator }, ...items] : [];
  const best = recommended.flatMap(([id, use]) =>
    usable.filter((attack) => attack.id === id).map((attack) => itemOf(attack, `${use}: `)),
  );
  const of = (kind: Kind) =>
    usable
      .filter((attack) => attack.kind === kind && !recommended.some(([id]) => id === attack.id))
      .map((attack) => itemOf(attack));
  return [
    ...headed(l10n.t('Recommended'), best),
    ...headed(l10n.t('Attacks'), of('attack')),
    ...headed(l10n.t('Image Forging'), of('forge')),
    ...headed(l10n.t('Explanations'), of('explanation')),
  ];
}

function itemOf(attack: AttackDefinition, use = ''): AttackItem {
  const norms = attack.norms.map(formatNorm).join(', ');
  return {
    label: attack.title,
    description: `${use}${attack.threatModel}, ${norms}`,
    detail: attack.description,
    attack,
  };
}
