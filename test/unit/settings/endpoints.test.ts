// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders of settings
import assert from 'node:assert/strict';
import { Ajv } from 'ajv';
import { modelSchema } from '../../../src/settings/schema.ts';
import { testServers } from '../../support/remote/httpServer.ts';
import { removeFiles, resolveText } from './workspaces.ts';

const url = 'http://localhost:8080/v2/models/signs';
const other = 'http://localhost/ask';

function settingsWith(model: unknown): string {
  return `{
  "perturb.models": {
    "service": ${JSON.stringify(model)}
  },
  "perturb.datasets": { "street": { "path": "street" } },
  "perturb.detectors": { "net": { "kind": "net", "model": "service", "dataset": "street", "path": "net" } },
  "perturb.tests": {
    "T": { "model": "service", "dataset": "street", "attack": "fgsm", "epsilon": "8/255", "expect": { "robustAccuracy": 0.4 } }
  }
}`;
}

const mistakes: Record<string, [model: unknown, line: string]> = {
  'a path as well': [
    { path: 'm.onnx', endpoint: { url } },
    ' › path: A model is a file ("path") or on a server ("endpoint"), not both. Remove one of the two.',
  ],
  'an address alone': [
    { endpoint: url },
    ` › endpoint: ${JSON.stringify(url)} is not valid: enter an object with a "url", such as { "url": "http://localhost:8080/v2/models/signs" }.`,
  ],
  'no address': [
    { endpoint: {} },
    ' › endpoint › url: "url" is missing. Address of the model. Its form tells the protocol: `…/v2/models/NAME` is the Open Inference Protocol (KServe, Triton, MLServer, OpenVINO Model Server), `…/v1/models/NAME` is TensorFlow Serving’s REST API. For any other server, describe its `request`. You can use `${env:NAME}`.',
  ],
  'an address of another kind': [
    { endpoint: { url: 'grpc://localhost/v2/models/signs' } },
    ' › endpoint › url: "grpc://localhost/v2/models/signs" is not valid: enter an address that begins with http:// or https://, such as "http://localhost:8080/v2/models/signs".',
  ],
  'an address without a model': [
    { endpoint: { url: 'http://localhost:8080/' } },
    ' › endpoint › url: / is not the path of a known protocol: /v2/models/NAME (Open Inference Protocol) or /v1/models/NAME (TensorFlow Serving). Correct it, or describe the "request" of this server.',
  ],
  'a password in the address': [
    { endpoint: { url: 'http://me:pass@localhost/v2/models/signs' } },
    ' › endpoint › url: The address has a user or a password in it, which would stand in reports. Remove it, and name a "secret".',
  ],
  'a variable without a value': [
    { endpoint: { url: '${env:PERTURB_NOWHERE}/v2/models/signs' } },
    ' › endpoint › url: The environment variable PERTURB_NOWHERE is not set. Set it, or remove ${env:PERTURB_NOWHERE} from the path.',
  ],
  'what may be a secret itself': [
    { endpoint: { url, secret: 'sk-12345' } },
    ' › endpoint › secret: "sk-12345" is not valid: enter the name of a secret in capital letters, such as "API_KEY", never the secret itself.',
  ],
  'a header with a secret that is not named': [
    { endpoint: { url, headers: { 'x-key': '${secret}' } } },
    ' › endpoint › headers: A header refers to a secret, but none is named. Add "secret" with its name.',
  ],
  'a budget of no queries': [
    { endpoint: { url, maximumQueries: 0 } },
    ' › endpoint › maximumQueries: 0 is not valid: enter a number of images that is at least 1, such as 10000.',
  ],
  'a request without an image': [
    { endpoint: { url: other, request: { image: 'image' }, scores: '$' } },
    ' › endpoint › request: There is no place for an image. Put "${image}" where one goes.',
  ],
  'a request whose answer nobody can find': [
    { endpoint: { url: other, request: ['${image}'] } },
    ' › endpoint › request: Say where in the answer the scores of all classes are ("scores") or, if there are none, the predicted class ("label").',
  ],
  'a path that is no JSONPath': [
    { endpoint: { url: other, request: ['${image}'], scores: '$.a[' } },
    ` › endpoint › scores: "$.a[" is not a JSONPath: `,
  ],
  'a place in an answer to nothing': [
    { endpoint: { url, scores: '$.scores' } },
    ' › endpoint › scores: "scores" says where something is in the answer to a "request": add that, or remove "scores".',
  ],
};

describe('an endpoint in the settings', () => {
  afterEach(removeFiles);
  const serve = testServers();
  const validate = new Ajv({ strict: false }).compile(modelSchema);

  for (const [what, [model, line]] of Object.entries(mistakes)) {
    it(`is refused with ${what}`, async () => {
      const { lines, plans } = await resolveText(settingsWith(model));
      assert.equal(lines.length, 1, lines.join('\n'));
      const expected = `.vscode/settings.json:3 perturb.models › service${line}`;
      assert.equal(lines[0]?.slice(0, expected.length), expected);
      assert.deepEqual(plans, []);
    });
  }

  it('becomes a plan, with the values of variables, and without a single request', async () => {
    const { url: home, received } = await serve(() => 'drop');
    process.env.PERTURB_TEST_HOST = home;
    try {
      const endpoint = { url: '${env:PERTURB_TEST_HOST}/v2/models/signs', secret: 'API_KEY', timeout: 5 };
      const { lines, plans } = await resolveText(settingsWith({ endpoint }));
      assert.deepEqual(lines, []);
      const [{ model, secrets } = assert.fail('there is no plan')] = plans;
      const address = `${home}/v2/models/signs`;
      assert.equal(model.path, address);
      assert.deepEqual(model.endpoint, { ...endpoint, url: address });
      assert.deepEqual(secrets, { PERTURB_TEST_HOST: home });
      assert.equal(received.length, 0);
    } finally {
      delete process.env.PERTURB_TEST_HOST;
    }
  });

  it('is accepted and refused in VS Code as well', () => {
    const request = { request: { x: ['${image}'] }, scores: '$[*]' };
    for (const model of [{ path: 'm' }, { endpoint: { url } }, { endpoint: { url: other, ...request } }]) {
      assert.ok(validate(model), JSON.stringify([model, validate.errors]));
    }
    for (const model of [
      {},
      { path: 'm', endpoint: { url } },
      { endpoint: url },
      { endpoint: { url, batchSize: 0 } },
    ]) {
      assert.ok(!validate(model), JSON.stringify(model));
    }
  });
});
