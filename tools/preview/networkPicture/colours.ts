/** The colours of a picture, for a light or a dark page. */
interface Colours {
  readonly page: string;
  readonly vpc: string;
  readonly border: string;
  readonly text: string;
  readonly muted: string;
  /** Each meaning with the colour of its lines and text, and of what it fills. */
  readonly meanings: Readonly<Record<Meaning, readonly [line: string, fill: string]>>;
  readonly onXray: string;
}

type Meaning = "call" | "service" | "endpoint" | "temporary" | "unwanted";

const light: Colours = {
  page: "#ffffff",
  vpc: "#f6f8fa",
  border: "#868f99",
  text: "#1f2328",
  muted: "#59636e",
  meanings: {
    call: ["#0969da", "#ddf4ff"],
    service: ["#1a7f37", "#dafbe1"],
    endpoint: ["#8250df", "#fbefff"],
    temporary: ["#bc4c00", "#fff1e5"],
    unwanted: ["#cf222e", "#ffebe9"],
  },
  onXray: "#ffffff",
};

const dark: Colours = {
  page: "#0d1117",
  vpc: "#151b23",
  border: "#656c76",
  text: "#f0f6fc",
  muted: "#9198a1",
  meanings: {
    call: ["#4493f8", "#121d2f"],
    service: ["#3fb950", "#12261e"],
    endpoint: ["#ab7df8", "#211830"],
    temporary: ["#f0883e", "#341a00"],
    unwanted: ["#f85149", "#3c1418"],
  },
  onXray: "#0d1117",
};

/**
 * The style of a picture. An image takes the colour scheme of the page that shows it
 * (https://developer.mozilla.org/en-US/docs/Web/CSS/@media/prefers-color-scheme#embedded_elements).
 */
export const style = `
text{font:12px -apple-system,BlinkMacSystemFont,"Segoe UI","Noto Sans",Helvetica,Arial,sans-serif}
.title{font-size:17px;font-weight:600}.name{font-size:13px;font-weight:600}.bold{font-weight:600}
path{fill:none;stroke-width:1.6}.halo{stroke-width:6}
.group{stroke-dasharray:4 3}.temporary{stroke-dasharray:6 3}.blocked{stroke-dasharray:2 4}.head{stroke-dasharray:none}
${rules(light)}
@media (prefers-color-scheme:dark){
${rules(dark)}
}`.trim();

function rules({ page, vpc, border, text, muted, meanings, onXray }: Colours): string {
  const lines = Object.entries(meanings).map(
    ([name, [line, fill]]) =>
      `path.${name}{stroke:${line}}rect.${name}{stroke:${line};fill:${fill}}text.${name},tspan.${name}{fill:${line}}`,
  );
  return [
    `.page{fill:${page}}.vpc{fill:${vpc};stroke:${border}}.border{fill:none;stroke:${border}}.halo{stroke:${vpc}}`,
    `rect.group{fill:none;stroke:${border}}rect.none{fill:none;stroke:${border};stroke-dasharray:2 4}`,
    `rect.plain{fill:${page};stroke:${border}}path.blocked{stroke:${border}}`,
    `text,.bold{fill:${text}}.muted,text.blocked{fill:${muted}}`,
    ...lines,
    `rect.xray{fill:${meanings.endpoint[0]}}text.xray{fill:${onXray};font-weight:600}`,
  ].join("\n");
}
