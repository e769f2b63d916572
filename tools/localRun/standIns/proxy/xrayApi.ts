import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";
import { z } from "zod";
import type { SamplingRule } from "../../checks/samplingRules";
import { SamplingApi } from "../daemon/samplingApi";
import { checkSegmentDocument, type SegmentDocument } from "../daemon/segmentDocument";

const segments = z.object({ TraceSegmentDocuments: z.array(z.string()) });

/** One call as it came. */
export interface XrayCall {
  /** Such as `POST /TraceSegments`. */
  readonly operation: string;
  /** Absent when it was not signed. */
  readonly authorization: string | undefined;
}

/**
 * Stands for X-Ray's API where a daemon reaches it: sampling, and what PutTraceSegments and PutTelemetryRecords take
 * (https://docs.aws.amazon.com/xray/latest/api/API_PutTraceSegments.html). What it is sent is checked, and handed on;
 * signatures are not looked at.
 */
export class XrayApi {
  readonly calls: XrayCall[] = [];
  private readonly server: Server;

  /**
   * @param rules the account's sampling rules, the default one among them
   * @param onSegments takes what is delivered
   * @param tls its key and certificate, both in PEM. @default HTTP without TLS
   */
  constructor(
    rules: readonly SamplingRule[],
    onSegments: (documents: readonly SegmentDocument[]) => void,
    tls?: { readonly key: string; readonly cert: string },
  ) {
    const sampling = new SamplingApi(rules, Math.floor(Date.now() / 1000));
    const listener: RequestListener = (request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        const { method = "", url = "" } = request;
        const operation = `${method} ${url}`;
        this.calls.push({ operation, authorization: request.headers.authorization });
        const body = Buffer.concat(chunks).toString("utf8");
        const answer =
          operation === "POST /TraceSegments"
            ? putTraceSegments(body, onSegments)
            : operation === "POST /TelemetryRecords"
              ? { status: 200, body: {} }
              : sampling.answer(method, url, body, Math.floor(Date.now() / 1000));
        response.writeHead(answer.status, { "content-type": "application/json" });
        response.end(JSON.stringify(answer.body));
      });
    };
    this.server = tls === undefined ? createServer(listener) : createSecureServer(tls, listener);
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
