import { parseJson } from "../values";
import { type Check, type Finding, finding, leaves, show, texts } from "./check";

/** What an unresolved value turns into when it is made part of a text. */
const unresolved = /\bundefined\b|\[object \w+\]|\bNaN\b|Calling \[to(String|JSON)\] on an \[Output/;

/**
 * No input holds what became of an unresolved value, and no JSON text (container definitions, policies) an empty one:
 * an undefined item of a list becomes `null` in JSON.
 */
export const checkValues: Check = ({ resources }) =>
  resources.flatMap((resource) =>
    [...texts(resource)]
      // Scripts are texts of another language and may well say `undefined`.
      .filter(({ path }) => !path.startsWith("userData"))
      .flatMap(({ path, text }): Finding[] => [
        ...(unresolved.test(text)
          ? [finding(resource, path, `${show(excerpt(text))} holds an unresolved value`, "a text of known values")]
          : []),
        ...emptyValues(text, path).map((empty) =>
          finding(resource, empty.path, `${show(empty.value)} is empty`, "a value"),
        ),
      ]),
  );

function emptyValues(text: string, path: string): { path: string; value: unknown }[] {
  const parsed = /^[[{]/.test(text) ? parseJson(text) : undefined;
  return [...leaves(parsed, path)].filter(({ value }) => value === "" || value === null);
}

/** The words around the mistake. */
function excerpt(text: string): string {
  const at = text.search(unresolved);
  return text.slice(Math.max(0, at - 30), at + 40);
}
