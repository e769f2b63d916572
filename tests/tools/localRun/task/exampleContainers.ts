/** The container definitions of the example program, written out: nothing here comes from what is tested. */

const logConfiguration = (stack: string, service: string, container: string) => ({
  logDriver: "awslogs" as const,
  options: {
    "awslogs-group": `/traced-fargate/${stack}/${service}`,
    "awslogs-region": "eu-central-1",
    "awslogs-stream-prefix": container,
    "max-buffer-size": "10m",
    mode: "non-blocking",
  },
});

/** The app `hello` beside a daemon. */
export const helloContainer = <Image>(stack: string, image: Image) => ({
  name: "hello",
  image,
  cpu: 480,
  memoryReservation: 768,
  essential: true,
  environment: [
    { name: "AWS_REGION", value: "eu-central-1" },
    { name: "AWS_XRAY_DAEMON_ADDRESS", value: "127.0.0.1:2000" },
    { name: "AWS_XRAY_TRACING_NAME", value: `traced-fargate-${stack}-hello` },
    { name: "PORT", value: "8080" },
    { name: "TRACING", value: "xray" },
  ],
  portMappings: [{ containerPort: 8080, protocol: "tcp" as const }],
  dependsOn: [{ containerName: "xray-daemon", condition: "START" as const }],
  healthCheck: {
    command: [
      "CMD",
      "node",
      "-e",
      "fetch('http://127.0.0.1:8080/health').then(r=>process.exit(r.ok?0:1),()=>process.exit(1))",
    ],
    interval: 10,
    timeout: 5,
    retries: 3,
    startPeriod: 30,
  },
  user: "1000",
  readonlyRootFilesystem: true,
  linuxParameters: { initProcessEnabled: true, capabilities: { drop: ["ALL"] } },
  stopTimeout: 30,
  logConfiguration: logConfiguration(stack, "hello", "hello"),
});

/** The X-Ray daemon beside a service. */
export const daemonContainer = <Image>(stack: string, service: string, image: Image) => ({
  name: "xray-daemon",
  image,
  cpu: 32,
  memoryReservation: 256,
  essential: false,
  restartPolicy: { enabled: true, restartAttemptPeriod: 60 },
  command: ["-o", "-l", "info"],
  environment: [{ name: "AWS_REGION", value: "eu-central-1" }],
  portMappings: [{ containerPort: 2000, protocol: "udp" as const }],
  user: "10001",
  readonlyRootFilesystem: true,
  linuxParameters: { initProcessEnabled: false, capabilities: { drop: ["ALL"] } },
  stopTimeout: 30,
  logConfiguration: logConfiguration(stack, service, "xray-daemon"),
});
