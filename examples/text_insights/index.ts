import { BaseModule } from 'ai-module-runtime';
import { Config } from './config.ts';
import { registerEventHandlers } from './events.ts';
import { routes } from './routes.ts';
import * as schemas from './schemas.ts';
import { TextInsightsService } from './service.ts';
import { tasks } from './tasks.ts';

/** Reads an English text: sentiment, entities, key sentences and readability, offline. */
export class TextInsightsModule extends BaseModule<Config, TextInsightsService> {
  override readonly parts = {
    config: Config,
    schemas,
    service: TextInsightsService,
    routes,
    tasks,
    registerEventHandlers,
  };
}

/** Called by the host, once. */
export function loadModule() {
  return new TextInsightsModule();
}
