import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";
import type { TLSSocket } from "node:tls";
import { beginningOf } from "./readable";
import { pathOf, type RequestOutcome } from "./tracer";

/** What is said of a request, by all tracers the same. */
export interface RequestParts {
  readonly method: string;
  readonly scheme: "http" | "https";
  /** Name or address, with the port if the caller named one. */
  readonly host: string;
  /** Without the query; empty when the target isn't a path. */
  readonly path: string;
  readonly userAgent?: string;
  readonly clientIp?: string;
  /** Whether a proxy says who the client is. */
  readonly forwarded: boolean;
}

/** https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html#api-segmentdocuments-http */
interface HttpRequestData {
  readonly method: string;
  readonly url: string;
  readonly user_agent?: string;
  readonly client_ip?: string;
  readonly x_forwarded_for?: true;
}

interface HttpResponseData {
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
 * What is said of a request. The caller writes these headers, so a host that isn't one is left out, and
 * `X-Forwarded-For` counts only when it begins with an address.
 */
export function requestParts(request: RawRequest): RequestParts {
  const { method = "", target, userAgent } = request;
  const scheme = request.encrypted ? "https" : "http";
  // X-Ray takes that many characters of the whole address.
  const host = beginningOf(HOST.test(request.host ?? "") ? (request.host ?? "") : "unknown", TEXT_LENGTH - 8);
  const path = beginningOf(pathOf(target), TEXT_LENGTH - `${scheme}://${host}`.length);
  const forwardedFor = request.forwardedFor?.split(",", 1)[0]?.trim() ?? "";
  const forwarded = isIP(forwardedFor) !== 0;
  const clientIp = forwarded ? forwardedFor : request.remoteAddress;
  return {
    ...{ method, scheme, host, path, forwarded },
    ...(userAgent === undefined ? {} : { userAgent: beginningOf(userAgent, TEXT_LENGTH) }),
    // An IPv6 address may name a zone, of any length.
    ...(clientIp === undefined ? {} : { clientIp: beginningOf(clientIp, TEXT_LENGTH) }),
  };
}

/** What a segment says about its request. */
export function httpRequestData(request: RawRequest): HttpRequestData {
  const { method, scheme, host, path, userAgent, clientIp, forwarded } = requestParts(request);
  return {
    method,
    url: `${scheme}://${host}${path}`,
    ...(userAgent === undefined ? {} : { user_agent: userAgent }),
    ...(clientIp === undefined ? {} : { client_ip: clientIp }),
    ...(forwarded ? { x_forwarded_for: true as const } : {}),
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
