import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { OtelConfiguration } from "../../../components/collectors/otelConfiguration";
import { evaluateStack } from "../../../tools/evaluation/evaluate";
import { readTasks } from "../../../tools/localRun/task/evaluatedTasks";
import { isListening, PortAllocator, type PortMap, translateEnvironment } from "../../../tools/localRun/task/ports";
import { TestProcess } from "../../processes/testProcess";
import { awsEnvironment } from "../xrayDaemon/xrayDaemon";

const root = join(__dirname, "../../..");
const collectorPorts = [4318, 2000, 13133];

/** The configuration that the program gives a collector, but for where X-Ray is. */
export function withXrayAt(address: string, configuration: string): string {
  const { exporters, extensions, ...others }: OtelConfiguration = JSON.parse(configuration);
  const endpoint = `http://${address}`;
  return JSON.stringify({
    ...others,
    exporters: { awsxray: { ...exporters.awsxray, endpoint } },
    extensions: { ...extensions, awsproxy: { ...extensions.awsproxy, aws_endpoint: endpoint } },
  });
}

/** The real collector as stack otel has it, at free ports, which can be ended and started again. */
export class CollectorProcess {
  private process: TestProcess | undefined;

  private constructor(
    private readonly path: string,
    private readonly environment: Readonly<Record<string, string>>,
    /** What tells the app where it is. */
    readonly appEnvironment: Readonly<Record<string, string>>,
    private readonly ports: PortMap,
  ) {}

  /** @param xray where it finds X-Ray, as `host:port` */
  static async start(path: string, xray: string): Promise<CollectorProcess> {
    const [task] = readTasks(await evaluateStack("otel", root));
    const ports = await new PortAllocator().allocate(collectorPorts);
    const environmentOf = (name: string) => {
      const { environment = [] } = task?.containers.find((container) => container.name === name) ?? {};
      const entries = environment.map((variable) => [variable.name, variable.value]);
      return translateEnvironment(Object.fromEntries(entries), { ports, hosts: new Map() });
    };
    const { AOT_CONFIG_CONTENT = "", ...own } = environmentOf("otel-collector");
    const environment = { ...awsEnvironment, ...own, AOT_CONFIG_CONTENT: withXrayAt(xray, AOT_CONFIG_CONTENT) };
    const { TRACING = "", OTEL_EXPORTER_OTLP_ENDPOINT = "", AWS_XRAY_DAEMON_ADDRESS = "" } = environmentOf("hello");
    const appEnvironment = { TRACING, OTEL_EXPORTER_OTLP_ENDPOINT, AWS_XRAY_DAEMON_ADDRESS };
    const collector = new CollectorProcess(path, environment, appEnvironment, ports);
    await collector.start();
    return collector;
  }

  /** Starts it, and resolves when it listens. */
  async start(): Promise<void> {
    this.process = new TestProcess([this.path], { env: { ...this.environment } });
    await this.process.prints(/Everything is ready/);
    // It does not wait for its proxy.
    for (const port of this.ports.values()) while (!(await isListening(port))) await delay(10);
  }

  /** Ends it, and resolves to its exit code, or the name of the signal that killed it. */
  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<number | string> {
    this.process?.child.kill(signal);
    const [code, killer] = (await this.process?.exited) ?? [];
    return code ?? killer ?? "";
  }

  /** Everything it has written since it was started. */
  get log(): string {
    return `${this.process?.output}${this.process?.errors}`;
  }

  /** The address of one of its ports, by what that is in the configuration. */
  url(port: number): string {
    return `http://127.0.0.1:${this.ports.get(port)}`;
  }
}
