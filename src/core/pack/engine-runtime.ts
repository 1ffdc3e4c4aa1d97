import runtime from 'handlebars/runtime.js';
import { helpers } from './helpers.ts';
import type { Engine } from './pack.ts';

interface Runtime {
  create(): Runtime;
  registerHelper(name: string, helper: unknown): void;
  registerPartial(name: string, partial: unknown): void;
  template(spec: unknown): Template;
}

interface Template {
  (context: object, ...internal: unknown[]): string;
  _setup(options: unknown): void;
}

/** Renders templates that were compiled at build time: `specs` by path. Starts fast, without the compiler. */
export function runtimeEngine(specs: Readonly<Record<string, unknown>>): Engine {
  const engine = (runtime as unknown as Runtime).create();
  return {
    registerHelper: (name, helper) => engine.registerHelper(name, helper),
    registerPartial: (name, render) => engine.registerPartial(name, render),
    prepare: (path) => setUpOnce(engine.template(specs[path])),
  };
}

/** Handlebars wraps every helper again before each render, which takes a fifth of the time for a thousand modules. */
function setUpOnce(template: Template): Template {
  const setUp = template._setup;
  template._setup = (options) => {
    setUp(options);
    if (!(options as { partial?: boolean }).partial) template._setup = () => {};
  };
  return template;
}

/** Compile options at build time and at run time: unknown names and helpers are errors. */
export const compileOptions = {
  strict: true,
  noEscape: true,
  knownHelpersOnly: true,
  knownHelpers: Object.fromEntries(Object.keys(helpers).map((name) => [name, true])),
};
