// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are placeholders of settings
import Type from 'typebox';
import { type AnswerKind, answerKinds } from '../models/interpretation.ts';
import { type ImageForm, imageForms } from '../models/remote/endpoint.ts';

const closed = { additionalProperties: false };

/** A JSONPath into an answer. */
function jsonPath(example: string, markdownDescription: string) {
  return Type.Optional(
    Type.String({
      pattern: '^\\$',
      errorMessage: `Enter a JSONPath in quotes, such as "${example}".`,
      markdownDescription,
    }),
  );
}

function seconds(example: number, minimum: object, markdownDescription: string) {
  const errorMessage = `Enter a number of seconds, such as ${example}.`;
  return Type.Optional(Type.Number({ ...minimum, default: example, errorMessage, markdownDescription }));
}

function count(options: object, errorMessage: string, markdownDescription: string) {
  return Type.Optional(Type.Integer({ minimum: 1, ...options, errorMessage, markdownDescription }));
}

/** `endpoint` of a model: how it is asked over HTTP. */
export const endpointSchema = Type.Object(
  {
    url: Type.String({
      pattern: '^(https?://|\\$\\{)',
      errorMessage:
        'Enter an address that begins with http:// or https://, such as "http://localhost:8080/v2/models/signs".',
      markdownDescription:
        'Address of the model. Its form tells the protocol: `…/v2/models/NAME` is the Open Inference Protocol (KServe, Triton, MLServer, OpenVINO Model Server), `…/v1/models/NAME` is TensorFlow Serving’s REST API. For any other server, describe its `request`. You can use `${env:NAME}`.',
    }),
    secret: Type.Optional(
      Type.String({
        pattern: '^[A-Z][A-Z0-9_]*$',
        errorMessage: 'Enter the name of a secret in capital letters, such as "API_KEY", never the secret itself.',
        markdownDescription:
          'Name of a secret that is sent as a bearer token, or where a header has `${secret}`. *Perturb: Store Secret…* stores its value; without VS Code it is the environment variable `PERTURB_SECRET_NAME`.',
      }),
    ),
    headers: Type.Optional(
      Type.Record(
        Type.String(),
        Type.String({ pattern: '^[\\x20-\\x7e]*$', errorMessage: 'Enter the text of a header in quotes.' }),
        {
          errorMessage: 'Enter headers as an object, such as { "x-api-key": "${secret}" }.',
          markdownDescription: 'Headers of every request. `${secret}` stands for the value of `secret`.',
        },
      ),
    ),
    request: Type.Optional(
      Type.Unsafe<unknown>({
        type: ['object', 'array'],
        errorMessage: 'Enter the JSON of a request, such as { "instances": ["${image}"] }.',
        markdownDescription:
          'For servers with a protocol of their own: the JSON that is posted, with `"${image}"` where an image goes. An only element of a list with an image in it is repeated for each image of a batch; without such a list, images are sent one at a time.',
      }),
    ),
    scores: jsonPath(
      '$.predictions[*].scores',
      'With `request`: where the scores are in the answer, as a JSONPath (RFC 9535): a list for each image, or all scores of the only one.',
    ),
    names: jsonPath(
      '$[*].label',
      'With `scores`: where the names of their classes are, if a server sorts them. There must be one for each name in `labels`.',
    ),
    label: jsonPath(
      '$[0].label',
      'With `request`: where the predicted class is in the answer, by its index or its name in `labels`, for a server that gives no scores of all classes. Only decision-based attacks work then.',
    ),
    images: Type.Optional(
      Type.Unsafe<ImageForm>({
        enum: imageForms,
        markdownDescription: 'How images are sent. Default: what the server says, or `tensor`.',
        markdownEnumDescriptions: [
          'As numbers, after `preprocessing`, in nested lists by `input`.',
          'As PNG files in base64: exactly the pixels, in 8 bits.',
        ],
      }),
    ),
    answers: Type.Optional(
      Type.Unsafe<AnswerKind>({
        enum: answerKinds,
        markdownDescription:
          'What the model answers. Default: `labels` for whole numbers or texts, `probabilities` if its first answers are some, or else `logits`.',
        markdownEnumDescriptions: [
          'A score for each class, as it is before softmax.',
          'A probability for each class. Logarithms of them are used as logits. An answer that does not sum to 1 makes the test errored.',
          'The predicted class alone, by its index or name.',
        ],
      }),
    ),
    batchSize: count(
      { default: 16 },
      'Enter a number of images, such as 16.',
      'Most images in a request. A server that takes fewer gets fewer.',
    ),
    concurrency: count(
      { default: 2, maximum: 64 },
      'Enter a number of requests from 1 to 64.',
      'Most requests at the same time.',
    ),
    requestsPerSecond: Type.Optional(
      Type.Number({
        exclusiveMinimum: 0,
        errorMessage: 'Enter a number greater than 0, such as 10.',
        markdownDescription: 'Most requests in a second. Default: no limit.',
      }),
    ),
    timeout: seconds(30, { exclusiveMinimum: 0, maximum: 3600 }, 'Seconds that a request may take.'),
    retryFor: seconds(
      60,
      { minimum: 0, maximum: 86_400 },
      'Seconds in which a request is sent again that was not answered in time, lost its connection, or was answered with status 429, 502, 503, or 504. The pauses double, or are as long as the server asks.',
    ),
    costPerQuery: Type.Optional(
      Type.Number({
        minimum: 0,
        errorMessage: 'Enter what one image costs, such as 0.001.',
        markdownDescription: 'What one image costs, in any currency, for estimates of what a test may cost.',
      }),
    ),
    maximumQueries: count(
      {},
      'Enter a number of images that is at least 1, such as 10000.',
      'Most images that one test may ask about, those of its interrupted runs included; about twenty more are asked when the model is opened and when the test ends. A test that would need more is errored and can be resumed.',
    ),
  },
  {
    ...closed,
    errorMessage: 'Enter an object with a "url", such as { "url": "http://localhost:8080/v2/models/signs" }.',
    markdownDescription: 'A model on a server, asked over HTTP, instead of `path`.',
  },
);
export type EndpointSettings = Type.Static<typeof endpointSchema>;
