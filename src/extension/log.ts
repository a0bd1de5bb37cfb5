import { homedir } from 'node:os';
import * as vscode from 'vscode';

/** How many of the last lines are kept for diagnostics. */
const keptLines = 200;

/** What happens in this window, line by line: *Perturb* in the Output view, at the level that is set there. */
export class Log implements vscode.Disposable {
  readonly #channel = vscode.window.createOutputChannel('Perturb', { log: true });
  readonly #lines: string[] = [];

  info(message: string): void {
    this.#keep('info', message);
    this.#channel.info(message);
  }

  warn(message: string): void {
    this.#keep('warning', message);
    this.#channel.warn(message);
  }

  error(message: string): void {
    this.#keep('error', message);
    this.#channel.error(message);
  }

  show(): void {
    this.#channel.show();
  }

  /** The last lines, oldest first, without the name of the home folder, so that they can be shown to others. */
  get lines(): readonly string[] {
    return this.#lines.map(withoutHome);
  }

  dispose(): void {
    this.#channel.dispose();
  }

  #keep(level: string, message: string): void {
    this.#lines.push(`${new Date().toISOString()} [${level}] ${message}`);
    if (this.#lines.length > keptLines) this.#lines.shift();
  }
}

function withoutHome(line: string): string {
  return line.replaceAll(homedir(), '~');
}
