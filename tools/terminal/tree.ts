/** A node of a tree on its line: what to write before it, and the node. */
interface TreeLine<T> {
  readonly branch: string;
  readonly node: T;
}

/** A tree as lines, each node below its parent. */
export function treeLines<T>(root: T, childrenOf: (node: T) => readonly T[]): TreeLine<T>[] {
  const children = childrenOf(root);
  const below = children.flatMap((child, index) => {
    const last = index === children.length - 1;
    return treeLines(child, childrenOf).map(({ branch, node }, line) => ({
      branch: `${line === 0 ? (last ? "└─ " : "├─ ") : last ? "   " : "│  "}${branch}`,
      node,
    }));
  });
  return [{ branch: "", node: root }, ...below];
}
