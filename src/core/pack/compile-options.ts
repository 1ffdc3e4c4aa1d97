import { helpers } from './helpers.ts';

/** How every template is compiled, at build time and at run time: an unknown name or helper is an error. */
export const compileOptions = {
  strict: true,
  noEscape: true,
  knownHelpersOnly: true,
  knownHelpers: Object.fromEntries(Object.keys(helpers).map((name) => [name, true])),
};
