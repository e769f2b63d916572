import type * as AWSXRay from "aws-xray-sdk-core";
import type { DaemonAddress } from "../settings";
import { createSampler, type Sampler, type SdkSampler } from "./sampler";
import { sdkLogger, type WarningLog } from "./sdkLogger";
import { SegmentSocket } from "./segmentSocket";

/** The parts of aws-xray-sdk-core that we use. */
export interface XraySdk {
  readonly Segment: typeof AWSXRay.Segment;
  readonly TraceID: new () => { toString(): string };
  readonly sampler: Sampler;
  readonly socket: SegmentSocket;
}

/** Fields of the SDK's emitter that its typings leave out. */
interface Emitter {
  socket: SegmentSocket;
  daemonConfig: { udp_ip: string; udp_port: number; tcp_ip: string; tcp_port: number };
}

/**
 * Loads the SDK in manual mode. It must hear of the mode before it is loaded, because automatic mode, the default,
 * installs cls-hooked's async hook, which `enableManualMode` does not take away, and which costs a third of the
 * throughput. https://docs.aws.amazon.com/xray/latest/devguide/xray-sdk-nodejs-configuration.html
 */
export async function loadXraySdk(daemon: DaemonAddress, log: WarningLog): Promise<XraySdk> {
  process.env.AWS_XRAY_MANUAL_MODE = "1";
  const { default: sdk } = await import("aws-xray-sdk-core");
  const { default: TraceID } = await import("aws-xray-sdk-core/dist/lib/segments/attributes/trace_id");
  const emitter = (await import("aws-xray-sdk-core/dist/lib/segment_emitter")) as unknown as { default: Emitter };
  const logger = sdkLogger(log);
  sdk.setLogger(logger);
  Object.assign(emitter.default.daemonConfig, {
    udp_ip: daemon.udp.host,
    udp_port: daemon.udp.port,
    tcp_ip: daemon.tcp.host,
    tcp_port: daemon.tcp.port,
  });
  const socket = new SegmentSocket((error) => logger.error("the UDP socket failed", error));
  emitter.default.socket = socket;
  const middleware = sdk.middleware as unknown as { sampler: SdkSampler };
  return { Segment: sdk.Segment, TraceID, sampler: createSampler(middleware.sampler), socket };
}
