import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Evaluation } from "../../evaluation/evaluation";
import { stackPicture } from "../../preview/networkPicture/networkPicture";
import { errorMessage } from "../../values";
import type { TraceSource } from "../traceSource";
import { messagePage, overviewPage, tracePage } from "./pages";
import { styleSheet } from "./style";

/** The pages of a stack's traces, while they are served. */
export interface ServedTraces {
  /** Of the first page, with a part that nobody can guess. */
  readonly url: string;
  close(): Promise<void>;
}

/** Nothing from elsewhere, no scripts, no forms, in no frame; and nobody is told the address. */
const headers = {
  "content-security-policy":
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "cache-control": "no-store",
};
/** A picture has its style within it. */
const pictureHeaders = { ...headers, "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'" };

/**
 * Serves the pages of a stack's traces to this machine, at a free port. Each page reads the traces anew.
 *
 * @param evaluate evaluates the stack, for the picture of its network; called when that is first looked at
 */
export async function serveTraces(source: TraceSource, evaluate: () => Promise<Evaluation>): Promise<ServedTraces> {
  const base = `/${randomBytes(16).toString("hex")}/`;
  let picture: Promise<string> | undefined;
  const draw = async (): Promise<string> => stackPicture(await evaluate());

  async function answer(path: string, response: ServerResponse): Promise<void> {
    const send = (status: number, type: string, body: string, others = headers) =>
      response.writeHead(status, { ...others, "content-type": `${type}; charset=utf-8` }).end(body);
    const page = (status: number, body: string) => send(status, "text/html", body);
    if (path === "") return void page(200, overviewPage(source, await source.read()));
    if (path === "style.css") return void send(200, "text/css", styleSheet);
    if (path === "network.svg") {
      picture ??= draw();
      return void send(200, "image/svg+xml", await picture, pictureHeaders);
    }
    const id = path.startsWith("trace-") ? decodeURIComponent(path.slice("trace-".length)) : undefined;
    const segments = id === undefined ? undefined : (await source.readSegments([id])).get(id);
    if (id === undefined || segments === undefined) return void page(404, messagePage("There is no such trace."));
    page(200, tracePage(source, id, segments));
  }

  const server = createServer((request: IncomingMessage, response) => {
    const { method, url = "" } = request;
    // Browsers ask for it by themselves.
    if (url === "/favicon.ico") return void response.writeHead(204, headers).end();
    if (method !== "GET" || !url.startsWith(base)) return void response.writeHead(404, headers).end();
    answer(url.slice(base.length), response).catch((error: unknown) => {
      response.writeHead(500, { ...headers, "content-type": "text/html; charset=utf-8" });
      response.end(messagePage(errorMessage(error)));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${base}`,
    async close() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}
