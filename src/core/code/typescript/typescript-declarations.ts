import type { SyntaxNode } from '@lezer/common';
import type { Call, Entry, Expression, Scope } from '../expression.ts';
import { type FileBuilder, other } from '../file-builder.ts';

type Read = (node: SyntaxNode, scope: Scope) => Expression;

/** Reads TypeScript statements that bind names; `read` reads their expressions. */
export class Declarations {
  readonly #file: FileBuilder;
  readonly #read: Read;

  constructor(file: FileBuilder, read: Read) {
    this.#file = file;
    this.#read = read;
  }

  named(node: SyntaxNode, scope: Scope, value: Expression): Expression {
    const name = this.#file.parts(node).find((part) => part.name.endsWith('Definition'));
    if (name) this.#file.bind(this.#file.textOf(name), scope, value);
    return value;
  }

  /** Reads the static members of a class. */
  class(node: SyntaxNode, scope: Scope): Expression {
    const entries: Entry[] = [];
    const spreads: Expression[] = [];
    for (const part of this.#file.parts(node)) {
      if (part.name !== 'ClassBody') spreads.push(this.#read(part, scope));
      else for (const member of this.#file.parts(part)) entries.push(...this.#static(member, part));
    }
    return this.#file.class(node, entries, spreads);
  }

  #static(member: SyntaxNode, scope: Scope): Entry[] {
    const parts = this.#file.parts(member);
    if (member.name !== 'PropertyDeclaration') this.#read(member, scope);
    const key = parts.find((part) => part.name === 'PropertyDefinition');
    const equals = parts.findIndex((part) => part.name === 'Equals');
    const value = member.name === 'PropertyDeclaration' && equals !== -1 ? parts[equals + 1] : undefined;
    if (!key || !value) return [];
    const read = this.#read(value, scope);
    return parts.some((part) => part.name === 'static') ? [{ key: this.#file.textOf(key), at: key, value: read }] : [];
  }

  enum(node: SyntaxNode, scope: Scope): Expression {
    const body = this.#file.parts(node).find((part) => part.name === 'EnumBody');
    const parts = body ? this.#file.parts(body) : [];
    const entries = parts.flatMap((part, index): Entry[] => {
      const value = parts[index + 1]?.name === 'Equals' ? parts[index + 2] : undefined;
      return part.name === 'PropertyName' && value
        ? [{ key: this.#file.textOf(part), at: part, value: this.#read(value, scope) }]
        : [];
    });
    return this.#file.class(node, entries, []);
  }

  variables(node: SyntaxNode, scope: Scope): Expression {
    const parts = this.#file.parts(node);
    const isConst = parts[0]?.name === 'const';
    for (const [index, part] of parts.entries()) {
      const equals = parts.findIndex(
        (one, at) => at > index && (one.name === 'Equals' || one.name.endsWith('Definition')),
      );
      const value = parts[equals]?.name === 'Equals' ? parts[equals + 1] : undefined;
      if (part.name === 'VariableDefinition') {
        const read = value ? this.#read(value, scope) : undefined;
        this.#file.bind(this.#file.textOf(part), scope, isConst || isRequired(read) ? read : undefined);
      } else if (part.name === 'ObjectPattern' && value) this.#pattern(part, this.#read(value, scope), scope, isConst);
    }
    return other(node);
  }

  /** `const { a, b: c } = object` */
  #pattern(node: SyntaxNode, object: Expression, scope: Scope, isConst: boolean): void {
    for (const property of this.#file.parts(node)) {
      const parts = this.#file.parts(property);
      const [key, name] = [parts[0], parts.findLast((part) => part.name === 'VariableDefinition')];
      if (property.name !== 'PatternProperty' || !key || !name) continue;
      const { from, to } = property;
      const member: Expression = { kind: 'member', from, to, object, property: this.#file.textOf(key) };
      this.#file.bind(this.#file.textOf(name), scope, isConst ? member : undefined);
    }
  }

  port(node: SyntaxNode, scope: Scope): Expression {
    const parts = this.#file.parts(node);
    const source = parts.findIndex((part) => part.name === 'from');
    const specifier = source === -1 ? undefined : parts[source + 1];
    const from = specifier ? this.#file.textOf(specifier).slice(1, -1) : '';
    const isExport = node.name === 'ExportDeclaration';
    for (const [index, part] of parts.entries()) {
      if (part.name === 'VariableDefinition' && !isExport) {
        const name = parts[index - 2]?.name === 'Star' ? '*' : 'default';
        this.#file.imports.set(this.#file.textOf(part), { from, name });
      } else if (part.name === 'Star' && isExport) this.#file.stars.push(from);
      else if (part.name === 'ImportGroup' || part.name === 'ExportGroup') this.#group(part, from, scope);
      else if (isExport && from === '') {
        const read = this.#read(part, scope);
        if (parts[index - 1]?.name === 'default') this.#file.bind('default', scope, read);
      }
    }
    return other(node);
  }

  /** Reads `{ a, b as c }` in an import or export. */
  #group(node: SyntaxNode, from: string, scope: Scope): void {
    const parts = this.#file.parts(node).filter((part) => part.name !== 'type');
    for (const [index, part] of parts.entries()) {
      if (part.name === 'as' || parts[index + 1]?.name === 'as') continue;
      const original = parts[index - 1]?.name === 'as' ? (parts[index - 2] ?? part) : part;
      const [local, name] = [this.#file.textOf(part), this.#file.textOf(original)];
      if (from !== '') this.#file.imports.set(local, { from, name });
      else if (local !== name) this.#file.bind(local, scope, this.#read(original, scope));
    }
  }
}

/** `require('express')`: nobody gives its variable another value, even with `var`. */
export function isRequired(value: Expression | undefined): value is Call {
  return value?.kind === 'call' && value.callee.kind === 'name' && value.callee.name === 'require';
}
