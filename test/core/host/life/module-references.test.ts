import { expect, it } from 'vitest';
import { referencesTo } from '../../../../src/core/host/life/module-references.ts';

const marked = (folder: string, path: string, text: string) =>
  referencesTo(folder, path, text)
    .toReversed()
    .reduce((after, { start, end }) => `${after.slice(0, start)}<${after.slice(start, end)}>${after.slice(end)}`, text);

it.each([
  ['src/report.ts', "import { a } from './ai/modules/invoices/service.ts';", './ai/modules/<invoices>/service.ts'],
  ['src/ai/modules/billing/index.ts', "import '../invoices/index.ts';", "'../<invoices>/index.ts'"],
  ['src/ai/modules/billing/index.ts', "import '../invoices_archive/index.ts';", "'../invoices_archive/index.ts'"],
  ['src/ai/modules/billing/index.ts', "import './invoices/index.ts';", "'./invoices/index.ts'"],
  ['tests/a.test.ts', 'vi.mock("../src/ai/modules/invoices");', '"../src/ai/modules/<invoices>"'],
  ['docs/a.md', "'./src/ai/modules/invoices'", "'./src/ai/modules/invoices'"],
])('finds relative imports in %s: %s', (path, text, expected) => {
  expect(marked('src/ai/modules/invoices', path, text)).toContain(expected);
});

it.each([
  ['app/report.py', 'from app.ai.modules.invoices.service import InvoicesService', 'modules.<invoices>.service'],
  ['app/report.py', 'from app.ai.modules import billing, invoices', 'billing, <invoices>'],
  ['app/report.py', 'import app.ai.modules.invoices', 'modules.<invoices>'],
  ['app/report.py', 'patch("ai.modules.invoices.service.run")', 'modules.<invoices>.service'],
  ['app/report.py', 'from app.ai.modules.invoices_archive import x', 'modules.invoices_archive import'],
  ['app/report.py', 'from other.modules.invoices import x', 'other.modules.invoices import'],
  ['app/ai/modules/billing/events.py', 'from ..invoices.service import x', '..<invoices>.service'],
  ['app/ai/modules/billing/events.py', 'from .. import invoices', 'import <invoices>'],
  ['app/ai/modules/billing/events.py', 'from .invoices import x', 'from .invoices import'],
  ['app/ai/report.py', 'from .modules.invoices import x', '.modules.<invoices> import'],
])('finds imports in %s: %s', (path, text, expected) => {
  expect(marked('app/ai/modules/invoices', path, text)).toContain(expected);
});

it('counts lines from 1', () => {
  const text = "\n\nimport '../invoices/a.ts';\n";
  expect(referencesTo('m/invoices', 'm/billing/a.ts', text)).toEqual([{ start: 13, end: 21, line: 3 }]);
});
