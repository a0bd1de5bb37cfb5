import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { extensionVariable } from './result.ts';

describe('The extension', () => {
  it('is found by its id', () => {
    const id = process.env[extensionVariable];
    assert.ok(id !== undefined, `${extensionVariable} is not set`);
    assert.ok(vscode.extensions.getExtension(id) !== undefined, `VS Code has no extension ${id}`);
  });
});
