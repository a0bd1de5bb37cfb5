import * as vscode from 'vscode';
import { type Answer, back, type Place } from './form.ts';

/** What a list can show after it has opened. */
export interface News<T> {
  /** Replaces the items. */
  readonly items?: readonly T[];
  /** Added to the title. */
  readonly note?: string | undefined;
}

/** A question with a list to choose from. */
export interface Choice<T> {
  readonly place: Place;
  readonly question: string;
  readonly items: readonly T[];
  /** The item to begin with; the first where none is. */
  isActive?(item: T): boolean;
  /** Shown when it arrives; until then, the list says that there is more to come. */
  readonly news?: Promise<News<T>> | undefined;
}

/** Asks for an item of a list. A view that regains the focus does not end the dialog. */
export function choose<T extends vscode.QuickPickItem>(choice: Choice<T>): Promise<Answer<T>> {
  const { place, question, items, news, isActive = () => false } = choice;
  const list = vscode.window.createQuickPick<T>();
  list.placeholder = question;
  list.matchOnDescription = true;
  const begin = items.find(isActive) ?? items[0];
  /** What the user has come to stays active; until then the list may begin elsewhere. */
  const replace = (latest: readonly T[]) => {
    const [before = begin] = list.activeItems;
    list.items = latest;
    const wanted = before?.label === begin?.label ? latest.find(isActive) : undefined;
    const found = wanted ?? latest.find(({ label }) => label === before?.label);
    if (found) list.activeItems = [found];
  };
  replace(items);
  let isOpen = true;
  if (news) {
    list.busy = true;
    void news
      .then(({ items: latest, note }) => {
        if (!isOpen) return;
        if (note !== undefined) list.title = `${list.title} · ${note}`;
        if (latest === undefined) return;
        replace(latest);
      })
      .finally(() => {
        if (isOpen) list.busy = false;
      });
  }
  return show<T>(list, place, (answer) => {
    list.onDidAccept(() => {
      const [item] = list.selectedItems;
      if (item) answer(item);
    });
  }).finally(() => {
    isOpen = false;
  });
}

/** A question for a text. */
export interface Prompt {
  readonly place: Place;
  readonly question: string;
  readonly value?: string;
  /** What is wrong with a text; `undefined` if nothing is. */
  validate(text: string): string | undefined;
}

/** Asks for a text, which is returned without spaces around it. */
export function enter({ place, question, value = '', validate }: Prompt): Promise<Answer<string>> {
  const box = vscode.window.createInputBox();
  box.prompt = question;
  box.value = value;
  box.valueSelection = [0, value.length];
  const check = () => {
    box.validationMessage = validate(box.value.trim());
  };
  box.onDidChangeValue(check);
  return show<string>(box, place, (answer) => {
    box.onDidAccept(() => {
      check();
      if (!box.validationMessage) answer(box.value.trim());
    });
  });
}

/** Shows a dialog until it is answered, left, or gone back from. */
async function show<T>(
  dialog: vscode.QuickPick<vscode.QuickPickItem> | vscode.InputBox,
  { title, step = 0, steps, isPart = false }: Place,
  listen: (answer: (value: T) => void) => void,
): Promise<Answer<T>> {
  dialog.title = title;
  dialog.step = step || undefined;
  dialog.totalSteps = steps;
  dialog.ignoreFocusOut = true;
  if (step > 1 || isPart) dialog.buttons = [vscode.QuickInputButtons.Back];
  try {
    return await new Promise<Answer<T>>((resolve) => {
      listen(resolve);
      dialog.onDidTriggerButton(() => resolve(back));
      dialog.onDidHide(() => resolve(undefined));
      dialog.show();
    });
  } finally {
    dialog.dispose();
  }
}
