import handlebars from 'handlebars';
import { compileOptions } from './engine-runtime.ts';
import type { Engine } from './pack.ts';

/** Compiles each template when it is first used. */
export function compilerEngine(): Engine {
  const engine = handlebars.create();
  return {
    registerHelper: (name, helper) => engine.registerHelper(name, helper as Handlebars.HelperDelegate),
    registerPartial: (name, render) => engine.registerPartial(name, render),
    prepare: (_path, text) => engine.compile(text, compileOptions),
  };
}

/** A template as a tree. Throws for invalid syntax, as rendering does. */
export function parseTemplate(text: string): hbs.AST.Program {
  return handlebars.parse(text);
}
