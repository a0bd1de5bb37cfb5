import type { FileStore } from './images/fileStore.ts';
import type { ImageStore } from './images/imageStore.ts';
import type { TraceStore } from './images/traceStore.ts';
import type { Translate } from './l10n.ts';
import type { Model } from './logic/model.ts';
import type { State } from './logic/state.ts';

/** Shared by all parts of the page. */
export interface Context {
  readonly t: Translate;
  readonly images: ImageStore;
  readonly traces: TraceStore;
  readonly files: FileStore;
  /** The latest model. */
  model(): Model;
  /** Changes the state; every part is updated. */
  set(change: Partial<State>): void;
  /** Takes the test away that the shown one is compared with. */
  endComparison(): void;
  /** Announces something to screen readers. */
  announce(words: string): void;
  /** Moves the focus to the gallery or the pictures. */
  focus(part: 'gallery' | 'pictures'): void;
  showHelp(): void;
}

/** A part of the page: an element, and how it follows the model. */
export interface Part {
  readonly element: HTMLElement;
  update(model: Model, previous?: Model): void;
}
