import type { Call, CodeFile, Expression, Fn } from './expression.ts';
import type { Place, Route } from './facts.ts';
import { type Guards, guardsIn, merged, placeOf } from './guards.ts';
import type { Located, Program } from './program.ts';

const methods = new Set(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']);
const hooks = ['onRequest', 'preParsing', 'preValidation', 'preHandler'];
const appNames = new Set(['app', 'fastify', 'server', 'instance', 'scope', 'router', 'api']);

export interface Routes {
  readonly routes: readonly Route[];
  readonly unclear: readonly Place[];
}

/** Routes of Fastify: `app.route({ … })`, `app.get(path, options, handler)`, in plugins with a prefix too. */
export function fastifyRoutes(program: Program, files: readonly CodeFile[]): Routes {
  const prefixes = registrations(program, files);
  const found = files.flatMap((file) => file.calls.map((call) => routeOf(program, file, call, prefixes)));
  return { routes: found.flatMap((one) => one?.routes ?? []), unclear: found.flatMap((one) => one?.unclear ?? []) };
}

type Registrations = ReadonlyMap<Fn, Located & { readonly call: Call }>;

/** The functions that are registered as plugins with a prefix, each with the prefix. */
function registrations(program: Program, files: readonly CodeFile[]): Registrations {
  const found = new Map<Fn, Located & { call: Call }>();
  for (const file of files) {
    for (const call of file.calls) {
      if (call.callee.kind !== 'member' || call.callee.property !== 'register') continue;
      const [plugin, options] = call.args;
      const prefix = options && entryOf(program, { file, expression: options }, 'prefix');
      const target = plugin && functionOf(program, { file, expression: plugin });
      if (prefix && target) found.set(target, { ...prefix, call });
    }
  }
  return found;
}

/** A plugin itself, or what a function that makes it is called with. */
function functionOf(program: Program, located: Located): Fn | undefined {
  const { file, expression } = program.resolve(located);
  if (expression.kind === 'function') return expression;
  return expression.kind === 'call' ? functionOf(program, { file, expression: expression.callee }) : undefined;
}

function entryOf(program: Program, located: Located, key: string): Located | undefined {
  const { file, expression } = program.resolve(located);
  if (expression.kind !== 'record') return undefined;
  const own = expression.entries.findLast((entry) => entry.key === key);
  if (own) return { file, expression: own.value };
  for (const spread of expression.spreads) {
    const found = entryOf(program, { file, expression: spread }, key);
    if (found) return found;
  }
  return undefined;
}

function routeOf(program: Program, file: CodeFile, call: Call, prefixes: Registrations): Routes | undefined {
  const { callee } = call;
  if (callee.kind !== 'member') return undefined;
  const at = (expression: Expression): Located => ({ file, expression });
  const isOnApp = isApp(program, file, callee.object);
  const [first, second] = call.args;
  if (callee.property === 'route' && first) {
    const [method, url] = ['method', 'url'].map((key) => entryOf(program, at(first), key));
    const path = url ?? entryOf(program, at(first), 'path');
    if (method && path) return made(program, call, prefixes, { methods: method, path, options: at(first) });
    return isOnApp ? unclear(at(call)) : undefined;
  }
  const method = callee.property.toUpperCase();
  if (!methods.has(method) || !isOnApp || !first || call.args.length < 2) return undefined;
  const options = second && program.resolve(at(second)).expression.kind === 'record' ? at(second) : undefined;
  return made(program, call, prefixes, { methods: method, path: at(first), options });
}

interface Parts {
  readonly methods: string | Located;
  readonly path: Located;
  readonly options: Located | undefined;
}

function made(program: Program, call: Call, prefixes: Registrations, parts: Parts): Routes {
  const { file } = parts.path;
  const names = typeof parts.methods === 'string' ? [parts.methods] : textsOf(program, parts.methods);
  const around = enclosing(program, file, call, prefixes);
  const own = program.textOf(parts.path);
  if (names === undefined || own === undefined || around.prefix === undefined)
    return unclear({ file, expression: call });
  const guarded = hooks.flatMap((hook) => (parts.options ? [entryOf(program, parts.options, hook)] : []));
  const guards = merged([
    ...around.guards,
    ...guarded.flatMap((guard) => (guard ? [guardsIn(program, guard, false)] : [])),
  ]);
  const place = placeOf(program.resolve(parts.path));
  const permissions = guards.permissions.map(({ name }) => name);
  const path = braced(`${around.prefix}${own}`);
  const wanted = names.map((name) => name.toUpperCase()).filter((name) => methods.has(name));
  const isGuardKnown = guards.unclear.length === 0;
  return { routes: wanted.map((method) => ({ method, path, place, permissions, isGuardKnown })), unclear: [] };
}

/** The prefix and the hooks of the plugins that a call stands in. */
function enclosing(
  program: Program,
  file: CodeFile,
  call: Call,
  prefixes: Registrations,
  steps = 5,
): { readonly prefix: string | undefined; readonly guards: readonly Guards[] } {
  let prefix: string | undefined = '';
  const functions = file.functions.filter(({ from, to }) => from <= call.from && call.to <= to);
  const guards = functions.flatMap((fn) => hooksIn(program, file, fn));
  for (const fn of functions) {
    const registered = prefixes.get(fn);
    if (!registered || steps === 0) continue;
    const outer = enclosing(program, registered.file, registered.call, prefixes, steps - 1);
    const own = program.textOf(registered);
    if (own === undefined || outer.prefix === undefined || prefix === undefined) prefix = undefined;
    else if (!registered.file.functions.some((one) => one === fn && isInside(registered.call, one)))
      prefix = `${outer.prefix}${own}${prefix}`;
    guards.push(...outer.guards);
  }
  return { prefix, guards };
}

function isInside(call: Call, { from, to }: Fn): boolean {
  return from <= call.from && call.to <= to;
}

/** `app.addHook('preValidation', guard)` right in a plugin is for all of its routes. */
function hooksIn(program: Program, file: CodeFile, fn: Fn): Guards[] {
  return file.calls.flatMap((call) => {
    const [name, guard] = call.args;
    if (call.callee.kind !== 'member' || call.callee.property !== 'addHook' || !name || !guard) return [];
    const innermost = file.functions
      .filter((one) => isInside(call, one))
      .sort((a, b) => a.to - a.from - (b.to - b.from))[0];
    const hook = program.textOf({ file, expression: name });
    return innermost === fn && hook !== undefined && hooks.includes(hook)
      ? [guardsIn(program, { file, expression: guard }, false)]
      : [];
  });
}

function isApp(program: Program, file: CodeFile, expression: Expression): boolean {
  const parameter = program.parameterOf(file, expression);
  return parameter !== undefined && (appNames.has(parameter.name) || parameter.type.includes('Fastify'));
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
