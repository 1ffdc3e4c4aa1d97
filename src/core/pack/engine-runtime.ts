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

/** Renders templates that were compiled at build time: `specs` by path. It cannot compile, and so starts fast. */
export function runtimeEngine(specs: Readonly<Record<string, unknown>>): Engine {
  const engine = (runtime as unknown as Runtime).create();
  return {
    registerHelper: (name, helper) => engine.registerHelper(name, helper),
    registerPartial: (name, render) => engine.registerPartial(name, render),
    prepare: (path) => setUpOnce(engine.template(specs[path])),
  };
}

/** Before each render it would wrap every helper anew, which for a thousand modules is a fifth of the rendering. */
function setUpOnce(template: Template): Template {
  const setUp = template._setup;
  template._setup = (options) => {
    setUp(options);
    if (!(options as { partial?: boolean }).partial) template._setup = () => {};
  };
  return template;
}

/** How every template is compiled, at build time and at run time: an unknown name or helper is an error. */
export const compileOptions = {
  strict: true,
  noEscape: true,
  knownHelpersOnly: true,
  knownHelpers: Object.fromEntries(Object.keys(helpers).map((name) => [name, true])),
};
