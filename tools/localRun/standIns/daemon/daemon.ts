import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import type { SamplingRule } from "../../checks/sampling";
import { JsonServer } from "../jsonServer";
import type { DaemonEvent } from "./events";
import { SegmentBatches } from "./segmentBatches";
import { checkDatagram } from "./segmentDocument";
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

/** How much of something refused is shown. */
const excerptLength = 200;
/**
 * Speaks the X-Ray daemon's two protocols without AWS behind them
 * (https://docs.aws.amazon.com/xray/latest/devguide/xray-api-sendingdata.html#xray-api-daemon): segments by UDP, which
 * it checks against X-Ray's rules and counts as delivered in the daemon's batches, and the sampling API by TCP.
 */
export class DaemonStandIn {
  private readonly udp: Socket = createSocket("udp4");
  private readonly tcp: JsonServer;
  private readonly batches: SegmentBatches;

  constructor(private readonly args: DaemonStandInArgs) {
    const { uplink = directUplink(args.rules), onEvent } = args;
    this.udp.on("message", (datagram) => this.receive(datagram));
    this.batches = new SegmentBatches(uplink, onEvent);
    this.tcp = samplingServer(uplink, onEvent);
  }

  /** Binds both sockets and reports `listening`. Rejects with what the operating system says if it cannot. */
  async listen(): Promise<{ udpPort: number; tcpPort: number }> {
    const { udp, tcp } = this.args;
    this.udp.bind({ address: udp.host, port: udp.port });
    await once(this.udp, "listening");
    const tcpPort = await this.tcp.listen(tcp.port, tcp.host);
    const ports = { udpPort: this.udp.address().port, tcpPort };
    this.args.onEvent({ kind: "listening", ports: { udp: ports.udpPort, tcp: tcpPort } });
    return ports;
  }

  /** Stops listening and delivers what has arrived. */
  async close(): Promise<void> {
    await new Promise<void>((resolve) => this.udp.close(() => resolve()));
    await this.tcp.close();
    await this.batches.flush();
  }

  private receive(datagram: Buffer): void {
    const { document, problems: broken } = checkDatagram(datagram);
    const problems = document === undefined ? broken : this.batches.add(document);
    if (problems.length > 0) this.args.onEvent({ kind: "refused", problems, start: excerpt(datagram.toString()) });
  }
}

/** The TCP side, where a service asks for its sampling. */
export function samplingServer(uplink: Uplink, onEvent: (event: DaemonEvent) => void): JsonServer {
  return new JsonServer(async (operation, body) => {
    const answer = await uplink.ask(operation, body);
    onEvent({ kind: "asked", operation, status: answer.status });
    return answer;
  });
}

/** The beginning of something refused, in one line. */
export function excerpt(text: string): string {
  return text.slice(0, excerptLength).replaceAll("\n", " ");
}
