/** Where in the module's code: offsets in the text of a file, which is relative to the module's folder. */
export interface Place {
  readonly file: string;
  readonly from: number;
  readonly to: number;
}

export interface Broken extends Place {
  /** Why, as the end of a sentence that begins with the file. */
  readonly reason: string;
}

/** A permission, an event or a setting as the code names it. */
export interface Named {
  readonly name: string;
  readonly place: Place;
  /** False: it may be something else, so only its presence is known. */
  readonly isSure: boolean;
}

export interface Route {
  readonly method: string;
  /** As manifests have it, parameters in braces. */
  readonly path: string;
  readonly place: Place;
  /** False: it may have another path, or be a request to someone else. */
  readonly isSure: boolean;
  /** What callers need. */
  readonly permissions: readonly string[];
  /** False: there is another guard, and what it requires is unknown. */
  readonly isGuardKnown: boolean;
}

export type Aspect = 'routes' | 'permissions' | 'published' | 'handled' | 'settings';

/** What a module's code says about what its manifest declares. */
export interface CodeFacts {
  readonly routes: readonly Route[];
  readonly permissions: readonly Named[];
  readonly published: readonly Named[];
  readonly handled: readonly Named[];
  readonly settings: readonly Named[];
  readonly tables: readonly Named[];
  /** Where a file cannot be read any further: it may hold more than was seen, and not quite what was. */
  readonly broken: readonly Broken[];
  /** Places where the code may have more of an aspect than was found. */
  readonly unclear: Readonly<Record<Aspect, readonly Place[]>>;
  /** Whether every permission of the manifest stands in generated code, and not only what routes require. */
  readonly namesAllPermissions: boolean;
  /** The texts that places are in. */
  readonly texts: ReadonlyMap<string, string>;
}
