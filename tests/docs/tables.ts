import * as ts from "typescript";
import type { Evaluation } from "../../tools/evaluation/evaluation";
import type { DescribedSetting } from "../config/parse";

/** The table of docs/settings.md; `allowed` says of each setting which values the program takes. */
export function settingsTable(
  described: Readonly<Record<string, DescribedSetting>>,
  allowed: Readonly<Record<string, string>>,
): string {
  const rows = Object.entries(described).map(([name, { type, default: value, description }]) => {
    const shown = value === "" ? "empty" : code(typeof value === "string" ? value : JSON.stringify(value));
    return [code(name), type, shown, allowed[name] ?? "", description.trim()];
  });
  return table(["setting", "type", "default", "allowed", "description"], rows);
}

/** The table of docs/outputs.md: the exports of the program with their comments, and what each is in `evaluation`. */
export function outputsTable(program: string, { outputs, placeholders }: Evaluation): string {
  const rows = commentsOfExports(program).map(([name, comment]) => {
    const value = outputs[name];
    const text = typeof value === "string" ? value : JSON.stringify(value, null, 1).replace(/\s+/g, " ");
    return [
      code(name),
      comment,
      placeholders.has(value) ? "known after `pulumi up`" : code(placeholders.describe(text)),
    ];
  });
  return table(["output", "what it is", "in the stack `dev`"], rows);
}

/** The exported constants of a program in TypeScript, in order, each with its documentation comment. */
export function commentsOfExports(program: string): [name: string, comment: string][] {
  const file = ts.createSourceFile("index.ts", program, ts.ScriptTarget.ES2022, true);
  return file.statements
    .filter(ts.isVariableStatement)
    .filter(({ modifiers }) => modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword))
    .flatMap((statement) => {
      const texts = ts.getJSDocCommentsAndTags(statement).map(({ comment }) => ts.getTextOfJSDocComment(comment));
      const comment = texts.join(" ").replace(/\s+/g, " ");
      return statement.declarationList.declarations.map(({ name }): [string, string] => [name.getText(), comment]);
    });
}

function code(text: string): string {
  return `\`${text}\``;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, ...rows].map((cells) => `| ${cells.join(" | ").replaceAll("\n", " ")} |\n`);
  return lines.toSpliced(1, 0, `${"|---".repeat(head.length)}|\n`).join("");
}
