import { AsyncLocalStorage } from 'node:async_hooks';
import type { PGlite } from '@electric-sql/pglite';

/**
 * The embedded database has one session: a query made inside the callback of `db.transaction()`, but not through
 * its `tx`, would wait for itself for ever. Here it throws instead, which also finds code that would
 * silently run outside the transaction on PostgreSQL.
 */
export function failInsteadOfDeadlock(lite: PGlite): void {
  const transactions = new AsyncLocalStorage<{ open: boolean }>();
  const { query, exec, transaction } = lite;
  const refuseInside = () => {
    if (transactions.getStore()?.open) {
      throw new Error('query inside db.transaction() that does not use its tx: it would deadlock');
    }
  };

  lite.query = async (...args: Parameters<PGlite['query']>) => {
    refuseInside();
    return query.apply(lite, args) as never;
  };
  lite.exec = async (...args) => {
    refuseInside();
    return exec.apply(lite, args);
  };
  lite.transaction = async (callback) => {
    refuseInside();
    const state = { open: true };
    const run = transaction.call(lite, (tx) => transactions.run(state, () => callback(tx)));
    return run.finally(() => {
      state.open = false;
    }) as never;
  };
}
