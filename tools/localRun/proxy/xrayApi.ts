import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { z } from "zod";
import { SamplingApi } from "../daemonStandIn/samplingApi";
import { checkSegmentDocument, type SegmentDocument } from "../daemonStandIn/segmentDocument";
import type { SamplingRule } from "../samplingRules";

const segments = z.object({ TraceSegmentDocuments: z.array(z.string()) });

/**
 * Stands for X-Ray's API where a daemon reaches it through a proxy
 * (https://docs.aws.amazon.com/xray/latest/api/API_PutTraceSegments.html). It speaks HTTP without TLS and looks at no
 * signature: what is tried is the way to it.
 */
export class XrayApi {
  private readonly server: Server;

  /**
   * @param rules the account's sampling rules, the default one among them
   * @param onSegments takes what is delivered
   */
  constructor(rules: readonly SamplingRule[], onSegments: (documents: readonly SegmentDocument[]) => void) {
    const sampling = new SamplingApi(rules, Math.floor(Date.now() / 1000));
    this.server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        const { method = "", url = "" } = request;
        const body = Buffer.concat(chunks).toString("utf8");
        const answer =
          method === "POST" && url === "/TraceSegments"
            ? putTraceSegments(body, onSegments)
            : sampling.answer(method, url, body, Math.floor(Date.now() / 1000));
        response.writeHead(answer.status, { "content-type": "application/json" });
        response.end(JSON.stringify(answer.body));
      });
    });
  }

  /** @returns its address on this machine */
  async listen(): Promise<string> {
    this.server.listen(0, "127.0.0.1");
    await once(this.server, "listening");
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((closed) => this.server.close(closed));
  }
}

function putTraceSegments(body: string, onSegments: (documents: readonly SegmentDocument[]) => void) {
  const { success, data } = segments.safeParse(parseJson(body));
  if (!success) {
    return { status: 400, body: { message: "InvalidRequestException: TraceSegmentDocuments must be a list of texts" } };
  }
  const checked = data.TraceSegmentDocuments.map((text) => checkSegmentDocument(Buffer.from(text)));
  const unprocessed = checked.flatMap(({ problems }) =>
    problems.length === 0 ? [] : [{ ErrorCode: "InvalidSegment", Message: problems.join("; ") }],
  );
  onSegments(checked.flatMap(({ document }) => document ?? []));
  return { status: 200, body: { UnprocessedTraceSegments: unprocessed } };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
