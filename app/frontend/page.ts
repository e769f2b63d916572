import { createHash } from "node:crypto";

const SCRIPT = `
const show = (id, text) => { document.getElementById(id).textContent = text; };
const ask = async () => {
  const trace = document.getElementById("trace");
  show("problem", "");
  try {
    const response = await fetch("now", { cache: "no-store", signal: AbortSignal.timeout(15000) });
    const answer = await response.json();
    if (!response.ok) throw new Error(answer.message);
    show("date", answer.currentDate);
    show("time", answer.currentTime);
    trace.textContent = answer.trace ? answer.trace.id : "not sampled";
    if (answer.trace) trace.href = answer.trace.url;
    else trace.removeAttribute("href");
  } catch (error) {
    show("problem", "No answer: " + error.message);
  }
};
document.getElementById("again").addEventListener("click", ask);
ask();
`;

const STYLE = `
body { font: 1rem/1.5 system-ui, sans-serif; margin: 3rem auto; max-width: 40rem; padding: 0 1rem; color: #222; }
dt { color: #666; } dd { margin: 0 0 1rem; font-size: 1.5rem; } #problem { color: #a00; }
`;

const hashOf = (text: string) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

/** Nothing but the script and the style of this very page, and requests to where it came from. */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "connect-src 'self'",
  // The empty icon, without which a browser asks for one.
  "img-src data:",
  `script-src ${hashOf(SCRIPT)}`,
  `style-src ${hashOf(STYLE)}`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** The page: it asks for date and time when it is opened, and again at the push of a button. */
export const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Date and time</title>
<link rel="icon" href="data:,">
<style>${STYLE}</style>
</head>
<body>
<h1>Date and time</h1>
<dl>
<dt>Date</dt><dd id="date">…</dd>
<dt>Time</dt><dd id="time">…</dd>
<dt>Trace</dt><dd><a id="trace" target="_blank" rel="noopener">…</a></dd>
</dl>
<p id="problem" role="alert"></p>
<button id="again" type="button">Ask again</button>
<script>${SCRIPT}</script>
</body>
</html>
`;
