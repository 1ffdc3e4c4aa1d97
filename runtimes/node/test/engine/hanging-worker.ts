import { openPool } from '../../src/engine/connection.ts';
import { Executor } from '../../src/engine/executor.ts';
import { Store } from '../../src/engine/store.ts';
import { log } from './silent-log.ts';

/** A worker whose jobs never end, to be killed. */
const [, , url = ''] = process.argv;
const connection = { url, schema: 'ai' };
const store = new Store(openPool(connection), connection.schema);
const hang = () => new Promise<never>(() => {});
const modules = [{ name: 'a', runJob: hang, handleEvent: hang }];
await new Executor({
  store,
  connection,
  modules,
  present: ['a'],
  tasks: [],
  concurrency: 5,
  leaseSeconds: 1,
  log,
}).start();
