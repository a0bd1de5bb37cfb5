import { jsonpath } from 'json-p3';
import type { Endpoint } from '../models/remote/endpoint.ts';
import { openInferencePath } from '../models/remote/protocols/openInference.ts';
import { holdsImage } from '../models/remote/protocols/template.ts';
import { tensorflowServingPath } from '../models/remote/protocols/tensorflowServing.ts';
import type { EndpointSettings } from './endpointSchema.ts';
import type { Fault } from './problem.ts';
import { expandVariables, type PathScope } from './variables.ts';

/** The endpoint that settings state; what is wrong with it is added to the faults. */
export function resolveEndpoint(settings: EndpointSettings, scope: PathScope, faults: Fault[]): Endpoint {
  const at = (key: string, message: string) => faults.push({ path: ['endpoint', key], message });
  const url = addressOf(settings.url, scope, at);
  const { headers = {}, secret, request, scores, names, label } = settings;
  for (const key of ['scores', 'names', 'label'] as const) {
    const path = settings[key];
    if (path === undefined) continue;
    if (request === undefined)
      at(key, `"${key}" says where something is in the answer to a "request": add that, or remove "${key}".`);
    else checkPath(path, (reason) => at(key, `${JSON.stringify(path)} is not a JSONPath: ${reason}`));
  }
  if (request !== undefined) {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: settings have it in them
    if (!holdsImage(request)) at('request', 'There is no place for an image. Put "${image}" where one goes.');
    if ((scores === undefined) === (label === undefined)) {
      at(
        'request',
        'Say where in the answer the scores of all classes are ("scores") or, if there are none, the predicted class ("label").',
      );
    }
    if (names !== undefined && label !== undefined) at('names', 'The names are those of "scores". Remove "names".');
  } else if (url && !openInferencePath.test(url.pathname) && !tensorflowServingPath.test(url.pathname)) {
    at(
      'url',
      `${url.pathname} is not the path of a known protocol: /v2/models/NAME (Open Inference Protocol) or /v1/models/NAME (TensorFlow Serving). Correct it, or describe the "request" of this server.`,
    );
  }
  // biome-ignore lint/suspicious/noTemplateCurlyInString: settings have it in them
  if (secret === undefined && Object.values(headers).some((value) => value.includes('${secret}'))) {
    at('headers', 'A header refers to a secret, but none is named. Add "secret" with its name.');
  }
  return { ...settings, url: url?.href ?? settings.url };
}

function addressOf(text: string, scope: PathScope, at: (key: string, message: string) => void): URL | undefined {
  let url: URL;
  try {
    url = new URL(expandVariables(text, scope));
  } catch (error) {
    const isVariable = error instanceof RangeError;
    at(
      'url',
      isVariable
        ? error.message
        : `${JSON.stringify(text)} is not an address. Write it as in "http://localhost:8080/v2/models/signs".`,
    );
    return undefined;
  }
  if (url.protocol === 'http:' || url.protocol === 'https:') {
    if (url.username === '' && url.password === '') return url;
    at(
      'url',
      'The address has a user or a password in it, which would stand in reports. Remove it, and name a "secret".',
    );
  } else {
    at('url', `Addresses begin with http:// or https://, not with ${url.protocol}//.`);
  }
  return undefined;
}

function checkPath(path: string, report: (reason: string) => void): void {
  try {
    jsonpath.compile(path);
  } catch (error) {
    report((error as Error).message);
  }
}
