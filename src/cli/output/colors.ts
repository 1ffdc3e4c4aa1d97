import { Chalk } from 'chalk';
import type { Paint } from '../../core/report/check-report.ts';
import type { Io, Output } from '../../io/io.ts';

/** Words in colour, where the output shall have it. */
export function paintFor(io: Io, output: Output): Paint {
  return new Chalk({ level: hasColour(io, output) ? 1 : 0 });
}

/** FORCE_COLOR decides, else NO_COLOR, else whether it is a terminal that can show it. */
export function hasColour({ env }: Io, output: Output): boolean {
  if (env.FORCE_COLOR !== undefined) return env.FORCE_COLOR !== '0' && env.FORCE_COLOR !== 'false';
  return output.isTty && !env.NO_COLOR && env.TERM !== 'dumb';
}
