import type { Answer } from '../wire/send.ts';
import type { TypedHost } from './hosts.ts';

export const at = '/api/v1/modules/orders';

/** An answer without headers. Ids and durations are different in every host. */
export function bodyOf({ status, text }: Answer): { readonly status: number; readonly body: unknown } {
  const body = text
    .replaceAll(/"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"/g, '"an id"')
    .replaceAll(/"duration_ms":\d+/g, '"duration_ms":0');
  return { status, body: body === '' ? undefined : JSON.parse(body) };
}

interface Problem {
  readonly loc: ReadonlyArray<string | number>;
  readonly type: string;
  readonly msg: string;
}

/** The problems of a 422, each as `place type`, and the whole answer to compare. */
export function problemsOf({ status, json, text }: Answer): { readonly short: string[]; readonly detail: unknown } {
  if (status !== 422) throw new Error(`422 expected, not ${status}: ${text}`);
  const { detail } = json as { detail: Problem[] };
  return { short: detail.map(({ loc, type }) => `${loc.join('.')} ${type}`), detail };
}

/** The input and options of a job as they are stored. */
export function storedJob(host: TypedHost, id: string): unknown {
  const [row] = host.rows(
    `select json_build_object('input', input_data, 'options', options) from ai.jobs where id = '${id}'`,
  );
  return row;
}
