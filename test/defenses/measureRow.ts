// Measures one row of the tables, named by its id, and keeps it in the cache: what measure.ts starts for each row, so that
// each has a TensorFlow of its own.
import { keepRow } from './cachedRow.ts';
import { chooseTensorFlow } from './computing.ts';
import { rows } from './rows.ts';

const [, , id] = process.argv;
const plan = rows.find((row) => row.id === id);
if (plan === undefined) throw new Error(`there is no row "${id}"`);
chooseTensorFlow(plan.backend);
await keepRow(plan, await plan.measure());
