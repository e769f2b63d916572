const depths = Array.from({ length: 13 }, (_, depth) => `.depth${depth}{padding-left:${depth * 14}px}`).join("");

/** The style sheet of the pages. Texts have a contrast of 4.5 to 1 at least, light and dark. */
export const styleSheet = `
:root{color-scheme:light dark;--page:#f6f8fa;--card:#fff;--text:#1f2328;--dim:#59636e;--line:#d1d9e0;--link:#0969da;
--ok:#1a7f37;--error:#9a6700;--fault:#cf222e;--bar:#4184e4;--track:#eaeef2;--service:#ddf4ff;--called:#fff8c5}
@media(prefers-color-scheme:dark){:root{--page:#0d1117;--card:#151b23;--text:#f0f6fc;--dim:#9198a1;--line:#3d444d;
--link:#4493f8;--ok:#3fb950;--error:#d29922;--fault:#f85149;--bar:#4184e4;--track:#262c36;--service:#121d2f;--called:#272115}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--text);
font:15px/1.5 -apple-system,BlinkMacSystemFont,"Segoe UI","Noto Sans",Helvetica,Arial,sans-serif}
main{max-width:1120px;margin:0 auto;padding:20px 16px 48px}
h1{font-size:22px;line-height:1.3;margin:0}h2{font-size:16px;margin:0 0 12px}header p{margin:4px 0;color:var(--dim)}
h1 code{overflow-wrap:anywhere}code{font-size:.9em}
a{color:var(--link)}:focus-visible{outline:2px solid var(--link);outline-offset:2px}
section{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:16px;margin-top:16px}
.pair{display:grid;grid-template-columns:minmax(0,1fr) minmax(0,1fr);gap:16px}
.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(96px,1fr));gap:12px;margin:16px 0 0}
.facts div{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:10px 16px}
dt{color:var(--dim);font-size:13px}dd{margin:0;font-size:20px;font-weight:600}
.scroll{overflow-x:auto}.drawing{text-align:center;margin-bottom:12px}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{padding:6px 10px;border-top:1px solid var(--line);text-align:right;white-space:nowrap}
thead th{border-top:0;color:var(--dim);font-weight:500;font-size:13px}
th:first-child,.left{text-align:left}tbody th{font-weight:500}
th:first-child,td:first-child{padding-left:0}th:last-child,td:last-child{padding-right:0}
small{color:var(--dim);font-size:12px}th small{display:block}
tr.fault td,tr.fault th,.waterfall .fault .count{color:var(--fault)}
tr.error td,tr.error th,.waterfall .error .count{color:var(--error)}
.path{max-width:320px;overflow:hidden;text-overflow:ellipsis}.wide{width:35%;min-width:80px}
.bar{display:block;width:100%;height:12px}.track{fill:var(--track)}.done{fill:var(--bar)}
.error .done{fill:var(--error)}.fault .done{fill:var(--fault)}
ul,ol{list-style:none;margin:0;padding:0}
.histogram li{display:grid;grid-template-columns:128px 1fr 44px;gap:10px;align-items:center;padding:3px 0}
.count{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}.range{color:var(--dim);font-size:13px}
.waterfall li{display:grid;grid-template-columns:minmax(0,40%) 72px 1fr;gap:12px;align-items:center;
padding:6px 0;border-top:1px solid var(--line)}
.waterfall li:first-child{border-top:0}.label{overflow-wrap:anywhere}.label small+small,.label small{margin-left:6px}
${depths}
.map{max-width:100%;height:auto}.map text{text-anchor:middle;fill:var(--text);font-size:12px}.TB{display:none}
.map .name{font-size:14px;font-weight:600}.map .type{fill:var(--dim);font-size:11px}
.node rect{fill:var(--service);stroke:var(--line);stroke-width:1.5}.client rect{fill:var(--card)}
.called rect{fill:var(--called)}
.edge path{fill:none;stroke:var(--ok);stroke-width:2}.edge .back{fill:var(--card)}.head{fill:var(--dim)}
.edge.error path{stroke:var(--error)}.edge.fault path{stroke:var(--fault)}
.edge.error text+text{fill:var(--error)}.edge.fault text+text{fill:var(--fault)}
img{display:block;height:auto}
.hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
@media(max-width:720px){main{padding:16px 10px 32px}section{padding:12px}.pair{grid-template-columns:minmax(0,1fr);gap:0}
.LR{display:none}.TB{display:inline}.wide{display:none}.path{max-width:150px}th,td{padding:6px}
.histogram li{grid-template-columns:112px 1fr 32px}
.waterfall li{grid-template-columns:minmax(0,1fr) auto;gap:4px 12px}.waterfall .bar{grid-column:1/-1}}
`;
