// A syntax tree for both languages, reduced to the parts that facts are read from.

interface Placed {
  /** Offsets in the text of its file; `to` is exclusive. */
  readonly from: number;
  readonly to: number;
}

export interface Text extends Placed {
  readonly kind: 'text';
  readonly text: string;
}

/** Concatenated texts: a template literal, an f-string or a sum. */
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
  /** Keyword arguments, in Python. */
  readonly named: readonly Entry[];
  /** True if arguments are spread from a value, so there may be more than are listed. */
  readonly isOpen: boolean;
}

export interface List extends Placed {
  readonly kind: 'list';
  readonly items: readonly Expression[];
  readonly isOpen: boolean;
}

/** An object, dictionary, enumeration or class. A class has its static members as entries and its bases as spreads. */
export interface Record extends Placed {
  readonly kind: 'record';
  readonly entries: readonly Entry[];
  /** Records whose entries this one also contains. */
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
  /** The source text of its type. */
  readonly type: string;
  /** The expressions in its type and its default. */
  readonly inner: readonly Expression[];
}

/** Any other expression, with the expressions in it. */
export interface Other extends Placed {
  readonly kind: 'other';
  readonly inner: readonly Expression[];
}

export type Expression = Text | Join | Name | Member | Call | List | Record | Fn | Other;

export interface Scope {
  readonly from: number;
  readonly to: number;
}

/** The value of a name in a scope; `undefined` for a parameter and for a name that is assigned more than once. */
export interface Binding extends Scope {
  readonly value: Expression | undefined;
  readonly parameter?: Parameter;
}

/** An imported name: `from` is the module specifier; `name` is `*` for the whole file. */
export interface Import {
  readonly from: string;
  readonly name: string;
}

export interface CodeFile {
  /** Relative to the module's folder. */
  readonly path: string;
  readonly text: string;
  /** Offset of the first syntax error. */
  readonly faultAt: number | undefined;
  readonly bindings: ReadonlyMap<string, readonly Binding[]>;
  readonly imports: ReadonlyMap<string, Import>;
  /** Files of which this one imports or exports every name. */
  readonly stars: readonly string[];
  /** Every call, function and class, at any depth. */
  readonly calls: readonly Call[];
  readonly functions: readonly Fn[];
  readonly classes: readonly Record[];
}
