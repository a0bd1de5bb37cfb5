import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import type { JSONPath } from 'jsonc-parser';
import { memoize } from './memoize.ts';
import type { Fault } from './problem.ts';
import { meantBy, suggest } from './suggest.ts';

// Not strict, since the schemas carry VS Code's own keywords. Verbose, since the sentences quote schema and value.
// Numbers must be finite: JSON can write 1e309.
const ajv = new Ajv({
  allErrors: true,
  verbose: true,
  strict: false,
  strictNumbers: true,
  validateSchema: false,
  code: { optimize: false },
});

/** Says what to do with a misplaced key; `undefined` falls back to suggesting a similar name. */
export type ExplainKey = (path: JSONPath) => string | undefined;

/** By the text of the schema: compiling one takes long, and Ajv never forgets it. */
const validators = new Map<string, ValidateFunction>();

const validatorOf = memoize((schema: object): ValidateFunction => {
  const text = JSON.stringify(schema);
  const validate = validators.get(text) ?? ajv.compile(schema);
  validators.set(text, validate);
  return validate;
});

/** What does not match a schema: one sentence for each mistake. */
export function structuralFaults(schema: object, value: unknown, explainKey: ExplainKey = () => undefined): Fault[] {
  const validate = validatorOf(schema);
  if (validate(value)) return [];
  const faults = new Map<string, Fault>();
  for (const error of validate.errors ?? []) {
    if (isEcho(error)) continue;
    const path = pathOf(error, value);
    const place = JSON.stringify(path);
    // A value that has the wrong type also fails to be one of an enumeration: the first error says enough.
    if (faults.has(place)) continue;
    faults.set(place, { path, message: describe(error, path, explainKey), meant: meantIn(error), knownToEditor: true });
  }
  return [...faults.values()];
}

/** True for an error that another one speaks for: a branch of alternatives, or the condition around a rule. */
function isEcho({ keyword, schemaPath }: ErrorObject): boolean {
  return keyword === 'if' || /\/(anyOf|oneOf)\//.test(schemaPath);
}

/** Where the mistake is; a missing or unknown key belongs to the path. */
function pathOf({ instancePath, params }: ErrorObject, root: unknown): JSONPath {
  let value = root;
  const path = instancePath
    .split('/')
    .slice(1)
    .map((step) => {
      const key = step.replaceAll('~1', '/').replaceAll('~0', '~');
      const isIndex = Array.isArray(value);
      value = (value as Record<string, unknown>)[key];
      return isIndex ? Number(key) : key;
    });
  const key = params.missingProperty ?? params.additionalProperty;
  return key === undefined ? path : [...path, key];
}

/** A sentence about one error: the schema's own where it has one. */
function describe(
  { keyword, params, parentSchema, data, message }: ErrorObject,
  path: JSONPath,
  explainKey: ExplainKey,
): string {
  const { properties = {}, errorMessage, enum: options } = parentSchema as Schema;
  switch (keyword) {
    case 'required':
    case 'dependencies': {
      const { markdownDescription = '' } = properties[params.missingProperty] ?? {};
      const reason = keyword === 'required' ? '' : ` but required by "${params.property}"`;
      return `"${params.missingProperty}" is missing${reason}. ${markdownDescription.split('\n')[0]}`.trim();
    }
    case 'additionalProperties': {
      const key: string = params.additionalProperty;
      return explainKey(path) ?? `There is no setting "${key}" here. ${suggest(key, Object.keys(properties))}`;
    }
    case 'not':
      if (errorMessage) return errorMessage;
  }
  const shown = quote(data);
  if (errorMessage) return `${shown} is not valid: ${lowerFirst(errorMessage)}`;
  switch (keyword) {
    case 'enum':
      return `${shown} is not valid. ${typeof data === 'string' ? suggest(data, options ?? []) : `Valid values: ${options}.`}`;
    case 'type':
      return `${shown} is not valid: enter ${[params.type]
        .flat()
        .map((type) => typeNames[type] ?? type)
        .join(' or ')}.`;
    default:
      return `${shown} is not valid: it ${message?.replace('>=', 'at least').replace('<=', 'at most')}.`;
  }
}

/** The values of an enumeration that a text may stand for. */
function meantIn({ keyword, data, parentSchema }: ErrorObject): readonly string[] {
  if (keyword !== 'enum' || typeof data !== 'string') return [];
  const options: readonly unknown[] = (parentSchema as Schema).enum ?? [];
  return meantBy(
    data,
    options.filter((option) => typeof option === 'string'),
  );
}

/** What the sentences take from a schema. */
interface Schema {
  readonly properties?: Readonly<Record<string, { readonly markdownDescription?: string }>>;
  readonly errorMessage?: string;
  readonly enum?: readonly string[];
}

const typeNames: Readonly<Record<string, string>> = {
  string: 'text in quotes',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  array: 'a list [ … ]',
  object: 'an object { … }',
  null: 'null',
};

/** An error message as the second half of a sentence. */
function lowerFirst(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1);
}

function quote(value: unknown): string {
  const text = typeof value === 'number' ? String(value) : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
