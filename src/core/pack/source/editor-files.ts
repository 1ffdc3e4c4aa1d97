const leftovers = [
  /^\.DS_Store$/,
  /^\._/,
  /^(Thumbs\.db|desktop\.ini)$/i,
  /~$/,
  /\.sw[a-p]$/,
  /^\.#/,
  /^#.*#$/,
  /\.(orig|rej)$/,
];

/** Whether editors, file managers or merges left the file behind. Packs ignore such files. */
export function isEditorFile(path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return leftovers.some((pattern) => pattern.test(name));
}
