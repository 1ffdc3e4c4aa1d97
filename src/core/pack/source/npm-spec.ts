import { Failure } from '../../failure.ts';

/** A package of npm that contains a pack. */
export interface NpmSpec {
  readonly name: string;
  /** Absent for the version that is installed in node_modules. */
  readonly version: string | undefined;
}

const prefix = 'npm:';
const pattern = /^npm:((?:@[a-z0-9~][a-z0-9._~-]*\/)?[a-z0-9~][a-z0-9._~-]*)(?:@(.*))?$/;

export function isNpmSpec(stack: string): boolean {
  return stack.startsWith(prefix);
}

/** Parses `npm:@acme/ai-pack@1.2.0`. Throws `pack-package-invalid`. */
export function parseNpmSpec(stack: string): NpmSpec {
  const [, name, version] = pattern.exec(stack) ?? [];
  const invalid = (reason: string) => new Failure('pack-package-invalid', { stack, reason });
  if (name === undefined || name.length > 214) throw invalid('it must be like npm:@acme/ai-pack@1.2.0');
  if (version !== undefined && !/^\d+\.\d+\.\d+$/.test(version))
    throw invalid(`the version must be exact, like 1.2.0, not ${version || 'empty'}`);
  return { name, version };
}
