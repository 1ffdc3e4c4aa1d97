import type { Call, CodeFile, Expression, Fn } from '../expression.ts';
import type { Place, Route } from '../facts.ts';
import { type Guards, merged, namesPermission, ownGuards, placeOf } from '../guards.ts';
import type { Located, Program } from '../program.ts';
import { isRuntimeRoute } from '../runtime-routes.ts';
import { around, entryOf, hooksOf, isApp, type Plugins, pluginsOf } from './fastify-plugins.ts';

const methods = new Set(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']);

export interface Routes {
  readonly routes: readonly Route[];
  readonly unclear: readonly Place[];
}

/** The routes of Fastify: `app.route({ … })` and `app.get(path, options, handler)`, with the prefixes of plugins. */
export function fastifyRoutes(program: Program, files: readonly CodeFile[]): Routes {
  const plugins = pluginsOf(program, files);
  const found = files.flatMap((file) => file.calls.map((call) => routeOf(program, file, call, plugins)));
  const unclear = [...found.flatMap((one) => one?.unclear ?? []), ...plugins.unclear];
  return { routes: found.flatMap((one) => one?.routes ?? []), unclear };
}

function routeOf(program: Program, file: CodeFile, call: Call, plugins: Plugins): Routes | undefined {
  const at = (expression: Expression): Located => ({ file, expression });
  // Follows `const { get } = app`.
  const { file: home, expression: callee } = program.resolve(at(call.callee));
  const [first, second] = call.args;
  if (callee.kind !== 'member' || !first) return undefined;
  const isOnApp = isApp(program, { file: home, expression: callee.object });
  const shared = { program, file, call, plugins, isOnApp };
  if (callee.property === 'route') {
    if (isRuntimeRoute(program, at(first))) return undefined;
    const [methods, url] = ['method', 'url'].map((key) => entryOf(program, at(first), key));
    const path = url ?? entryOf(program, at(first), 'path');
    const handler = entryOf(program, at(first), 'handler');
    if (methods && path) return made({ ...shared, methods, path, options: at(first), handler });
    return isOnApp ? unclear(at(call)) : undefined;
  }
  const method = callee.property.toUpperCase();
  const isParameter = program.parameterOf(home, callee.object) !== undefined;
  const isPath = program.textOf(at(first))?.startsWith('/') ?? false;
  if (!methods.has(method) || call.args.length < 2 || !(isOnApp || (isParameter && isPath))) return undefined;
  const options = second && program.resolve(at(second)).expression.kind === 'record' ? at(second) : undefined;
  const last = at(call.args.at(-1) ?? first);
  return made({ ...shared, methods: method, path: at(first), options, handler: last });
}

interface Parts {
  readonly program: Program;
  readonly file: CodeFile;
  readonly call: Call;
  readonly plugins: Plugins;
  /** False if the method may not be called on an application. */
  readonly isOnApp: boolean;
  readonly methods: string | Located;
  readonly path: Located;
  readonly options: Located | undefined;
  readonly handler: Located | undefined;
}

function made(parts: Parts): Routes {
  const { program, file, call, plugins, path } = parts;
  const names = typeof parts.methods === 'string' ? [parts.methods] : textsOf(program, parts.methods);
  const outer = around(program, file, call, plugins);
  const own = program.textOf(path);
  if (names === undefined || own === undefined || outer.prefix === undefined)
    return unclear({ file, expression: call });
  const guards = merged([...outer.guards, ...guardsOf(parts)]);
  const isSure = parts.isOnApp && outer.isSure;
  const route: Omit<Route, 'method'> = {
    path: braced(`${outer.prefix}${own}`),
    place: placeOf(program.resolve(path)),
    isSure,
    permissions: guards.permissions.map(({ name }) => name),
    isGuardKnown: guards.unclear.length === 0 && isSure,
  };
  const wanted = names.map((name) => name.toUpperCase()).filter((name) => methods.has(name));
  const rest = isSure ? [] : [placeOf({ file, expression: call })];
  return { routes: wanted.map((method) => ({ method, ...route })), unclear: rest };
}

/** The guards of a route: in its hooks, in its handler, or as a permission in its `config` that a hook may check. */
function guardsOf({ program, options, handler }: Parts): Guards[] {
  const config = options && entryOf(program, options, 'config');
  const marked = config && namesPermission(program, config) ? [placeOf(config)] : [];
  const inHandler = handler && locatedFunction(program, handler);
  return [
    ...(options ? [hooksOf(program, options)] : []),
    { permissions: [], unclear: marked },
    ...(inHandler ? [ownGuards(program, inHandler.file, inHandler.fn)] : []),
  ];
}

function locatedFunction(program: Program, located: Located): { file: CodeFile; fn: Fn } | undefined {
  const { file, expression } = program.resolve(located);
  return expression.kind === 'function' ? { file, fn: expression } : undefined;
}

function textsOf(program: Program, located: Located): string[] | undefined {
  const { file, expression } = program.resolve(located);
  const items = expression.kind === 'list' ? expression.items : [expression];
  const texts = items.map((item) => program.textOf({ file, expression: item }));
  const isWhole = expression.kind !== 'list' || !expression.isOpen;
  return isWhole && texts.every((text) => text !== undefined) ? texts : undefined;
}

function unclear(located: Located): Routes {
  return { routes: [], unclear: [placeOf(located)] };
}

/** `/jobs/:job_id` → `/jobs/{job_id}` */
function braced(path: string): string {
  const segments = path.split('/').map((segment) => (segment.startsWith(':') ? `{${segment.slice(1)}}` : segment));
  return segments.join('/');
}
