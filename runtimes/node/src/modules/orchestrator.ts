import { textOf } from '../log.ts';
import type { AnyModule } from './base-module.ts';
import { type Candidate, discoverModules } from './discovery.ts';
import { type Manifest, requiredModules } from './manifest.ts';
import { ModuleProblem } from './module-problem.ts';
import { type HostServices, startModule } from './start-module.ts';
import { allRequired, startOrder } from './start-order.ts';

/** A module as the host knows it, working or not. */
export type ModuleEntry = { readonly name: string } & (
  | { readonly status: 'ready'; readonly manifest: Manifest; readonly module: AnyModule }
  | { readonly status: 'failed'; readonly manifest: Manifest | undefined; readonly problem: ModuleProblem }
  | { readonly status: 'disabled'; readonly manifest: Manifest }
);

type Usable = Extract<Candidate, { manifest: Manifest }>;

/** Finds, starts and stops the modules. One that is broken is listed as failed and hurts nobody else. */
export class Orchestrator {
  readonly #host: HostServices;
  readonly #entries = new Map<string, ModuleEntry>();
  /** Names of all modules in the folder, also of those that this process leaves out. */
  present: readonly string[] = [];

  constructor(host: HostServices) {
    this.#host = host;
  }

  /** All modules that were found, by name. */
  get modules(): ReadonlyMap<string, ModuleEntry> {
    return this.#entries;
  }

  /** The modules that work, in the order in which they were started. */
  ready() {
    return [...this.#entries.values()].filter((entry) => entry.status === 'ready');
  }

  /** Starts the modules under `root`, or only the one called `only` with those it requires. */
  async start(root: string, only?: string): Promise<void> {
    const candidates = await discoverModules(root);
    this.present = candidates.map(({ name }) => name);
    const usable = candidates.filter((each) => this.#isUsable(each));
    const dependents = usable.map(({ name, manifest }) => ({ name, requires: requiredModules(manifest) }));
    const { order, cyclic } = startOrder(dependents);
    const wanted = only === undefined ? undefined : allRequired(only, dependents);
    const byName = new Map(usable.map((each) => [each.name, each]));
    for (const name of cyclic) {
      this.#fail(byName.get(name), name, new ModuleProblem('dependency_cycle', `${name} requires itself`));
    }
    for (const name of order) {
      const candidate = byName.get(name);
      if (candidate && (!wanted || name === only || wanted.has(name))) await this.#start(candidate);
    }
  }

  /** Stops the modules, those started last first. */
  async stop(): Promise<void> {
    for (const { name, module } of this.ready().reverse()) {
      await module.shutdown().catch((error: unknown) => {
        this.#host.log.error({ err: error, module: name }, 'module not stopped');
      });
    }
  }

  #isUsable(candidate: Candidate): candidate is Usable {
    const { name } = candidate;
    if ('problem' in candidate) {
      this.#fail(undefined, name, candidate.problem);
      return false;
    }
    if (!this.#host.settings.disabledModules.includes(name)) return true;
    this.#entries.set(name, { name, status: 'disabled', manifest: candidate.manifest });
    return false;
  }

  async #start(candidate: Usable): Promise<void> {
    const { name, folder, manifest } = candidate;
    try {
      const missing = requiredModules(manifest).find((each) => this.#entries.get(each)?.status !== 'ready');
      if (missing) throw new ModuleProblem('dependency_missing', `${name} requires ${missing}, which is not ready`);
      const module = await startModule(this.#host, folder, manifest, (of) => this.#entries.get(of)?.manifest);
      this.#entries.set(name, { name, status: 'ready', manifest, module });
      this.#host.log.info({ module: name, version: manifest.version }, 'module ready');
    } catch (error) {
      const problem = error instanceof ModuleProblem ? error : new ModuleProblem('initialize_failed', String(error));
      this.#fail(candidate, name, problem);
    }
  }

  #fail(candidate: Usable | undefined, name: string, problem: ModuleProblem): void {
    this.#entries.set(name, { name, status: 'failed', manifest: candidate?.manifest, problem });
    this.#host.log.error({ module: name, code: problem.code, reason: textOf(problem) }, 'module failed');
  }
}
