import type { SyntaxNode } from '@lezer/common';
import type { Entry, Expression, Parameter, Scope } from '../expression.ts';
import { type FileBuilder, other } from '../file-builder.ts';

/** The attribute of a class that names its table. */
export const tableKey = '__tablename__';

interface Readers {
  readonly read: (node: SyntaxNode, scope: Scope) => Expression;
  readonly call: (at: Scope, callee: Expression, list: SyntaxNode | undefined, scope: Scope) => Expression;
}

/** Reads Python statements that bind names; `readers` read their expressions. */
export class Definitions {
  readonly #file: FileBuilder;
  readonly #readers: Readers;

  constructor(file: FileBuilder, readers: Readers) {
    this.#file = file;
    this.#readers = readers;
  }

  decorated(node: SyntaxNode, scope: Scope): Expression {
    const parts = this.#file.parts(node);
    const decorators = parts.filter((part) => part.name === 'Decorator').map((part) => this.#decorator(part, scope));
    const last = parts.at(-1);
    if (last?.name === 'FunctionDefinition') return this.function(last, scope, decorators);
    return last?.name === 'ClassDefinition' ? this.class(last, scope) : other(node, decorators);
  }

  /** Reads `@a.b(…)`, in which the grammar has no node for `a.b`. */
  #decorator(node: SyntaxNode, scope: Scope): Expression {
    const [, first, ...rest] = this.#file.parts(node);
    if (!first) return other(node);
    let found = this.#readers.read(first, scope);
    for (const part of rest) {
      const at = { from: found.from, to: part.to };
      if (part.name === 'ArgList') found = this.#readers.call(at, found, part, scope);
      else found = { kind: 'member', ...at, object: found, property: this.#file.textOf(part) };
    }
    return found;
  }

  function(node: SyntaxNode, scope: Scope, decorators: readonly Expression[]): Expression {
    const parts = this.#file.parts(node);
    const list = parts.find((part) => part.name === 'ParamList');
    const parameters = list ? this.#parameters(list, scope) : [];
    const { from, to } = node;
    const made = this.#file.function({ from, to, parameters, decorators });
    const name = node.name === 'FunctionDefinition' && parts.find((part) => part.name === 'VariableName');
    if (name) this.#file.bind(this.#file.textOf(name), scope, made);
    const body = parts.at(-1);
    if (body) this.#readers.read(body, node);
    return made;
  }

  #parameters(list: SyntaxNode, scope: Scope): Parameter[] {
    const found: { name: string; type: string; inner: Expression[] }[] = [];
    let isDefault = false;
    for (const part of this.#file.parts(list)) {
      if (part.name === 'AssignOp') isDefault = true;
      else if (part.name === 'VariableName' && !isDefault)
        found.push({ name: this.#file.textOf(part), type: '', inner: [] });
      else if (part.name === 'TypeDef') {
        const last = found.at(-1);
        if (last) last.type = this.#file.textOf(part);
        last?.inner.push(this.#readers.read(part, scope));
      } else {
        if (isDefault) found.at(-1)?.inner.push(this.#readers.read(part, scope));
        isDefault = false;
      }
    }
    return found;
  }

  class(node: SyntaxNode, scope: Scope): Expression {
    const parts = this.#file.parts(node);
    const list = parts.find((part) => part.name === 'ArgList');
    const given = list ? this.#file.parts(list) : [];
    const bases = given.filter((part, index) => {
      const isNamed = [given[index - 1], given[index + 1]].some((near) => near?.name === 'AssignOp');
      return !isNamed && (part.name === 'VariableName' || part.name === 'MemberExpression');
    });
    const body = parts.find((part) => part.name === 'Body');
    const entries = (body ? this.#file.parts(body) : []).flatMap((part) => this.#attribute(part, node));
    const name = parts.find((part) => part.name === 'VariableName');
    if (name && given.some((part, index) => this.#isTable(part, given[index + 2])))
      entries.unshift({ key: tableKey, at: name, value: this.#tableOf(name) });
    const made = this.#file.class(
      node,
      entries,
      bases.map((base) => this.#readers.read(base, scope)),
    );
    if (name) this.#file.bind(this.#file.textOf(name), scope, made);
    return made;
  }

  #isTable(part: SyntaxNode, value: SyntaxNode | undefined): boolean {
    return this.#file.textOf(part) === 'table' && value !== undefined && this.#file.textOf(value) === 'True';
  }

  /** The name that SQLModel gives to a table without `__tablename__`. */
  #tableOf(name: SyntaxNode): Expression {
    return { kind: 'text', from: name.from, to: name.to, text: this.#file.textOf(name).toLowerCase() };
  }

  #attribute(part: SyntaxNode, scope: Scope): Entry[] {
    if (part.name !== 'AssignStatement') {
      this.#readers.read(part, scope);
      return [];
    }
    const [target, ...rest] = this.#file.parts(part);
    const type = rest.find((one) => one.name === 'TypeDef');
    const equals = rest.findIndex((one) => one.name === 'AssignOp');
    const value = equals === -1 ? undefined : rest[equals + 1];
    const inner = type ? [this.#readers.read(type, scope)] : [];
    if (target?.name !== 'VariableName') return [];
    const key = this.#file.textOf(target);
    return [{ key, at: target, value: value ? this.#readers.read(value, scope) : other(part, inner) }];
  }

  /** Reads `a = x` and `a: T = x`. Does not follow multiple targets. */
  assignment(node: SyntaxNode, scope: Scope): Expression {
    const parts = this.#file.parts(node);
    const [target] = parts;
    const signs = parts.flatMap((part, index) => (part.name === 'AssignOp' ? [index] : []));
    const [sign = -1] = signs;
    const values = parts.slice(sign + 1).filter((part) => part.name !== 'AssignOp');
    const read = values.map((part) => this.#readers.read(part, scope));
    const isPlain = signs.length === 1 && values.length === 1 && target?.name === 'VariableName';
    const targets = parts.slice(0, sign === -1 ? 1 : sign).filter((part) => part.name === 'VariableName');
    const after = parts
      .slice(sign + 1)
      .filter((part, index, all) => part.name === 'VariableName' && all[index + 1]?.name === 'AssignOp');
    for (const one of [...targets, ...after])
      this.#file.bind(this.#file.textOf(one), scope, isPlain && sign !== -1 ? read[0] : undefined);
    return other(node);
  }

  /** Reads `for a in …`. The value of the name is unknown. */
  loop(node: SyntaxNode, scope: Scope): void {
    const parts = this.#file.parts(node);
    const end = parts.findIndex((part) => part.name === 'in');
    for (const part of parts.slice(0, end))
      if (part.name === 'VariableName') this.#file.bind(this.#file.textOf(part), scope, undefined);
  }

  update(node: SyntaxNode, scope: Scope): Expression {
    const [target, , ...rest] = this.#file.parts(node);
    for (const part of rest) this.#readers.read(part, scope);
    if (target?.name === 'VariableName') this.#file.bind(this.#file.textOf(target), scope, undefined);
    return other(node);
  }

  /** Reads `from .a import b as c`, `from . import a` and `import a.b as c`. */
  imports(node: SyntaxNode): Expression {
    const parts = this.#file.parts(node);
    const first = parts.findIndex((part) => part.name === 'import');
    const start = parts[0];
    const keyword = parts[first];
    if (!start || !keyword) return other(node);
    const isFrom = start.name === 'from';
    const from = isFrom ? this.#file.text.slice(start.to, keyword.from).trim() : '';
    const names = parts.slice(first + 1);
    for (const [index, part] of names.entries()) {
      if (part.name === '*') this.#file.stars.push(from);
      if (part.name !== 'VariableName' || names[index + 1]?.name === 'as') continue;
      const isAlias = names[index - 1]?.name === 'as';
      const original = this.#file.textOf((isAlias && names[index - 2]) || part);
      const local = this.#file.textOf(part);
      if (isFrom) this.#file.imports.set(local, { from, name: original });
      else if (isAlias)
        this.#file.imports.set(local, {
          from: this.#file.text.slice(keyword.to, part.from).split(' as ')[0]?.trim() ?? '',
          name: '*',
        });
    }
    return other(node);
  }
}
