import { type AppFiles, baseName, type Evidence, lineAt } from './application.ts';

/** A command that starts the application, in a Dockerfile, a script or a configuration of a process manager. */
export interface ServerCommand extends Evidence {
  /** `app.main:app`, or a path such as `dist/main.js`. */
  readonly target: string;
  readonly isFactory: boolean;
  /** The number of processes. */
  readonly workers: number;
}

const isCommandFile = (path: string): boolean => {
  const name = baseName(path).toLowerCase();
  return (
    /^(dockerfile|containerfile)([.-].*)?$|\.dockerfile$/.test(name) ||
    /^(docker-)?compose.*\.ya?ml$/.test(name) ||
    ['procfile', 'makefile', 'justfile', 'package.json', 'pyproject.toml', 'fly.toml', 'render.yaml'].includes(name) ||
    (name.endsWith('.sh') && path.split('/').length <= 3)
  );
};

/** The commands of Python servers. */
export function pythonServers(files: AppFiles): ServerCommand[] {
  return commandsIn(
    files,
    /\b(uvicorn|gunicorn|hypercorn|granian|daphne)\b([^\n]*(?:\\\n[^\n]*)*)/g,
    (rest) => /(?<![\w./-])((?:[A-Za-z_]\w*\.)*[A-Za-z_]\w*:[A-Za-z_]\w*)(?:\(\))?/.exec(rest)?.[1],
  );
}

const targets = /(?<![\w./:-])(?:[A-Za-z_]\w*\.)*[A-Za-z_]\w*:[A-Za-z_]\w*(?![\w:/-])/g;

/**
 * What documents, settings of editors, workflows and scripts name in the form of a server's target, such as `app.main:app`, and
 * the paths that `fastapi run` starts. */
export function mentionedTargets({ paths, read }: AppFiles): string[] {
  const isMentioning = (path: string) =>
    isCommandFile(path) ||
    /(^|\/)(readme[^/]*|taskfile\.ya?ml|launch\.json|app\.json)$/i.test(path) ||
    /^\.github\/workflows\/[^/]+\.ya?ml$/.test(path);
  return paths.flatMap((path) => {
    const text = isMentioning(path) || path.endsWith('.py') ? (read(path) ?? '') : '';
    const relevant = path.endsWith('.py') ? [...text.matchAll(/\buvicorn\.run\(\s*["'][^"']+/g)].join('\n') : text;
    const run = [...text.matchAll(/\bfastapi["',\s]+(?:run|dev)["',\s]+([\w./-]+\.py)\b/g)];
    return [...(relevant.match(targets) ?? []), ...run.map(([, file = '']) => file.replace(/^\.\//, ''))];
  });
}

function commandsIn(files: AppFiles, pattern: RegExp, targetIn: (rest: string) => string | undefined): ServerCommand[] {
  return files.paths.filter(isCommandFile).flatMap((file) => {
    const text = files.read(file) ?? '';
    return [...text.matchAll(pattern)].flatMap((match): ServerCommand[] => {
      const words = (match[2] ?? '').replace(/["',[\]]+/g, ' ');
      const target = targetIn(words);
      if (target === undefined) return [];
      const workers = /(?:--workers|-w|--web-concurrency)[ =]+(\d+)/.exec(words)?.[1];
      return [
        {
          file,
          line: lineAt(text, match.index),
          target,
          isFactory: /--factory\b/.test(words),
          workers: Number(workers ?? 1),
        },
      ];
    });
  });
}
