import { createHash } from "node:crypto";

const SCRIPT = `
const part = (id) => document.getElementById(id);
const show = (id, text) => { part(id).textContent = text; };
const showTrace = (trace) => {
  show("trace", trace ? trace.id : trace === null ? "not sampled" : "unknown");
  if (trace) part("trace").href = trace.url;
  else part("trace").removeAttribute("href");
};
const wait = (waiting) => {
  part("answer").setAttribute("aria-busy", String(waiting));
  part("again").disabled = waiting;
};
const ask = async () => {
  wait(true);
  let answer = {};
  try {
    const response = await fetch("now", { cache: "no-store", signal: AbortSignal.timeout(15000) });
    answer = await response.json();
    if (!response.ok) throw new Error(answer.message);
    show("problem", "");
    show("date", answer.currentDate);
    show("time", answer.currentTime + " (" + answer.timeZone + ")");
  } catch (error) {
    show("problem", "No answer: " + error.message);
    show("date", "unknown");
    show("time", "unknown");
  }
  showTrace(answer.trace);
  wait(false);
};
part("again").addEventListener("click", ask);
ask();
`;

const STYLE = `
:root { color-scheme: light dark; }
body { font: 1rem/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 40rem; padding: 0 1rem;
  color: light-dark(#222, #eee); background: light-dark(#fff, #181818); }
dt { color: light-dark(#595959, #b0b0b0); } dd { margin: 0 0 1rem; font-size: 1.5rem; overflow-wrap: anywhere; }
#answer { transition: opacity .2s .2s; } #answer[aria-busy=true] { opacity: .4; }
#problem { color: light-dark(#a00000, #ff9a9a); overflow-wrap: anywhere; }
a { color: light-dark(#0645ad, #8ab4f8); }
button { font: inherit; padding: .4rem 1rem; }
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
<dl id="answer" aria-busy="true" aria-live="polite">
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
