import { homedir } from 'node:os';
import { resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What a path in settings can refer to. */
export interface PathScope {
  /** The folder that relative paths start from. */
  readonly folder: string;
  /** `${workspaceFolder}`; missing where there are several and the settings belong to none of them. */
  readonly workspaceFolder?: string;
  /** `${workspaceFolder:name}` */
  readonly folders: ReadonlyMap<string, string>;
}

/**
 * The absolute path that a path in settings stands for: variables replaced, as VS Code does in tasks, a leading `~` taken
 * for the home folder, `file:///…` for the path in it, backslashes for separators on every system, and a relative path from
 * the folder whose settings state it.
 * @throws RangeError for a variable without a value and for an address of another kind, with a message for the user.
 */
export function resolvePath(path: string, scope: PathScope): string {
  const expanded = expandVariables(
    path.replace(/^~(?=$|[/\\])/, () => homedir()),
    scope,
  );
  return resolve(scope.folder, (fileOf(expanded) ?? expanded).replaceAll('\\', sep));
}

/** The path of an address `file:///…`; nothing for what is a path already. @throws RangeError for all other addresses. */
function fileOf(path: string): string | undefined {
  const [, scheme] = /^([a-z][a-z\d+.-]+):\/\//i.exec(path) ?? [];
  if (scheme === undefined) return undefined;
  if (scheme.toLowerCase() !== 'file') {
    throw new RangeError(
      `This is an address ("${scheme}://…"), not a path. Download what is there, and give the path of the file or folder.`,
    );
  }
  try {
    return fileURLToPath(path);
  } catch (error) {
    throw new RangeError(`This address names no file on this machine: ${(error as Error).message}. Give a path.`);
  }
}

/** A text with the values of its variables. @throws RangeError for a variable without a value, with a message for the user. */
export function expandVariables(text: string, scope: PathScope): string {
  return text.replace(/\$\{([^}]*)\}/g, (_, variable) => variableValue(variable, scope));
}

/** Shorter values stand in too many texts to be secret. */
const shortestSecret = 4;

/** The environment variables that settings use, with their values. @param values anything that holds paths */
export function environmentIn(values: unknown): Record<string, string> {
  const found: Record<string, string> = {};
  const look = (value: unknown) => {
    if (typeof value === 'string') {
      for (const [, name = ''] of value.matchAll(/\$\{env:([^}]+)\}/g)) {
        const secret = process.env[name] ?? '';
        if (secret.length >= shortestSecret) found[name] = secret;
      }
    } else if (typeof value === 'object' && value !== null) {
      for (const part of Object.values(value)) look(part);
    }
  };
  look(values);
  return found;
}

function variableValue(variable: string, { workspaceFolder, folders }: PathScope): string {
  const [kind, name] = splitOnce(variable, ':');
  const listed = [...folders.keys()].join(', ');
  if (kind === 'workspaceFolder' && name !== undefined) {
    const folder = folders.get(name);
    if (folder === undefined) {
      throw new RangeError(
        `\${${variable}} cannot be resolved: the workspace has no folder "${name}". Available folders: ${listed}.`,
      );
    }
    return folder;
  }
  if (kind === 'env' && name) {
    const value = process.env[name];
    if (value === undefined) {
      throw new RangeError(
        `The environment variable ${name} is not set. Set it, or remove \${${variable}} from the path.`,
      );
    }
    return value;
  }
  if (variable === 'userHome') return homedir();
  if (variable === 'workspaceFolder') {
    if (workspaceFolder !== undefined) return workspaceFolder;
    throw new RangeError(
      `\${workspaceFolder} is ambiguous in this workspace. Specify a folder, as in \${workspaceFolder:name}: ${listed}.`,
    );
  }
  throw new RangeError(
    `There is no variable \${${variable}}. Available: \${workspaceFolder}, \${workspaceFolder:name}, \${userHome}, and \${env:NAME}.`,
  );
}

function splitOnce(text: string, separator: string): [string, string?] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}
