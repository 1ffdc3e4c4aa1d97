import type { AppFiles, Application, EntryPoint } from '../application.ts';

export interface NodeApplication extends Application {
  readonly language: 'node';
  readonly dirFor: (entry: EntryPoint) => string;
}

export function detectNode(_files: AppFiles): NodeApplication | undefined {
  return undefined;
}
