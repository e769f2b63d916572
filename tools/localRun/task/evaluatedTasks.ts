import type { ContainerDefinition } from "../../../components/containers/containerDefinition";
import { ofType, type RecordedResource } from "../../evaluation/evaluation";
import { defaultSamplingRule, type SamplingRule } from "../checks/sampling";

/** The resources of an evaluated program. */
export interface EvaluatedProgram {
  readonly resources: readonly (Pick<RecordedResource, "type" | "name" | "inputs" | "outputs"> &
    Partial<Pick<RecordedResource, "id">>)[];
}

/** A container definition with what it may hold beyond what this project's own services use. */
export interface TaskContainer extends ContainerDefinition {
  /** Overrides the image's ENTRYPOINT. */
  readonly entryPoint?: readonly string[];
}

/** A task definition of the program. */
export interface Task {
  readonly family: string;
  /** Names in DNS of the services which run it. */
  readonly hostNames: readonly string[];
  readonly containers: readonly TaskContainer[];
}

/**
 * The tasks which the program defines, in its order.
 *
 * @throws Error when there is none, or when a definition is not a list of containers
 */
export function readTasks(program: EvaluatedProgram): Task[] {
  const tasks = ofType(program, "aws:ecs/taskDefinition:TaskDefinition").map(({ name, inputs, outputs }) => {
    const containers: unknown = JSON.parse(String(inputs.containerDefinitions));
    if (!Array.isArray(containers) || containers.length === 0) {
      throw new Error(`The task definition ${name} holds no containers.`);
    }
    return { family: String(inputs.family ?? name), hostNames: hostNames(program, outputs.arn), containers };
  });
  if (tasks.length === 0) throw new Error("The program defines no ECS task, so there is nothing to run.");
  return tasks;
}

function hostNames(program: EvaluatedProgram, taskDefinition: unknown): string[] {
  const services = ofType(program, "aws:ecs/service:Service").filter(({ inputs }) => {
    return inputs.taskDefinition === taskDefinition && taskDefinition !== undefined;
  });
  return services.flatMap(({ inputs: { serviceRegistries } }) => {
    const { registryArn } = (serviceRegistries ?? {}) as { registryArn?: unknown };
    const entries = ofType(program, "aws:servicediscovery/service:Service").filter(({ outputs }) => {
      return outputs.arn === registryArn;
    });
    return entries.flatMap(({ inputs }) => {
      const { namespaceId } = (inputs.dnsConfig ?? {}) as { namespaceId?: unknown };
      return ofType(program, "aws:servicediscovery/privateDnsNamespace:PrivateDnsNamespace")
        .filter(({ id }) => id === namespaceId)
        .map((namespace) => `${String(inputs.name)}.${String(namespace.inputs.name)}`);
    });
  });
}

/** A DynamoDB table of the program. */
export interface Table {
  readonly name: string;
  /** Name and type of its partition key, such as `S`. */
  readonly key: { readonly name: string; readonly type: string };
}

/** The DynamoDB tables which the program makes. */
export function readTables(program: EvaluatedProgram): Table[] {
  return ofType(program, "aws:dynamodb/table:Table").map(({ inputs, outputs }) => {
    const attributes = inputs.attributes as readonly { readonly name: string; readonly type: string }[];
    const name = String(inputs.hashKey);
    const type = attributes.find((attribute) => attribute.name === name)?.type ?? "S";
    return { name: String(outputs.name), key: { name, type } };
  });
}

/** The sampling rules the account would have: those of the program and the default one, by priority. */
export function readSamplingRules(program: EvaluatedProgram): SamplingRule[] {
  const own = ofType(program, "aws:xray/samplingRule:SamplingRule").map(({ inputs, outputs }): SamplingRule => {
    return {
      RuleName: String(outputs.ruleName),
      RuleARN: String(outputs.arn),
      Priority: Number(inputs.priority),
      ReservoirSize: Number(inputs.reservoirSize),
      FixedRate: Number(inputs.fixedRate),
      ServiceName: String(inputs.serviceName),
      ServiceType: String(inputs.serviceType),
      Host: String(inputs.host),
      HTTPMethod: String(inputs.httpMethod),
      URLPath: String(inputs.urlPath),
      ResourceARN: String(inputs.resourceArn),
      Attributes: {},
      Version: 1,
    };
  });
  return [...own, defaultSamplingRule].sort((a, b) => a.Priority - b.Priority);
}

/** Where an image comes from: built from a target of a Dockerfile, or published in a public registry. */
export type ImageSource =
  | {
      readonly kind: "built";
      readonly dockerfile: string;
      readonly target: string;
      readonly buildArgs: Readonly<Record<string, string>>;
    }
  | { readonly kind: "public"; readonly repository: string };

/**
 * Where the image a container refers to comes from. A reference into the private registry is that of an image which the
 * program builds, or of a repository that a pull-through cache fills; any other is taken as public.
 */
export function imageSource(program: EvaluatedProgram, reference: string): ImageSource {
  for (const { inputs, outputs } of ofType(program, "awsx:ecr:Image")) {
    if (outputs.imageUri !== reference) continue;
    return {
      kind: "built",
      dockerfile: String(inputs.dockerfile),
      target: String(inputs.target),
      buildArgs: (inputs.args ?? {}) as Readonly<Record<string, string>>,
    };
  }
  const repository = repositoryOf(reference);
  for (const { inputs } of ofType(program, "aws:ecr/pullThroughCacheRule:PullThroughCacheRule")) {
    const prefix = `/${String(inputs.ecrRepositoryPrefix)}/`;
    const start = repository.indexOf(prefix);
    if (start !== -1) {
      const path = repository.slice(start + prefix.length);
      return { kind: "public", repository: `${String(inputs.upstreamRegistryUrl)}/${path}` };
    }
  }
  return { kind: "public", repository };
}

/** An image reference without its tag and digest; a colon before the last slash belongs to a port. */
export function repositoryOf(reference: string): string {
  return reference.replace(/@.*$/, "").replace(/:[^/:]*$/, "");
}
