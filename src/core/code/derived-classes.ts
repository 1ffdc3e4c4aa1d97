import type { CodeFile, Expression } from './expression.ts';
import type { Derived } from './facts.ts';
import { placeOf } from './guards.ts';
import type { Program } from './program.ts';

const generics = new Set(['JobService', 'Provider', 'PollingProvider']);

/** Classes that derive from a generic class of the runtime: `extends JobService<Config, Input, Options, Output>`. */
export function derivedClasses(program: Program, files: readonly CodeFile[]): Derived[] {
  return files.flatMap((file) =>
    file.classes.flatMap(({ spreads }) =>
      spreads.flatMap((spread, index): Derived[] => {
        // Python has the arguments in the expression, TypeScript behind it.
        const [base = spread, ...inside] = spread.kind === 'other' ? spread.inner : [];
        const name = program.nameOf({ file, expression: base });
        if (name === undefined || !generics.has(name) || !program.isOfRuntime({ file, expression: base })) return [];
        const args = spread.kind === 'other' ? inside : typeArguments(file, spreads[index + 1]);
        const texts = args.map(({ from, to }) => file.text.slice(from, to));
        return [{ base: name, args: texts, place: placeOf({ file, expression: base }) }];
      }),
    ),
  );
}

function typeArguments({ text }: CodeFile, next: Expression | undefined): readonly Expression[] {
  return next?.kind === 'other' && text.startsWith('<', next.from) ? next.inner.slice(1, -1) : [];
}
