import { resolve } from '../../contract/type.ts';
import { endpointsOf, type ManifestEndpoint, permissionOf } from '../../manifest/endpoints.ts';
import { namespaceOf } from '../../manifest/namespace.ts';
import type { Manifest } from '../../manifest/schema.ts';
import { type Change, change, fromTo } from './change.ts';
import { compareRoots, type Typed } from './compare-roots.ts';

interface Indexed extends ManifestEndpoint {
  readonly index: number;
}

const nameOf = ({ method, path }: ManifestEndpoint) => `${method} ${path}`;

/** Endpoints with their index, by method and path without names of parameters. */
function byShape(manifest: Manifest): Map<string, Indexed> {
  const all = endpointsOf(manifest).map((endpoint, index) => [endpoint.shape, { ...endpoint, index }] as const);
  return new Map(all.toReversed());
}

export function compareEndpoints(before: Typed, after: Typed): Change[] {
  const [old, now] = [byShape(before.manifest), byShape(after.manifest)];
  const removed = [...old.values()]
    .filter(({ shape }) => !now.has(shape))
    .map((endpoint) => change('endpoint-removed', `${nameOf(endpoint)} was removed`, ['endpoints']));
  return [
    ...removed,
    ...[...now.values()].flatMap((is) => {
      const was = old.get(is.shape);
      if (was === undefined) return [change('endpoint-added', `${nameOf(is)} was added`, ['endpoints', is.index])];
      return compareOne(was, is, before, after);
    }),
  ];
}

function compareOne(was: Indexed, is: Indexed, before: Typed, after: Typed): Change[] {
  const path = ['endpoints', is.index];
  if (was.role !== is.role) {
    const kind = (role: string | null) =>
      role === null ? 'an endpoint of the module' : `the standard endpoint ${role}`;
    return [change('endpoint-role', `${nameOf(is)} ${fromTo(kind(was.role), kind(is.role))}`, path)];
  }
  const renamed =
    was.path === is.path
      ? []
      : [change('parameter-renamed', `${nameOf(is)}: the path ${fromTo(was.path, is.path)}`, path)];
  return [
    ...renamed,
    ...permissionChange(was, is, before, after),
    ...(is.role === null ? ownTypes(was, is, before, after) : []),
  ];
}

function permissionChange(was: Indexed, is: Indexed, before: Typed, after: Typed): Change[] {
  const old = permissionOf(was, namespaceOf(before.manifest));
  const now = permissionOf(is, namespaceOf(after.manifest));
  if (old === now) return [];
  const path = ['endpoints', is.index, ...(is.given.permission === undefined ? [] : ['permission'])];
  return [change('endpoint-permission', `the permission of ${nameOf(is)} ${fromTo(old, now)}`, path)];
}

const isTyped = ({ given }: ManifestEndpoint) => (given.input ?? given.output) !== undefined;

/** Without types, an endpoint works on the body of POST /process and answers like GET /result. */
function ownTypes(was: Indexed, is: Indexed, before: Typed, after: Typed): Change[] {
  const name = nameOf(is);
  const path = ['endpoints', is.index];
  if (!isTyped(was) && !isTyped(is)) return [];
  if (!isTyped(was)) return [change('endpoint-typed', `${name} has types of its own now`, path)];
  if (!isTyped(is)) return [change('endpoint-typed', `${name} has no types of its own any more`, path)];
  const compared = (key: 'input' | 'output', direction: 'received' | 'sent') =>
    compareRoots(before, after, {
      before: ['endpoints', was.index, key],
      after: ['endpoints', is.index, key],
      subject: `the ${key} of ${name}`,
      direction,
      affects: 'callers',
    });
  const [hadInput, hasInput] = [was.given.input !== undefined, is.given.input !== undefined];
  const [hadOutput, hasOutput] = [was.given.output !== undefined, is.given.output !== undefined];
  const gained = (had: boolean) => (had ? 'was removed' : 'was added');
  const input =
    hadInput === hasInput
      ? compared('input', 'received')
      : [
          change(
            hasInput && isOptionalQuery(is, after) ? 'endpoint-query' : 'endpoint-input',
            `the input of ${name} ${gained(hadInput)}`,
            hasInput ? [...path, 'input'] : path,
          ),
        ];
  const output =
    hadOutput === hasOutput
      ? compared('output', 'sent')
      : [
          change(
            'endpoint-output',
            `the output of ${name} ${gained(hadOutput)}`,
            hasOutput ? [...path, 'output'] : path,
          ),
        ];
  return [...input, ...output];
}

function isOptionalQuery({ method, index }: Indexed, { contract }: Typed): boolean {
  if (method !== 'GET' && method !== 'DELETE') return false;
  const { types, problems, rootAt } = contract;
  const root = rootAt(['endpoints', index, 'input']);
  if (root === undefined || problems.length > 0) return false;
  const type = resolve({ kind: 'ref', name: root.name }, types);
  return type.kind === 'object' && type.properties.every(({ isRequired }) => !isRequired);
}
