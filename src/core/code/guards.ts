import type { Call, CodeFile, Expression, Fn } from './expression.ts';
import type { Named, Place } from './facts.ts';
import type { Located, Program } from './program.ts';

/** Names of guards, in lower case and without underscores. */
const guardNames = new Set([
  'requires',
  'requirepermission',
  'requirepermissions',
  'requiredpermission',
  'permissionrequired',
  'permissioncheck',
]);
const wrappers = new Set(['Depends', 'Security']);
/** An imported function may be a guard if its name contains one of these words. */
const guardWords = [
  'auth',
  'perm',
  'require',
  'admin',
  'access',
  'guard',
  'secur',
  'scope',
  'role',
  'protect',
  'login',
];

export interface Guards {
  readonly permissions: readonly Named[];
  /** Guards whose requirements are unknown. */
  readonly unclear: readonly Place[];
}

export const noGuards: Guards = { permissions: [], unclear: [] };

export function placeOf({ file, expression: { from, to } }: Located): Place {
  return { file: file.path, from, to };
}

export function isGuard(program: Program, file: CodeFile, call: Call): boolean {
  const name = program.nameOf({ file, expression: call.callee });
  return name !== undefined && guardNames.has(name.replaceAll('_', '').toLowerCase());
}

/** The permissions that a call of a guard requires. Ignores other texts among the arguments, such as a reason. */
export function permissionsOf(program: Program, file: CodeFile, call: Call): Guards {
  const items = argumentsOf(call).flatMap((expression): Located[] => {
    const found = program.resolve({ file, expression });
    if (found.expression.kind !== 'list') return [{ file, expression }];
    return found.expression.items.map((item) => ({ file: found.file, expression: item }));
  });
  const named = items.map((item) => ({
    name: program.textOf(item),
    place: placeOf(program.resolve(item)),
    isSure: true,
  }));
  const texts = named.filter((one): one is Named => one.name !== undefined);
  const shaped = texts.filter(({ name }) => name.includes(':'));
  return {
    permissions: shaped.length > 0 ? shaped : texts,
    unclear:
      items.length === 0 || call.isOpen
        ? [placeOf({ file, expression: call })]
        : named.filter(({ name }) => name === undefined).map(({ place }) => place),
  };
}

/**
 * The guards in an expression. Unknown functions count as guards; with `isLenient`, for places that also hold other
 * code, only those with one of `guardWords` in their name.
 */
export function guardsIn(program: Program, given: Located, isLenient: boolean, steps = 12): Guards {
  const located = program.resolve(given);
  const { file, expression } = located;
  if (steps === 0) return noGuards;
  const inside = (parts: readonly Expression[], lenient = isLenient) =>
    merged(parts.map((part) => guardsIn(program, { file, expression: part }, lenient, steps - 1)));
  switch (expression.kind) {
    case 'call': {
      if (isGuard(program, file, expression)) return permissionsOf(program, file, expression);
      const name = program.nameOf({ file, expression: expression.callee });
      if (name !== undefined && wrappers.has(name)) return inside(expression.args, isLenient);
      const deep = inside([expression.callee, ...argumentsOf(expression)], true);
      return isLenient || deep.permissions.length > 0 ? deep : unclear(located);
    }
    case 'list':
      return inside(expression.items);
    case 'other':
      return inside(expression.inner);
    case 'function': {
      const parameters = expression.parameters.flatMap(({ inner }) => inner);
      const found = merged([inside(parameters, true), ownGuards(program, file, expression)]);
      return isLenient || found.permissions.length > 0 ? found : unclear(located);
    }
    case 'name':
    case 'member': {
      const name = program.nameOf(located)?.toLowerCase() ?? '';
      const isSuspect = program.isForeign(located) && guardWords.some((word) => name.includes(word));
      return isLenient && !isSuspect ? noGuards : unclear(located);
    }
    default:
      return noGuards;
  }
}

/** The guards that a function calls. Any other call with a permission as an argument may be one. */
export function ownGuards(program: Program, file: CodeFile, { from, to }: Fn): Guards {
  const calls = file.calls.filter((call) => from <= call.from && call.to <= to);
  return merged(
    calls.map((call) => {
      if (isGuard(program, file, call)) return permissionsOf(program, file, call);
      const isGiven = argumentsOf(call).some((expression) => namesPermission(program, { file, expression }));
      return isGiven ? unclear({ file, expression: call }) : noGuards;
    }),
  );
}

function argumentsOf({ args, named }: Call): Expression[] {
  return [...args, ...named.map(({ value }) => value)];
}

/** Whether an expression is a permission, or a list or record that contains one. */
export function namesPermission(program: Program, located: Located, steps = 4): boolean {
  const { file, expression } = program.resolve(located);
  const text = program.textOf({ file, expression });
  if (text !== undefined || steps === 0) return /^[a-z][a-z0-9_]*:[a-z][a-z0-9_*]*$/.test(text ?? '');
  const parts = expression.kind === 'list' ? expression.items : [];
  const values = expression.kind === 'record' ? expression.entries.map(({ value }) => value) : parts;
  return values.some((part) => namesPermission(program, { file, expression: part }, steps - 1));
}

export function merged(all: readonly Guards[]): Guards {
  return { permissions: all.flatMap((one) => one.permissions), unclear: all.flatMap((one) => one.unclear) };
}

function unclear(located: Located): Guards {
  return { permissions: [], unclear: [placeOf(located)] };
}
