import assert from "node:assert/strict";
import { formatMarkdown, markdownMarker, type StackFacts } from "../../../tools/preview/markdown";

const facts = (resources: Readonly<Record<string, string>>, others: Partial<StackFacts> = {}): StackFacts => ({
  errors: [],
  text: Object.entries(resources)
    .flatMap(([name, text]) => [`${name}:`, `  ${text}`])
    .join("\n"),
  resources: new Map(Object.entries(resources)),
  images: new Map([["hello", "1"]]),
  cost: "$1.50 a month",
  prices: "2026-04",
  findings: [],
  checkCount: 17,
  ...others,
});
const against = { name: "main (1234567)" };
const rowOf = (markdown: string, stack: string) =>
  markdown.split("\n").find((line) => line.startsWith(`| \`${stack}\``));

describe("formatMarkdown", () => {
  it("counts what differs, and folds it", () => {
    const before = facts({ "ec2.Vpc a": "cidr: 1", "ec2.Subnet b": "cidr: 2" });
    const after = facts(
      { "ec2.Vpc a": "cidr: 3", "ec2.Route c": "to: d" },
      { cost: "$2.00 a month", images: new Map([["hello", "2"]]) },
    );
    assert.equal(formatMarkdown([{ stack: "dev", before, after }], against), expected);
  });

  const sound = facts({ a: "1" });
  const failing = facts({}, { errors: ["Pulumi.dev.yaml: wrong"], cost: undefined });
  const rows: readonly (readonly [string, StackFacts | undefined, StackFacts | undefined, string])[] = [
    ["a stack without a change", sound, sound, "| `dev` | 1 | none | $1.50 a month | 17 passed |"],
    ["a new stack", undefined, sound, "| `dev` | 1 | new stack | $1.50 a month | 17 passed |"],
    ["a stack that is gone", sound, undefined, "| `dev` | none | stack removed |  |  |"],
    ["a program that fails", sound, failing, "| `dev` | unknown | unknown |  | the program fails |"],
    [
      "a program that failed before",
      failing,
      sound,
      "| `dev` | 1 | unknown: its program failed before | $1.50 a month | 17 passed |",
    ],
    [
      "what the checks find",
      sound,
      facts({ a: "1" }, { findings: ["no"] }),
      "| `dev` | 1 | none | $1.50 a month | **1 found** |",
    ],
    [
      "another order",
      sound,
      facts({ a: "1" }, { text: "other" }),
      "| `dev` | 1 | order or outputs | $1.50 a month | 17 passed |",
    ],
  ];
  for (const [name, before, after, row] of rows) {
    it(`shows ${name}`, () => {
      const markdown = formatMarkdown([{ stack: "dev", before, after }], against);
      assert.equal(rowOf(markdown, "dev"), row);
      for (const line of [...(after?.errors ?? []), ...(after?.findings ?? [])]) assert.ok(markdown.includes(line));
    });
  }

  it("says why nothing is compared", () => {
    const markdown = formatMarkdown([{ stack: "dev", after: sound }], { ...against, obstacle: "no <b> here" });
    assert.match(markdown, /^Not compared with `main \(1234567\)`: no &lt;b&gt; here\.$/m);
    assert.equal(rowOf(markdown, "dev"), "| `dev` | 1 | $1.50 a month | 17 passed |");
  });

  it("stays within what GitHub takes, and says what it leaves out", () => {
    const many = (value: string) =>
      facts(
        Object.fromEntries(Array.from({ length: 800 }, (_each, index) => [`ec2.Subnet ${index}`, value.repeat(40)])),
      );
    const stacks = ["a", "b", "c"].map((stack) => ({ stack, before: many("x"), after: many("y") }));
    const small = { stack: "small", before: facts({ a: "1" }), after: facts({ a: "2" }) };
    const markdown = formatMarkdown([...stacks, small], against);
    assert.ok(markdown.length <= 65_536 && markdown.length > 60_000, `${markdown.length}`);
    assert.equal(markdown.match(/more lines; npm run -s preview/g)?.length, 3);
    assert.ok(markdown.includes("+   2\n```"));
    assert.equal(markdown.match(/<details>/g)?.length, markdown.match(/<\/details>/g)?.length);
  });

  it("writes names and values as text", () => {
    const evil = "</details> ```\n| @everyone <script> [a](b)";
    const before = facts({ "ec2.Vpc a": "1" });
    const after = facts({ [evil]: "``````" }, { cost: "<b> | @x", findings: ["``` </details> @y"] });
    const markdown = formatMarkdown([{ stack: "a`b|c", before, after }], against);
    const outsideCode = markdown.replace(/^(`{3,})(?:diff)?\n.*?\n\1$/gms, "").replace(/(`+).*?\1/g, "");
    assert.doesNotMatch(outsideCode, /<script|@|\[a\]/);
    assert.deepEqual(outsideCode.match(/<\/?details>/g), ["<details>", "</details>"]);
  });
});

const expected = `${markdownMarker}

### What \`pulumi up\` would make

Compared with \`main (1234567)\`.

| stack | resources | change | cost | checks |
| --- | --- | --- | --- | --- |
| \`dev\` | 2 | 1 added, 1 changed, 1 removed, 1 image built anew | $1.50 a month → $2.00 a month | 17 passed |

Prices: 2026-04.

<details><summary>dev: 1 added, 1 changed, 1 removed, 1 image built anew</summary>

\`\`\`diff
+ ec2.Route c
! ec2.Vpc a
- ec2.Subnet b
! image hello, built anew

ec2.Vpc a:
-   cidr: 1
- ec2.Subnet b:
-   cidr: 2
+   cidr: 3
+ ec2.Route c:
+   to: d
\`\`\`

</details>
`;
