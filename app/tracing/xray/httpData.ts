import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";
import type { TLSSocket } from "node:tls";
import { pathOf, type RequestOutcome } from "../tracer";

/** https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html#api-segmentdocuments-http */
export interface HttpRequestData {
  readonly method: string;
  readonly url: string;
  readonly user_agent?: string;
  readonly client_ip?: string;
  readonly x_forwarded_for?: true;
}

export interface HttpResponseData {
  readonly status?: number;
  readonly content_length?: number;
}

/** Characters which X-Ray takes of each of these texts, by the schema it gives with the description of documents. */
const TEXT_LENGTH = 250;
const HOST = /^[A-Za-z0-9._~-]+(:\d{1,5})?$|^\[[0-9A-Fa-f:.]+\](:\d{1,5})?$/;

/** What a caller sent, as it came. */
export interface RawRequest {
  readonly method: string | undefined;
  readonly target: string | undefined;
  readonly host: string | undefined;
  readonly userAgent: string | undefined;
  readonly forwardedFor: string | undefined;
  readonly remoteAddress: string | undefined;
  readonly encrypted: boolean;
}

/**
 * Takes from a request what its segment needs, and not the request, whose memory would otherwise be held until the
 * segment is sent.
 */
export function rawRequest({ method, url, headers, socket }: IncomingMessage): RawRequest {
  return {
    method,
    target: url,
    host: headers.host,
    userAgent: headers["user-agent"],
    forwardedFor: headers["x-forwarded-for"] as string | undefined,
    remoteAddress: socket.remoteAddress,
    encrypted: (socket as TLSSocket).encrypted === true,
  };
}

/**
 * What a segment says about its request. The caller writes these headers, so a host that isn't one is left out, and
 * `X-Forwarded-For` counts only when it begins with an address.
 */
export function httpRequestData(request: RawRequest): HttpRequestData {
  const { method = "", host = "", userAgent } = request;
  const forwardedFor = request.forwardedFor?.split(",", 1)[0]?.trim() ?? "";
  const isForwarded = isIP(forwardedFor) !== 0;
  const clientIp = isForwarded ? forwardedFor : request.remoteAddress;
  const origin = `${request.encrypted ? "https" : "http"}://${HOST.test(host) ? host : "unknown"}`;
  return {
    method,
    url: `${origin}${pathOf(request.target)}`.slice(0, TEXT_LENGTH),
    ...(userAgent === undefined ? {} : { user_agent: userAgent.slice(0, TEXT_LENGTH) }),
    // An IPv6 address may name a zone, of any length.
    ...(clientIp === undefined ? {} : { client_ip: clientIp.slice(0, TEXT_LENGTH) }),
    ...(isForwarded ? { x_forwarded_for: true as const } : {}),
  };
}

/** What a segment says about its response: nothing when the caller hung up before there was one. */
export function httpResponseData({ status, contentLength }: RequestOutcome): HttpResponseData {
  return {
    ...(status === undefined ? {} : { status }),
    ...(contentLength === undefined ? {} : { content_length: contentLength }),
  };
}

/**
 * The segment's flags: 4xx is an error, 429 also a throttle, 5xx a fault; a caller that hangs up makes an error, too.
 */
export function outcomeFlags({ status, complete }: RequestOutcome): { error?: true; throttle?: true; fault?: true } {
  if (status !== undefined && status >= 500) {
    return { fault: true };
  }
  if (status === 429) {
    return { error: true, throttle: true };
  }
  return !complete || status === undefined || status >= 400 ? { error: true } : {};
}
