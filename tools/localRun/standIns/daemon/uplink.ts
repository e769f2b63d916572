import { request } from "node:http";
import { text } from "node:stream/consumers";
import { HttpsProxyAgent } from "https-proxy-agent";
import { errorMessage, parseJson } from "../../../values";
import type { SamplingRule } from "../../checks/sampling";
import type { ApiAnswer } from "../jsonServer";
import { SamplingApi } from "../xrayApi";
import type { DaemonEvent } from "./events";
import type { SegmentDocument } from "./segmentDocument";

/** How a daemon reaches X-Ray. */
export interface Uplink {
  /** Sends a batch of segments; resolves to what became of it. */
  send(documents: readonly SegmentDocument[]): Promise<DaemonEvent>;
  /**
   * Asks the sampling API.
   *
   * @param operation such as `POST /GetSamplingRules`
   */
  ask(operation: string, body: string): Promise<ApiAnswer>;
}

/**
 * X-Ray within the daemon itself: nothing leaves the process.
 *
 * @param rules the account's sampling rules, the default one among them
 */
export function directUplink(rules: readonly SamplingRule[]): Uplink {
  const api = new SamplingApi(rules);
  return {
    send: async (documents) => ({ kind: "delivered", documents }),
    ask: async (operation, body) => api.answer(operation, body),
  };
}

/** Longest time for the proxy and for X-Ray to answer, in milliseconds. */
const timeoutMs = 5000;
/** The daemon tries a batch twice and then drops it. */
const attempts = 2;

/**
 * X-Ray through an HTTP proxy: a tunnel for every call, without TLS in it.
 *
 * @param proxyUrl such as `http://127.0.0.1:3128`
 * @param region whose X-Ray is called
 */
export function proxyUplink(proxyUrl: string, region: string): Uplink {
  const agent = new HttpsProxyAgent(proxyUrl);
  const ask = (operation: string, body: string): Promise<ApiAnswer> => {
    const [method, path] = operation.split(" ");
    const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
    const target = { host: `xray.${region}.amazonaws.com`, port: 443, method, path };
    return new Promise((resolve, reject) => {
      const sent = request({ ...target, agent, headers, timeout: timeoutMs }, async (answer) => {
        resolve({ status: answer.statusCode ?? 0, body: parseJson(await text(answer)) });
      });
      sent.on("timeout", () => sent.destroy(new Error(`no answer within ${timeoutMs / 1000} s`)));
      sent.on("error", reject);
      sent.end(body);
    });
  };
  return {
    async send(documents) {
      const body = JSON.stringify({ TraceSegmentDocuments: documents.map((document) => JSON.stringify(document)) });
      let reason = "";
      for (let attempt = 0; attempt < attempts; attempt++) {
        try {
          const { status } = await ask("POST /TraceSegments", body);
          if (status === 200) return { kind: "sent", count: documents.length };
          reason = `POST /TraceSegments through the proxy was answered ${status}`;
        } catch (error) {
          reason = errorMessage(error);
        }
      }
      return { kind: "lost", count: documents.length, reason };
    },
    ask: (operation, body) =>
      ask(operation, body).catch((error) => ({ status: 502, body: { message: errorMessage(error) } })),
  };
}
