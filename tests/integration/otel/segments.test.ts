import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { defaultSamplingRule } from "../../../tools/localRun/checks/sampling";
import { checkSpan } from "../../../tools/localRun/standIns/collector/checkSpan";
import { readSpans } from "../../../tools/localRun/standIns/collector/spans";
import { toSegment } from "../../../tools/localRun/standIns/collector/toSegment";
import type { SegmentDocument } from "../../../tools/localRun/standIns/daemon/segmentDocument";
import { serviceMapOf } from "../../../tools/traces/serviceMap";
import { startDaemon } from "../../app/helpers/daemon";
import { requireTool } from "../tools";
import { LocalXray } from "../xrayDaemon/xrayDaemon";
import { CollectorProcess } from "./collectorProcess";
import { compare, withoutIds } from "./compareSegments";
import { everything, Listener, record, scenarios, startTracer } from "./sameTraces";

/** The fields in the rows of a page's table whose columns are what differs, and where: `-` and `+` as in `compare`. */
function differencesOf(page: string): string[] {
  const [, table = ""] = /\n\| In segments .*\n\|---.*\n((?:\|.*\n)+)/.exec(page) ?? [];
  return [...table.matchAll(/^\|[^|]*\|([^|]*)\|([^|]*)\|$/gm)].flatMap(([, first = "", second = ""]) => [
    ...[...first.matchAll(/`(.*?)`/g)].map(([, field]) => `- ${field}`),
    ...[...second.matchAll(/`(.*?)`/g)].map(([, field]) => `+ ${field}`),
  ]);
}

describe("what X-Ray gets of the same requests", function () {
  this.timeout(60_000);
  const titles = Object.keys(scenarios);
  /** By the ids of the requests' traces, in the order of the scenarios. */
  let byXray: readonly string[];
  let byOtlp: readonly string[];
  let ofXray: readonly SegmentDocument[];
  let ofCollector: readonly SegmentDocument[];
  let bodies: readonly Buffer[];

  before(async function () {
    const path = requireTool(this, "otel-collector");
    const daemon = await startDaemon([everything]);
    byXray = await record(await startTracer({ TRACING: "xray", AWS_XRAY_DAEMON_ADDRESS: daemon.address }));
    ofXray = await daemon.received(titles.length);

    const xray = await LocalXray.open({ rules: [{ ...defaultSamplingRule, ...everything }] });
    const collector = await CollectorProcess.start(path, xray.address);
    const listener = new Listener(collector.url(4318));
    await listener.server.listen();
    const environment = { ...collector.appEnvironment, OTEL_EXPORTER_OTLP_ENDPOINT: listener.server.url };
    byOtlp = await record(await startTracer(environment));
    assert.equal(await collector.stop(), 0);
    await listener.server.close();
    await xray.close();
    ofCollector = xray.segments;
    ({ bodies } = listener);
  });

  it("is the same from the collector and from what stands for it in local runs", () => {
    const spans = bodies.flatMap(readSpans);
    assert.deepEqual(
      spans.flatMap((span) => checkSpan(span, Date.now() / 1000)),
      [],
    );
    const ofStandIn = spans.map((span) => toSegment(span, []) as SegmentDocument);
    const comparable = (documents: readonly SegmentDocument[]) =>
      new Map(documents.map((document) => [`${document.trace_id} ${document.id}`, withoutIds(document)]));
    assert.equal(ofStandIn.length, ofCollector.length);
    assert.deepEqual(comparable(ofStandIn), comparable(ofCollector));
  });

  it("has the same service map", () => {
    const mapOf = (documents: readonly SegmentDocument[]) => {
      const { nodes, edges } = serviceMapOf(documents);
      // What each took differs from one time to the next.
      return { nodes, edges: edges.map(({ histogram, ...edge }) => ({ ...edge, answers: histogram.length })) };
    };
    assert.equal(mapOf(ofXray).edges.length, 3);
    assert.deepEqual(mapOf(ofCollector), mapOf(ofXray));
  });

  it("differs from what the X-Ray tracer sends in just what docs/systems/otel.md lists", () => {
    const of = (documents: readonly SegmentDocument[], id = "") => documents.filter(({ trace_id }) => trace_id === id);
    const differences = titles.map((_, index) => compare(of(ofXray, byXray[index]), of(ofCollector, byOtlp[index])));
    const page = readFileSync(join(__dirname, "../../../docs/systems/otel.md"), "utf8");
    assert.deepEqual(new Set(differences.flat()), new Set(differencesOf(page)));
  });
});
