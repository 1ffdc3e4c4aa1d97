/** A module and the names of those that must be ready before it. */
export interface Dependent {
  readonly name: string;
  readonly requires: readonly string[];
}

export interface StartOrder {
  /** Every module after those it requires. */
  readonly order: string[];
  /** Modules that require themselves, directly or by way of others. They are in no order. */
  readonly cyclic: ReadonlySet<string>;
}

/** Sorts modules by what they require; required names that are not among them do not matter here. */
export function startOrder(modules: readonly Dependent[]): StartOrder {
  const cyclic = new Set(modules.map((module) => module.name).filter((name) => allRequired(name, modules).has(name)));
  const order: string[] = [];
  const place = (name: string) => {
    const module = modules.find((each) => each.name === name);
    if (!module || order.includes(name) || cyclic.has(name)) return;
    for (const required of module.requires) place(required);
    order.push(name);
  };
  for (const { name } of modules) place(name);
  return { order, cyclic };
}

/** Everything a module requires, directly or by way of others. */
export function allRequired(name: string, modules: readonly Dependent[]): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (from: string) => {
    for (const required of modules.find((each) => each.name === from)?.requires ?? []) {
      if (found.has(required)) continue;
      found.add(required);
      visit(required);
    }
  };
  visit(name);
  return found;
}
