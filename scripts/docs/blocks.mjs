// Every generated part of the documentation, by its name in the pages.
import { commandParts } from './commands.mjs';
import { excerptParts } from './excerpt.mjs';
import { failureParts } from './failures.mjs';
import { hostParts } from './hosts.mjs';
import { manifestParts } from './manifest.mjs';
import { packParts } from './packs.mjs';
import { ruleParts } from './rules.mjs';
import { updatingParts } from './updating.mjs';
import { versionParts } from './versions.mjs';

export const blocks = {
  ...commandParts,
  ...failureParts,
  ...hostParts,
  ...manifestParts,
  ...packParts,
  ...ruleParts,
  ...excerptParts,
  ...updatingParts,
  ...versionParts,
};
