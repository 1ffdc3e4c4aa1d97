import type { Binding, CodeFile, Expression, Import } from './expression.ts';

/** An expression and the file that contains it. */
export interface Located<E extends Expression = Expression> {
  readonly file: CodeFile;
  readonly expression: E;
}

/** Finds the file that an import refers to; `undefined` if it is not in the module. */
export type FindFile = (from: CodeFile, specifier: string) => CodeFile | undefined;

/** Maximum number of references to follow. More are probably circular. */
const maxSteps = 40;

/** Resolves names in the files of one module. */
export class Program {
  readonly #findFile: FindFile;

  constructor(findFile: FindFile) {
    this.#findFile = findFile;
  }

  /** The value of an expression, following names and members as far as they are known. */
  resolve(located: Located, steps = maxSteps): Located {
    const { expression } = located;
    if (steps === 0) return located;
    if (expression.kind === 'name') {
      const found = this.#lookUp(located.file, expression.name, expression.from);
      return found ? this.resolve(found, steps - 1) : located;
    }
    if (expression.kind !== 'member') return located;
    const found = this.#member(located.file, expression.object, expression.property, steps - 1);
    return found ? this.resolve(found, steps - 1) : located;
  }

  /** The text of an expression; `undefined` if it is unknown. */
  textOf(located: Located, steps = maxSteps): string | undefined {
    const { file, expression } = this.resolve(located, steps);
    if (expression.kind === 'text') return expression.text;
    if (expression.kind !== 'join' || steps === 0) return undefined;
    const parts = expression.parts.map((part) => this.textOf({ file, expression: part }, steps - 1));
    return parts.every((part) => part !== undefined) ? parts.join('') : undefined;
  }

  /** The last word of a name or member. For an alias of an import, the original name. */
  nameOf({ file, expression }: Located): string | undefined {
    if (expression.kind === 'member') return expression.property;
    if (expression.kind !== 'name') return undefined;
    const imported = this.#bindingOf(file, expression.name, expression.from)
      ? undefined
      : file.imports.get(expression.name);
    return imported && imported.name !== '*' && imported.name !== 'default' ? imported.name : expression.name;
  }

  /** The parameter that a name refers to. */
  parameterOf(file: CodeFile, expression: Expression): Binding['parameter'] {
    if (expression.kind !== 'name') return undefined;
    return this.#bindingOf(file, expression.name, expression.from)?.parameter;
  }

  /** Whether a name comes from outside the module. */
  isForeign({ file, expression }: Located): boolean {
    if (expression.kind === 'member') return this.isForeign({ file, expression: expression.object });
    if (expression.kind !== 'name' || this.#bindingOf(file, expression.name, expression.from)) return false;
    const imported = file.imports.get(expression.name);
    return imported === undefined || this.#findFile(file, imported.from) === undefined;
  }

  /** Whether a name is imported from the runtime of modules. */
  isOfRuntime({ file, expression }: Located): boolean {
    if (expression.kind === 'member') return this.isOfRuntime({ file, expression: expression.object });
    if (expression.kind !== 'name' || this.#bindingOf(file, expression.name, expression.from)) return false;
    return /^ai[-_]module[-_]runtime\b/.test(file.imports.get(expression.name)?.from ?? '');
  }

  /** The innermost binding at an offset. A record is not visible within its own definition. */
  #bindingOf(file: CodeFile, name: string, at: number): Binding | undefined {
    const around = (file.bindings.get(name) ?? []).filter(
      ({ from, to, value }) =>
        from <= at && at < to && !(value && value.from <= at && at < value.to && value.kind === 'record'),
    );
    return around.reduce<Binding | undefined>(
      (best, one) => (best && best.to - best.from <= one.to - one.from ? best : one),
      undefined,
    );
  }

  #lookUp(file: CodeFile, name: string, at: number): Located | undefined {
    const binding = this.#bindingOf(file, name, at);
    if (binding) return binding.value && { file, expression: binding.value };
    const imported = file.imports.get(name);
    if (imported) return this.#imported(file, imported);
    return this.#starred(file, name, maxSteps);
  }

  #imported(file: CodeFile, { from, name }: Import): Located | undefined {
    const target = this.#findFile(file, from);
    if (name === '*') return undefined;
    const found = target && this.#exported(target, name, maxSteps);
    return found;
  }

  /** The value of a name that other files import from this file. */
  #exported(file: CodeFile, name: string, steps: number): Located | undefined {
    if (steps === 0) return undefined;
    const binding = file.bindings.get(name)?.find(({ from, to }) => from === 0 && to === file.text.length);
    if (binding) return binding.value && { file, expression: binding.value };
    const imported = file.imports.get(name);
    if (!imported) return this.#starred(file, name, steps - 1);
    const target = this.#findFile(file, imported.from);
    return target && imported.name !== '*' ? this.#exported(target, imported.name, steps - 1) : undefined;
  }

  #starred(file: CodeFile, name: string, steps: number): Located | undefined {
    for (const star of steps === 0 ? [] : file.stars) {
      const target = this.#findFile(file, star);
      const found = target && target !== file ? this.#exported(target, name, steps - 1) : undefined;
      if (found) return found;
    }
    return undefined;
  }

  #member(file: CodeFile, object: Expression, property: string, steps: number): Located | undefined {
    const namespace = this.#namespace(file, object);
    if (namespace) return this.#exported(namespace, property, steps);
    const owner = this.resolve({ file, expression: object }, steps);
    // The value of an enumeration's member.
    if (owner.expression.kind === 'text' && property === 'value') return owner;
    return owner.expression.kind === 'record' ? this.#entry(owner, property, steps) : undefined;
  }

  /** An entry of a record: the last with this key, else from the records that are spread into it. */
  #entry({ file, expression }: Located, key: string, steps: number): Located | undefined {
    if (expression.kind !== 'record' || steps === 0) return undefined;
    const own = expression.entries.findLast((entry) => entry.key === key);
    if (own) return { file, expression: own.value };
    for (const spread of expression.spreads) {
      const found = this.#entry(this.resolve({ file, expression: spread }, steps - 1), key, steps - 1);
      if (found) return found;
    }
    return undefined;
  }

  /** The file that a name refers to: `import * as n from './n.ts'`, `from . import n`. */
  #namespace(file: CodeFile, object: Expression): CodeFile | undefined {
    if (object.kind !== 'name' || this.#bindingOf(file, object.name, object.from)) return undefined;
    const imported = file.imports.get(object.name);
    if (!imported) return undefined;
    if (imported.name === '*') return this.#findFile(file, imported.from);
    const inside = imported.from.endsWith('.')
      ? `${imported.from}${imported.name}`
      : `${imported.from}.${imported.name}`;
    return file.path.endsWith('.py') ? this.#findFile(file, inside) : undefined;
  }
}
