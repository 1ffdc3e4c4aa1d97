import { type AppFiles, findIn } from '../application.ts';

/** Whether the application uses Ruff, which takes the nearest of its configurations for each file. */
export function usesRuff(files: AppFiles): boolean {
  return (
    files.paths.some((path) => /^\.?ruff\.toml$/.test(path)) ||
    /^\[tool\.ruff\b/m.test(files.read('pyproject.toml') ?? '')
  );
}

/** Other tools, whose configuration is for every file: what the user has to add there, so that they accept the modules. */
const others: readonly {
  readonly name: string;
  readonly places: Readonly<Record<string, RegExp>>;
  line(dir: string): string;
}[] = [
  { name: 'black', places: { 'pyproject.toml': /^\[tool\.black\]/m }, line: (dir) => `force-exclude = '^/${dir}/'` },
  {
    name: 'isort',
    places: { 'pyproject.toml': /^\[tool\.isort\]/m },
    line: (dir) => `extend_skip_glob = ["${dir}/*"]`,
  },
  {
    name: 'flake8',
    places: { '.flake8': /^\[flake8\]/m, 'setup.cfg': /^\[flake8\]/m, 'tox.ini': /^\[flake8\]/m },
    line: (dir) => `extend-exclude = ${dir}`,
  },
  {
    name: 'pylint',
    places: { 'pyproject.toml': /^\[tool\.pylint\b/m, '.pylintrc': /^\[/m },
    line: (dir) => `ignore-paths = ${dir}`,
  },
];

export function linterNotes(files: AppFiles, dir: string): string[] {
  return others.flatMap(({ name, places, line }) => {
    const found = Object.entries(places).flatMap(([file, pattern]) => findIn(files, file, pattern) ?? [])[0];
    return found === undefined
      ? []
      : [`${found.file}:${found.line}: ${name} has rules of its own. To leave the modules out, add: ${line(dir)}`];
  });
}
