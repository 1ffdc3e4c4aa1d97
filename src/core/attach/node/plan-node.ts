import type { AppFiles } from '../application.ts';
import type { AttachChoices, AttachDraft } from '../plan-attach.ts';
import type { NodeApplication } from './detect-node.ts';

export function planNode(_files: AppFiles, _application: NodeApplication, _choices: AttachChoices): AttachDraft {
  throw new Error('not yet');
}
