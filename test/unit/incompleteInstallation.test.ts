import assert from 'node:assert/strict';
import { EngineExit, exitError } from '../../src/engine/exit.ts';
import { incompleteInstallation } from '../../src/incompleteInstallation.ts';
import { platformHere } from '../../src/platform.ts';
import { describeError } from '../../src/userError.ts';

/** What is printed of a module that cannot be loaded, and what users are told of it. */
const cases: Readonly<Record<string, readonly [text: string, module: string, reason: string]>> = {
  'a package': [
    "Error [ERR_MODULE_NOT_FOUND]: Cannot find package 'yauzl' imported from /x/dist/engine.js\n    at x",
    'yauzl',
    "Cannot find package 'yauzl'",
  ],
  'a file of a package': [
    "Error: Cannot find module '/x/node_modules/protobufjs/index.js'\nRequire stack:",
    'protobufjs/index.js',
    "Cannot find module '/x/node_modules/protobufjs/index.js'",
  ],
  'the library of sharp': [
    'Error: Could not load the "sharp" module using the linux-x64 runtime\nERR_DLOPEN_FAILED: libvips-cpp.so.8: cannot open shared object file\nPossible solutions:',
    'sharp',
    'Could not load the "sharp" module using the linux-x64 runtime ERR_DLOPEN_FAILED: libvips-cpp.so.8: cannot open shared object file',
  ],
  'a library on Linux': [
    'libonnxruntime.so.1: cannot open shared object file: No such file or directory\nERR_DLOPEN_FAILED',
    'libonnxruntime.so.1',
    'libonnxruntime.so.1: cannot open shared object file: No such file or directory',
  ],
  'a library on macOS': [
    'dlopen(/x/node_modules/onnxruntime-node/bin/onnxruntime_binding.node, 0x0001): Library not loaded: @rpath/libonnxruntime.1.dylib\nERR_DLOPEN_FAILED',
    '@rpath/libonnxruntime.1.dylib',
    'Library not loaded: @rpath/libonnxruntime.1.dylib',
  ],
  'a library on Windows': [
    'The specified module could not be found.\r\n\\\\?\\C:\\x\\node_modules\\onnxruntime-node\\bin\\onnxruntime_binding.node\nERR_DLOPEN_FAILED',
    'onnxruntime-node/bin/onnxruntime_binding.node',
    'The specified module could not be found.',
  ],
};

describe('an incomplete installation', () => {
  for (const [what, [text, module, reason]] of Object.entries(cases)) {
    it(`is told of, and how to mend it: ${what}`, () => {
      const here = platformHere();
      assert.equal(
        incompleteInstallation(text),
        `Perturb is not completely installed: ${module} cannot be loaded on ${here} (${reason}). Install Perturb for ${here} again, or, in a clone of the repository, run "npm ci".`,
      );
    });
  }

  it('is not what other errors are taken for', () => {
    for (const text of ['signal SIGKILL', 'exit code 134: JavaScript heap out of memory', 'x.so: is not a model']) {
      assert.equal(incompleteInstallation(text), undefined);
      assert.ok(exitError('runTest', text) instanceof EngineExit);
    }
    assert.match(describeError(new TypeError('x is not a function')), /incompleteInstallation\.test/);
  });
});
