import { yamlLiteral } from '../text/literals.ts';

/** Which version of which pack rendered the module. No hash and no date: branches that both update must merge. */
export function lockText(pack: { readonly name: string; readonly version: string }): string {
  return `lock_version: 1\npack: ${yamlLiteral(pack.name)}\npack_version: ${yamlLiteral(pack.version)}\n`;
}

export const lockPath = '.ai-module/lock.yaml';
export const pristinePath = '.ai-module/pristine.base';
export const attributesPath = '.gitattributes';

/** Keeps the base out of reviews and statistics, and its bytes as they are; git still merges it. */
export const attributesText = '.ai-module/pristine.base -text -diff linguist-generated\n';
