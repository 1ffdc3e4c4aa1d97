// What two languages have in common, as far as facts are read from it: one form for both.

interface Placed {
  /** Offsets in the text of its file; `to` is exclusive. */
  readonly from: number;
  readonly to: number;
}

export interface Text extends Placed {
  readonly kind: 'text';
  readonly text: string;
}

/** Texts one after the other: a template literal, an f-string, a sum. */
export interface Join extends Placed {
  readonly kind: 'join';
  readonly parts: readonly Expression[];
}

export interface Name extends Placed {
  readonly kind: 'name';
  readonly name: string;
}

export interface Member extends Placed {
  readonly kind: 'member';
  readonly object: Expression;
  readonly property: string;
}

export interface Call extends Placed {
  readonly kind: 'call';
  readonly callee: Expression;
  readonly args: readonly Expression[];
  /** Arguments by name, as Python has them. */
  readonly named: readonly Entry[];
  /** Some arguments are spread from a value: there may be more than are seen. */
  readonly isOpen: boolean;
}

export interface List extends Placed {
  readonly kind: 'list';
  readonly items: readonly Expression[];
  readonly isOpen: boolean;
}

/** An object or a dictionary; an enumeration, or what a class itself has, with the classes it derives from. */
export interface Record extends Placed {
  readonly kind: 'record';
  readonly entries: readonly Entry[];
  /** Records whose entries are in this one, too. */
  readonly spreads: readonly Expression[];
  readonly isOpen: boolean;
  readonly isClass: boolean;
}

export interface Entry {
  readonly key: string;
  /** Place of the key. */
  readonly at: Placed;
  readonly value: Expression;
}

export interface Fn extends Placed {
  readonly kind: 'function';
  readonly parameters: readonly Parameter[];
  readonly decorators: readonly Expression[];
}

export interface Parameter {
  readonly name: string;
  /** Its type as it stands there. */
  readonly type: string;
  /** What its type and its default are made of. */
  readonly inner: readonly Expression[];
}

/** Anything else, with the expressions in it. */
export interface Other extends Placed {
  readonly kind: 'other';
  readonly inner: readonly Expression[];
}

export type Expression = Text | Join | Name | Member | Call | List | Record | Fn | Other;

export interface Scope {
  readonly from: number;
  readonly to: number;
}

/** What a name stands for within a scope; without a value it is a parameter, or set more than once. */
export interface Binding extends Scope {
  readonly value: Expression | undefined;
  readonly parameter?: Parameter;
}

/** `name` of the file that `from` names, or all of it: `*`. */
export interface Import {
  readonly from: string;
  readonly name: string;
}

export interface CodeFile {
  /** Relative to the module's folder. */
  readonly path: string;
  readonly text: string;
  /** Where the text first breaks the grammar. */
  readonly faultAt: number | undefined;
  readonly bindings: ReadonlyMap<string, readonly Binding[]>;
  readonly imports: ReadonlyMap<string, Import>;
  /** Files whose names are all in this one, too. */
  readonly stars: readonly string[];
  /** Every call, function and class, wherever it stands. */
  readonly calls: readonly Call[];
  readonly functions: readonly Fn[];
  readonly classes: readonly Record[];
}
