import type { CodeFile, Entry, Expression, Record } from './expression.ts';
import type { Named, Place } from './facts.ts';
import { placeOf } from './guards.ts';
import type { Located, Program } from './program.ts';

export interface Settings {
  readonly named: readonly Named[];
  readonly unclear: readonly Place[];
}

/** `BaseConfig.extend({ … })` */
export function zodSettings(program: Program, files: readonly CodeFile[]): Settings {
  const all = files.flatMap((file) =>
    file.calls.flatMap((call): Settings[] => {
      if (call.callee.kind !== 'member' || !isBaseConfig(program, file, call.callee.object)) return [];
      const { property } = call.callee;
      if (property === 'merge' || property === 'and') return [unclear({ file, expression: call })];
      const [shape] = call.args;
      if (property !== 'extend' && property !== 'safeExtend') return [];
      return [shape ? entriesOf(program, { file, expression: shape }) : unclear({ file, expression: call })];
    }),
  );
  return merged(all);
}

/** Whether an expression begins with the host's `BaseConfig`: `BaseConfig.extend(…).strict()`. */
function isBaseConfig(program: Program, file: CodeFile, expression: Expression): boolean {
  if (expression.kind === 'call') return isBaseConfig(program, file, expression.callee);
  if (expression.kind === 'member')
    return expression.property !== 'shape' && isBaseConfig(program, file, expression.object);
  if (expression.kind !== 'name') return false;
  const found = program.resolve({ file, expression });
  if (found.expression.kind !== 'name') return isBaseConfig(program, found.file, found.expression);
  return program.nameOf(found) === 'BaseConfig' && program.isForeign(found);
}

function entriesOf(program: Program, located: Located): Settings {
  const found = program.resolve(located);
  const { file, expression } = found;
  if (expression.kind !== 'record' || expression.isOpen) return unclear(found);
  const own = { named: expression.entries.map((entry) => named(file, entry)), unclear: [] };
  return merged([own, ...expression.spreads.map((spread) => entriesOf(program, { file, expression: spread }))]);
}

/** Fields of the classes that derive from the host's `ModuleConfig`. */
export function pydanticSettings(program: Program, files: readonly CodeFile[]): Settings {
  const all = files.flatMap((file) =>
    file.classes.filter((one) => isConfig(program, file, one)).map((one) => fieldsOf(program, file, one)),
  );
  return merged(all);
}

function isConfig(program: Program, file: CodeFile, given: Record, steps = 6): boolean {
  return given.spreads.some((base) => {
    const found = program.resolve({ file, expression: base });
    if (found.expression.kind === 'record')
      return steps > 0 && isConfig(program, found.file, found.expression, steps - 1);
    return program.nameOf(found) === 'ModuleConfig' && program.isForeign(found);
  });
}

function fieldsOf(program: Program, file: CodeFile, { entries, spreads }: Record, steps = 6): Settings {
  const own = entries.filter(({ key, at }) => !key.startsWith('_') && isField(file.text.slice(at.to, at.to + 40)));
  const bases = spreads.flatMap((base): Settings[] => {
    const found = program.resolve({ file, expression: base });
    const isOwn = found.expression.kind === 'record' && steps > 0;
    return isOwn ? [fieldsOf(program, found.file, found.expression as Record, steps - 1)] : [];
  });
  return merged([{ named: own.map((entry) => named(file, entry)), unclear: [] }, ...bases]);
}

/** With a type, and not one that says it is no field. */
function isField(rest: string): boolean {
  const after = rest.trimStart();
  return after.startsWith(':') && !after.slice(1).trimStart().startsWith('ClassVar');
}

function named(file: CodeFile, { key, at }: Entry): Named {
  return { name: key, place: { file: file.path, from: at.from, to: at.to } };
}

function unclear(located: Located): Settings {
  return { named: [], unclear: [placeOf(located)] };
}

function merged(all: readonly Settings[]): Settings {
  return { named: all.flatMap((one) => one.named), unclear: all.flatMap((one) => one.unclear) };
}
