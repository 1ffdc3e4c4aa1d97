import { relative, resolve } from 'node:path';
import { counted } from '../../core/text/display.ts';
import { exportData as exportTables } from '../../io/host/export-data.ts';
import { dataFolderOf } from '../../io/host/old-data.ts';
import type { Io } from '../../io/io.ts';
import { type ExitCode, exit } from '../output/exit.ts';
import { withProgress } from '../output/progress.ts';
import { openOrOfferHost } from '../steps/find-host.ts';

/** Exports the data of an embedded host of version 0.1 for later versions. */
export async function exportData(io: Io, dir: string, flags: { readonly dataDir?: string }): Promise<ExitCode> {
  const { host } = await openOrOfferHost(io, undefined, { host: dir, yes: true });
  const dataDir = flags.dataDir === undefined ? dataFolderOf(host.root, io.env) : resolve(io.cwd, flags.dataDir);
  const exported = await withProgress(io, 'Exporting', () => exportTables(host.root, dataDir));
  if (exported === undefined) {
    io.out.write(`${dataDir} contains no data of version 0.1. Nothing to export.\n`);
    return exit.done;
  }
  const { file, tables, rows } = exported;
  io.out.write(
    `Exported ${counted(rows, 'row')} of ${counted(tables.length, 'table')} to ${relative(io.cwd, file)}. The data stays as it is.\n`,
  );
  io.err.write('The host loads this file when it starts after `create-ai-module update --host`.\n');
  return exit.done;
}
