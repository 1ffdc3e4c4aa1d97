import type { ModuleContext, ModuleEvents } from 'ai-module-runtime';
import * as runtime from 'ai-module-runtime';
import { Config } from './config.ts';
import { registerEventHandlers } from './events.ts';
import { routes } from './routes.ts';
import { TextInsightsService as Service } from './service.ts';
import { tasks } from './tasks.ts';

/** Reads an English text: sentiment, entities, key sentences and readability, offline. */
export class TextInsightsModule extends runtime.BaseModule<Config, Service> {
  override configClass() {
    return Config;
  }

  protected override createService(context: ModuleContext, config: Config) {
    return new Service(context, config);
  }

  override router() {
    return routes(this.service);
  }

  override tasks() {
    return tasks(this.service);
  }

  override registerEvents(events: ModuleEvents) {
    registerEventHandlers(events, this.service);
  }
}

/** Called by the host, once. */
export function loadModule() {
  return new TextInsightsModule();
}
