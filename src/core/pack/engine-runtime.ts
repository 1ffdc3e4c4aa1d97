import runtime from 'handlebars/runtime.js';
import type { Engine } from './build-pack.ts';

interface Runtime {
  create(): Runtime;
  registerHelper(name: string, helper: unknown): void;
  registerPartial(name: string, partial: unknown): void;
  template(spec: unknown): (context: object) => string;
}

/** Renders templates that were compiled at build time: `specs` by path. It cannot compile, and so starts fast. */
export function runtimeEngine(specs: Readonly<Record<string, unknown>>): Engine {
  const engine = (runtime as unknown as Runtime).create();
  return {
    registerHelper: (name, helper) => engine.registerHelper(name, helper),
    registerPartial: (name, render) => engine.registerPartial(name, render),
    prepare: (path) => engine.template(specs[path]),
  };
}
