/** An environment variable of a container. */
export interface EnvironmentVariable {
  readonly name: string;
  readonly value: string;
}

/** What a container waits for before it starts. */
export interface ContainerDependency {
  readonly containerName: string;
  readonly condition: "START" | "COMPLETE" | "SUCCESS" | "HEALTHY";
}

/**
 * The part of an ECS container definition this project uses, as it stands in a task definition's JSON
 * (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html).
 * Memory is in MiB, CPU in units of 1/1024 vCPU, times are in seconds.
 */
export interface ContainerDefinition {
  readonly name: string;
  readonly image: string;
  readonly essential: boolean;
  readonly cpu: number;
  readonly memoryReservation: number;
  readonly user: string;
  readonly readonlyRootFilesystem: boolean;
  readonly command?: readonly string[];
  readonly environment: readonly EnvironmentVariable[];
  readonly portMappings: readonly { readonly containerPort: number; readonly protocol: "tcp" | "udp" }[];
  readonly dependsOn?: readonly ContainerDependency[];
  readonly healthCheck?: {
    readonly command: readonly string[];
    readonly interval: number;
    readonly timeout: number;
    readonly retries: number;
    readonly startPeriod: number;
  };
  readonly restartPolicy?: { readonly enabled: boolean; readonly restartAttemptPeriod: number };
  readonly stopTimeout: number;
  readonly linuxParameters: {
    readonly initProcessEnabled: boolean;
    readonly capabilities: { readonly drop: readonly string[] };
  };
  readonly logConfiguration: {
    readonly logDriver: "awslogs";
    readonly options: Readonly<Record<string, string>>;
  };
}
