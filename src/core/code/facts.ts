/** A range in the module's code: offsets in the text of `file`, a path relative to the module's folder. */
export interface Place {
  readonly file: string;
  readonly from: number;
  readonly to: number;
}

export interface Broken extends Place {
  /** The reason, phrased to follow the name of the file. */
  readonly reason: string;
}

/** A name in the code: of a permission, an event, a setting or a table. */
export interface Named {
  readonly name: string;
  readonly place: Place;
  /** False if the text may mean something else. */
  readonly isSure: boolean;
}

/** An event that the code listens to. */
export interface Handled extends Named {
  /** Whether its handler starts a job. */
  readonly startsJobs: boolean;
  /** Whether the job gets the data of the event as its input, `startFromEvent(event)`. */
  readonly takesData: boolean;
}

export interface Route {
  readonly method: string;
  /** In the notation of manifests, with parameters in braces. */
  readonly path: string;
  readonly place: Place;
  /** False if the path is uncertain, or the call may send a request instead of defining a route. */
  readonly isSure: boolean;
  /** Permissions that callers need. */
  readonly permissions: readonly string[];
  /** False if the route has a guard whose permissions are unknown, or if the runtime guards it. */
  readonly isGuardKnown: boolean;
}

/** A class that derives from a generic class of the runtime. */
export interface Derived {
  /** `JobService` */
  readonly base: string;
  /** The source texts of its type arguments: `Config`, `Input`, … */
  readonly args: readonly string[];
  readonly place: Place;
}

/** What both the code and the manifest state. */
export type Aspect = Claim | 'permissions';
/** What a manifest declares and the code must have. */
export type Claim = 'routes' | 'published' | 'handled' | 'settings';

/** The facts in a module's code that its manifest declares too. */
export interface CodeFacts {
  readonly routes: readonly Route[];
  readonly permissions: readonly Named[];
  readonly published: readonly Named[];
  readonly handled: readonly Handled[];
  readonly settings: readonly Named[];
  readonly tables: readonly Named[];
  readonly derived: readonly Derived[];
  /** Positions from which a file could not be parsed. Its facts are incomplete and uncertain. */
  readonly broken: readonly Broken[];
  /** Places where the code may define more than was found. */
  readonly unclear: Readonly<Record<Claim, readonly Place[]>>;
  /** Whether the runtime serves the standard endpoints of the manifest. */
  readonly servesJobs: boolean;
  /** The texts of the files in places, by path. */
  readonly texts: ReadonlyMap<string, string>;
  /** The name of the module when its code was last generated, if known. */
  readonly lastName?: string | undefined;
}
