import * as vscode from 'vscode';
import { inCodePointOrder } from '../../data/codePointOrder.ts';
import { firstFew } from '../../data/firstFew.ts';
import { nearestName } from '../../data/nearestName.ts';
import type { ClassOf } from '../../data/source.ts';
import type { FirstLook } from '../../evaluation/firstLook.ts';
import { choose } from './ask.ts';
import { type Answer, back, fill, type Place } from './form.ts';

const { l10n } = vscode;

/** What the dataset's `labels` must be in the settings, for its labels to be classes of the model. */
export type LabelRepair = 'predictions' | ClassOf;

interface Item extends vscode.QuickPickItem {
  repair(): Promise<Answer<LabelRepair>>;
}

/**
 * Asks what to do about labels that are no classes of a model.
 * @param folder where the images are.
 * @param again looks at model and images again.
 */
export async function repairLabels(
  first: FirstLook,
  { folder, again, place }: { folder: string; again(): Promise<FirstLook>; place: Place },
): Promise<Answer<LabelRepair>> {
  let look = first;
  while (look.unknown.length > 0) {
    const question = l10n.t('Labels that are no class of the model: {0}', firstFew(look.unknown));
    const picked = await choose<Item>({ place, question, items: itemsFor(look, folder, place) });
    if (picked === undefined || picked === back) return picked;
    const repair = await picked.repair();
    if (repair !== back) return repair;
    // Folders may have been renamed.
    look = await again();
  }
  return {};
}

function itemsFor(look: FirstLook, folder: string, place: Place): Item[] {
  const inOrder = byOrder(look);
  const order: Item[] = inOrder
    ? [
        {
          label: l10n.t('$(list-ordered) Match in Alphabetical Order'),
          description: l10n.t('as PyTorch’s ImageFolder does: {0}', preview(inOrder)),
          repair: async () => inOrder,
        },
      ]
    : [];
  return [
    ...order,
    {
      label: l10n.t('$(arrow-swap) Match Names'),
      description: l10n.t('say which class each of them means'),
      repair: () => matchNames(look, place),
    },
    {
      label: l10n.t('$(sparkle) Use Predictions'),
      description: l10n.t('what the model sees in an image counts as its label'),
      repair: async () => 'predictions',
    },
    {
      label: l10n.t('$(folder-opened) Open Folder'),
      description: l10n.t('to rename what is in it, and come back'),
      repair: async () => {
        const uri = vscode.Uri.file(folder);
        const isInside = vscode.workspace.getWorkspaceFolder(uri) !== undefined;
        await vscode.commands.executeCommand(isInside ? 'revealInExplorer' : 'revealFileInOS', uri);
        return back;
      },
    },
  ];
}

/** Where no label is known and there are as many as classes: each, in alphabetical order, is the class of that index. */
function byOrder({ unknown, classes }: FirstLook): ClassOf | undefined {
  if (unknown.length !== classes.length) return undefined;
  return Object.fromEntries(inCodePointOrder(unknown, (name) => name).map((name, index) => [name, String(index)]));
}

function preview(classOf: ClassOf): string {
  return `${Object.entries(classOf)
    .slice(0, 3)
    .map(([name, index]) => `${name} = ${index}`)
    .join(', ')}, …`;
}

/** Asks for the class of every label, the most similar ones first. */
async function matchNames({ unknown, classes }: FirstLook, { title }: Place): Promise<Answer<ClassOf>> {
  const steps = unknown.map((label) => ({
    async ask(_: Partial<Record<string, string>>, place: Place): Promise<Answer<Record<string, string>>> {
      const nearest = nearestName(label, classes);
      const items = classes.map((name, index) => ({ label: name, description: String(index), index }));
      const question = l10n.t('Class of the images labeled “{0}”', label);
      const isActive = (item: { label: string }) => item.label === nearest;
      const picked = await choose<(typeof items)[number]>({ place, question, items, isActive });
      if (picked === undefined || picked === back) return picked;
      const isUnique = classes.indexOf(picked.label) === classes.lastIndexOf(picked.label);
      return { [label]: isUnique ? picked.label : String(picked.index) };
    },
  }));
  // Who leaves these questions is asked the one before again.
  return ((await fill<Record<string, string>>(title, steps)) as ClassOf | undefined) ?? back;
}
