import { Chalk } from 'chalk';
import type { Paint } from '../core/report/paint.ts';
import type { Io, Output } from '../io/io.ts';

/** Colour for one output: never where NO_COLOR is set, always with FORCE_COLOR, else on a terminal. */
export function paintFor(io: Io, output: Output): Paint {
  const isWanted = Boolean(io.env.FORCE_COLOR) && io.env.FORCE_COLOR !== '0';
  const isRefused = Boolean(io.env.NO_COLOR) || io.env.TERM === 'dumb';
  return new Chalk({ level: isWanted || (output.isTty && !isRefused) ? 1 : 0 });
}
