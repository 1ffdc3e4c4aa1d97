import type { Call, CodeFile, Entry, Expression, Record } from './expression.ts';
import type { Named, Place } from './facts.ts';
import { placeOf } from './guards.ts';
import type { Located, Program } from './program.ts';

export interface Settings {
  readonly named: readonly Named[];
  readonly unclear: readonly Place[];
}

const extending = new Set(['extend', 'safeExtend']);
/** Methods that derive another schema, which may not be the module's configuration. */
const changing = new Set(['pick', 'omit', 'partial', 'merge', 'and']);

/** `BaseConfig.extend({ … })` */
export function zodSettings(program: Program, files: readonly CodeFile[]): Settings {
  return merged(files.flatMap((file) => file.calls.map((call) => settingsIn(program, file, call))));
}

function settingsIn(program: Program, file: CodeFile, call: Call): Settings {
  const { callee, args } = call;
  const at = (expression: Expression): Located => ({ file, expression });
  const [first, second] = args;
  const ofBase = args.find((one) => isBaseConfig(program, at(one)));
  // `z.extend(BaseConfig, { … })`
  if (ofBase && ofBase === first && second && isExtending(call)) return entriesOf(program, at(second));
  if (ofBase) return unclear(at(call));
  if (callee.kind !== 'member') return merged([]);
  // `z.object({ ...BaseConfig.shape, … })`
  if (first?.kind === 'record' && first.spreads.some((one) => isShape(program, at(one))))
    return entriesOf(program, at(first));
  if (!isBaseConfig(program, at(callee.object))) return merged([]);
  if (changing.has(callee.property)) return unclear(at(call));
  if (!extending.has(callee.property)) return merged([]);
  if (!first) return unclear(at(call));
  const found = entriesOf(program, at(first));
  if (!isChanged(program, at(callee.object))) return found;
  return { ...found, named: found.named.map((one) => ({ ...one, isSure: false })) };
}

function isExtending({ callee }: Call): boolean {
  return callee.kind === 'member' && extending.has(callee.property);
}

/** Whether an expression begins with the host's `BaseConfig`: `BaseConfig.extend(…).strict()`. */
function isBaseConfig(program: Program, located: Located, steps = 12): boolean {
  const found = program.resolve(located);
  const { file, expression } = found;
  const isOne = (one: Expression) => steps > 0 && isBaseConfig(program, { file, expression: one }, steps - 1);
  if (expression.kind === 'call') {
    const [first] = isExtending(expression) ? expression.args : [];
    return isOne(expression.callee) || (first !== undefined && isOne(first));
  }
  if (expression.kind === 'member') return expression.property !== 'shape' && isOne(expression.object);
  return expression.kind === 'name' && program.nameOf(found) === 'BaseConfig' && program.isForeign(found);
}

function isShape(program: Program, { file, expression }: Located): boolean {
  return (
    expression.kind === 'member' &&
    expression.property === 'shape' &&
    isBaseConfig(program, { file, expression: expression.object })
  );
}

/** Whether the schema was derived with one of the `changing` methods: `Config.pick(…)`. */
function isChanged(program: Program, located: Located, steps = 12): boolean {
  const { file, expression } = program.resolve(located);
  const isOne = (one: Expression) => steps > 0 && isChanged(program, { file, expression: one }, steps - 1);
  if (expression.kind === 'call') return isOne(expression.callee);
  return expression.kind === 'member' && (changing.has(expression.property) || isOne(expression.object));
}

function entriesOf(program: Program, located: Located, steps = 12): Settings {
  const found = program.resolve(located);
  const { file, expression } = found;
  if (isShape(program, located)) return merged([]);
  if (expression.kind !== 'record' || expression.isOpen || steps === 0) return unclear(found);
  const own = { named: expression.entries.map((entry) => named(file, entry)), unclear: [] };
  return merged([
    own,
    ...expression.spreads.map((spread) => entriesOf(program, { file, expression: spread }, steps - 1)),
  ]);
}

/** Fields of the classes that derive from the host's `ModuleConfig`. */
export function pydanticSettings(program: Program, files: readonly CodeFile[]): Settings {
  const all = files.flatMap((file) => [
    ...file.classes.filter((one) => isConfig(program, file, one)).map((one) => fieldsOf(program, file, one)),
    // `create_model('Config', __base__=…)`
    ...file.calls
      .filter(({ named: given }) => given.some(({ key }) => key === '__base__'))
      .map((call) => unclear({ file, expression: call })),
  ]);
  return merged(all);
}

function isConfig(program: Program, file: CodeFile, given: Record, steps = 6): boolean {
  return given.spreads.some((base) => {
    const found = program.resolve({ file, expression: base });
    if (found.expression.kind === 'record')
      return steps > 0 && isConfig(program, found.file, found.expression, steps - 1);
    return isHostConfig(program, found);
  });
}

function isHostConfig(program: Program, base: Located): boolean {
  return program.nameOf(base) === 'ModuleConfig' && program.isForeign(base);
}

function fieldsOf(program: Program, file: CodeFile, { entries, spreads }: Record, steps = 6): Settings {
  const own = entries.filter(({ key, at }) => !key.startsWith('_') && isField(file.text.slice(at.to, at.to + 40)));
  const bases = spreads.map((base): Settings => {
    const found = program.resolve({ file, expression: base });
    if (found.expression.kind === 'record' && steps > 0)
      return fieldsOf(program, found.file, found.expression, steps - 1);
    return isHostConfig(program, found) ? merged([]) : unclear(found);
  });
  return merged([{ named: own.map((entry) => named(file, entry)), unclear: [] }, ...bases]);
}

/** Whether an attribute is a field: it has a type, but not `ClassVar` or `Final`. */
function isField(rest: string): boolean {
  const after = rest.trimStart();
  const type =
    after
      .slice(1)
      .trimStart()
      .split(/[[\s=]/)[0] ?? '';
  return after.startsWith(':') && !type.endsWith('ClassVar') && !type.endsWith('Final');
}

function named(file: CodeFile, { key, at }: Entry): Named {
  return { name: key, place: { file: file.path, from: at.from, to: at.to }, isSure: true };
}

function unclear(located: Located): Settings {
  return { named: [], unclear: [placeOf(located)] };
}

function merged(all: readonly Settings[]): Settings {
  return { named: all.flatMap((one) => one.named), unclear: all.flatMap((one) => one.unclear) };
}
