import type * as vscode from 'vscode';
import { type SecretOf, secretInEnvironment } from '../models/remote/secret.ts';

/** What a secret is stored under. */
export function storageKey(name: string): string {
  return `secret.${name}`;
}

/** Finds secrets in VS Code's secret storage, and in environment variables where they are not there. */
export function secretIn(storage: vscode.SecretStorage): SecretOf {
  return async (name) => (await storage.get(storageKey(name))) || secretInEnvironment(name);
}
