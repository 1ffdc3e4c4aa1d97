import * as z from 'zod';
import type { Job, Store } from '../engine/store.ts';
import { HttpError } from '../errors.ts';
import { namespaceOf, readEndpoints } from '../modules/endpoints.ts';
import type { Manifest } from '../modules/manifest.ts';
import type { User } from '../ports.ts';
import { type ResultView, viewOfResult } from './schemas.ts';

/** What the results of modules are read with. */
export interface ResultsSource {
  readonly store: Store;
  /** Whether a user has a permission. */
  may(user: User, permission: string): Promise<boolean>;
  /** The manifest of a module of this host. */
  manifestOf(module: string): Manifest | undefined;
}

/** Results of all modules of the host. */
export class Results {
  readonly #source: ResultsSource;

  constructor(source: ResultsSource) {
    this.#source = source;
  }

  /**
   * The result of another module's job, for a user. Refuses like `GET /result` of that module: `HttpError` with
   * `module_not_found`, `permission_denied`, `job_not_found`, `not_owner`, `result_not_ready` or `result_unavailable`.
   */
  async read(module: string, jobId: string, user: User): Promise<ResultView> {
    const { store, may, manifestOf } = this.#source;
    const manifest = manifestOf(module);
    if (!manifest) throw new HttpError(404, 'module_not_found');
    const endpoint = readEndpoints(manifest).find(({ role }) => role === 'result');
    if (!(await may(user, endpoint?.permission ?? `${namespaceOf(manifest)}:read`)))
      throw new HttpError(403, 'permission_denied');
    return readResult(store, await findJobOf(store, module, jobId, user));
  }
}

/** 404 when there is no such job, 403 when it is another user's. */
export async function findJobOf(store: Store, module: string, id: string, user: User): Promise<Job> {
  const job = z.guid().safeParse(id).success ? await store.findJob(module, id) : undefined;
  if (!job) throw new HttpError(404, 'job_not_found');
  if (job.user_id !== user.id && !user.isAdmin) throw new HttpError(403, 'not_owner');
  return job;
}

/** 409 while there is no result, and when there never will be one. */
export async function readResult(store: Store, { id, status }: Job): Promise<ResultView> {
  if (status === 'pending' || status === 'processing') throw new HttpError(409, 'result_not_ready');
  const result = await store.findResult(id);
  if (!result) throw new HttpError(409, 'result_unavailable');
  return viewOfResult(result);
}
