import { Chalk } from 'chalk';
import type { Paint } from '../../core/report/check-report.ts';
import type { Io, Output } from '../../io/io.ts';

/** Styles for text on `output`; they do nothing if it shows no colors. */
export function paintFor(io: Io, output: Output): Paint {
  return new Chalk({ level: hasColour(io, output) ? 1 : 0 });
}

/** FORCE_COLOR takes precedence over NO_COLOR, which takes precedence over the terminal's abilities. */
export function hasColour({ env }: Io, output: Output): boolean {
  if (env.FORCE_COLOR !== undefined) return env.FORCE_COLOR !== '0' && env.FORCE_COLOR !== 'false';
  return output.isTty && !env.NO_COLOR && env.TERM !== 'dumb';
}
