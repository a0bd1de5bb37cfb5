// Required by Mocha before the tests: properties are tried with the same examples in every run, so that a change of the
// code is all that can turn a test red. `npm run soak` looks for new examples.
import fc from 'fast-check';

fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: 1 });
