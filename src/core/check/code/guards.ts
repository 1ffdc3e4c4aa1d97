import type { Call, CodeFile } from './expression.ts';
import type { Named, Place } from './facts.ts';
import type { Located, Program } from './program.ts';

/** What a guard is called, whatever the case and the underscores. */
const guardNames = new Set([
  'requires',
  'requirepermission',
  'requirepermissions',
  'requiredpermission',
  'permissioncheck',
]);
const wrappers = new Set(['Depends', 'Security']);
/** Dependencies from elsewhere with such a word in their name may be guards. */
const guardWords = ['auth', 'perm', 'require', 'admin', 'access', 'guard', 'secur', 'scope', 'role'];

export interface Guards {
  readonly permissions: readonly Named[];
  /** Guards of which nothing can be told. */
  readonly unclear: readonly Place[];
}

const none: Guards = { permissions: [], unclear: [] };

export function placeOf({ file, expression: { from, to } }: Located): Place {
  return { file: file.path, from, to };
}

export function isGuard(program: Program, file: CodeFile, call: Call): boolean {
  const name = program.nameOf({ file, expression: call.callee });
  return name !== undefined && guardNames.has(name.replaceAll('_', '').toLowerCase());
}

/** The permissions that one call of a guard asks for. */
export function permissionsOf(program: Program, file: CodeFile, call: Call): Guards {
  const given = [...call.args, ...call.named.map(({ value }) => value)];
  const items = given.flatMap((expression): Located[] => {
    const found = program.resolve({ file, expression });
    if (found.expression.kind !== 'list') return [{ file, expression }];
    return found.expression.items.map((item) => ({ file: found.file, expression: item }));
  });
  const named = items.map((item) => ({ name: program.textOf(item), place: placeOf(program.resolve(item)) }));
  return {
    permissions: named.filter((one): one is Named => one.name !== undefined),
    unclear:
      items.length === 0 || call.isOpen
        ? [placeOf({ file, expression: call })]
        : named.filter(({ name }) => name === undefined).map(({ place }) => place),
  };
}

/**
 * The guards in an expression that stands where guards do. `isLenient`: where other things stand, too, so that what
 * nothing is known of counts for a guard only if it is called like one.
 */
export function guardsIn(program: Program, given: Located, isLenient: boolean, steps = 12): Guards {
  const located = program.resolve(given);
  const { file, expression } = located;
  if (steps === 0) return none;
  const inside = (parts: readonly Located['expression'][], lenient = isLenient) =>
    merged(parts.map((part) => guardsIn(program, { file, expression: part }, lenient, steps - 1)));
  switch (expression.kind) {
    case 'call': {
      if (isGuard(program, file, expression)) return permissionsOf(program, file, expression);
      const name = program.nameOf({ file, expression: expression.callee });
      if (name !== undefined && wrappers.has(name)) return inside(expression.args, isLenient);
      const deep = inside([expression.callee, ...expression.args, ...expression.named.map(({ value }) => value)], true);
      return isLenient || deep.permissions.length > 0 ? deep : unclear(located);
    }
    case 'list':
      return inside(expression.items);
    case 'other':
      return inside(expression.inner);
    case 'function': {
      const calls = file.calls.filter((call) => expression.from <= call.from && call.to <= expression.to);
      const own = calls
        .filter((call) => isGuard(program, file, call))
        .map((call) => permissionsOf(program, file, call));
      const found = merged([
        inside(
          expression.parameters.flatMap(({ inner }) => inner),
          true,
        ),
        ...own,
      ]);
      return isLenient || found.permissions.length > 0 ? found : unclear(located);
    }
    case 'name':
    case 'member': {
      const name = program.nameOf(located)?.toLowerCase() ?? '';
      const isSuspect = program.isForeign(located) && guardWords.some((word) => name.includes(word));
      return isLenient && !isSuspect ? none : unclear(located);
    }
    default:
      return none;
  }
}

export function merged(all: readonly Guards[]): Guards {
  return { permissions: all.flatMap((one) => one.permissions), unclear: all.flatMap((one) => one.unclear) };
}

function unclear(located: Located): Guards {
  return { permissions: [], unclear: [placeOf(located)] };
}
