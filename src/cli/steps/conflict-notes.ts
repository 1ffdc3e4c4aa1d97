import type { ReportedModule } from '../../core/report/update.ts';
import { counted } from '../../core/text/display.ts';
import { joinPath } from '../../core/tree/rel-path.ts';
import type { ConflictedFile } from '../../io/module/conflict-stages.ts';

/** The files that an update leaves in conflict, for git's index. */
export function conflictedFiles(modules: readonly ReportedModule[]): ConflictedFile[] {
  return modules.flatMap(({ folder, update }) =>
    update.conflicts.flatMap(({ path, kind, sides }) =>
      sides === undefined || kind === 'unresolved' ? [] : [{ ...sides, path: joinPath(folder, path) }],
    ),
  );
}

/** What git shows after an update with conflicts. */
export function unmergedNotes(unmerged: readonly string[] | Error): string[] {
  if (unmerged instanceof Error) return [indexNote(unmerged)];
  if (unmerged.length === 0) return [];
  const [them, it] = unmerged.length === 1 ? ['it', 'it'] : ['each', 'them'];
  return [
    `git lists ${counted(unmerged.length, 'file')} as unmerged. Resolve ${them} in an editor or with \`git mergetool\`, then run \`git add\` on ${it}.`,
  ];
}

export function indexNote({ message }: Error): string {
  return `git did not record the conflicts: ${message}`;
}
