import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import type { SamplingRule } from "../../checks/sampling";
import { JsonServer } from "../jsonServer";
import type { DaemonEvent } from "./events";
import { checkDatagram, type SegmentDocument } from "./segmentDocument";
import { directUplink, type Uplink } from "./uplink";

export interface Address {
  readonly host: string;
  /** 0 for any free port. */
  readonly port: number;
}

interface DaemonStandInArgs {
  /** Where segments arrive. */
  readonly udp: Address;
  /** Where the sampling API is asked. */
  readonly tcp: Address;
  /** The account's sampling rules, the default one among them. */
  readonly rules: readonly SamplingRule[];
  /** The way to X-Ray. @default X-Ray is within the stand-in */
  readonly uplink?: Uplink;
  readonly onEvent: (event: DaemonEvent) => void;
}

/** The daemon's own batch size. */
const batchSize = 50;
/** The daemon sends what it has after 1 s without news; a local run need not wait that long. In milliseconds. */
const idleMs = 100;
/** How much of a refused segment is shown. */
const excerptLength = 200;
/** How many complete segments are remembered; a run that is kept open must not fill the memory. */
const rememberedSegments = 100_000;

/**
 * Speaks the X-Ray daemon's two protocols without AWS behind them
 * (https://docs.aws.amazon.com/xray/latest/devguide/xray-api-sendingdata.html#xray-api-daemon): segments by UDP, which
 * it checks against X-Ray's rules and counts as delivered in the daemon's batches, and the sampling API by TCP.
 */
export class DaemonStandIn {
  private readonly udp: Socket = createSocket("udp4");
  private readonly tcp: JsonServer;
  private readonly complete = new Set<string>();
  private batch: SegmentDocument[] = [];
  private idle: NodeJS.Timeout | undefined;
  private readonly uplink: Uplink;
  private readonly sending = new Set<Promise<void>>();

  constructor(private readonly args: DaemonStandInArgs) {
    this.udp.on("message", (datagram) => this.receive(datagram));
    this.uplink = args.uplink ?? directUplink(args.rules);
    this.tcp = new JsonServer(async (operation, body) => {
      const answer = await this.uplink.ask(operation, body);
      args.onEvent({ kind: "asked", operation, status: answer.status });
      return answer;
    });
  }

  /** Binds both sockets and reports `listening`. Rejects with what the operating system says if it cannot. */
  async listen(): Promise<{ udpPort: number; tcpPort: number }> {
    const { udp, tcp } = this.args;
    this.udp.bind({ address: udp.host, port: udp.port });
    await once(this.udp, "listening");
    const tcpPort = await this.tcp.listen(tcp.port, tcp.host);
    const ports = { udpPort: this.udp.address().port, tcpPort };
    this.args.onEvent({ kind: "listening", ...ports });
    return ports;
  }

  /** Stops listening and delivers what has arrived. */
  async close(): Promise<void> {
    await new Promise<void>((resolve) => this.udp.close(() => resolve()));
    await this.tcp.close();
    this.flush();
    await Promise.all(this.sending);
  }

  private receive(datagram: Buffer): void {
    const { document, problems: broken } = checkDatagram(datagram);
    const problems = document === undefined ? broken : this.sentTwice(document);
    if (document === undefined || problems.length > 0) {
      const start = datagram.toString("utf8", 0, excerptLength).replaceAll("\n", " ");
      this.args.onEvent({ kind: "refused", problems, start });
      return;
    }
    this.batch.push(document);
    clearTimeout(this.idle);
    if (this.batch.length >= batchSize) this.flush();
    else this.idle = setTimeout(() => this.flush(), idleMs);
  }

  /** X-Ray wants one complete document for each id of a trace; one in progress may come before it. */
  private sentTwice({ trace_id, id, in_progress }: SegmentDocument): string[] {
    const key = `${trace_id} ${id}`;
    if (this.complete.has(key)) return ["id: this segment of the trace has been sent complete before"];
    if (this.complete.size >= rememberedSegments) this.complete.clear();
    if (in_progress !== true) this.complete.add(key);
    return [];
  }

  private flush(): void {
    clearTimeout(this.idle);
    if (this.batch.length === 0) return;
    const sent = this.uplink.send(this.batch).then((event) => {
      this.args.onEvent(event);
      this.sending.delete(sent);
    });
    this.sending.add(sent);
    this.batch = [];
  }
}
