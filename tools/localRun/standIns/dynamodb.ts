import { parseJson } from "../../values";
import type { Table } from "../task/evaluatedTasks";
import { type ApiAnswer, JsonServer } from "./jsonServer";

/** An item by its attributes, whose values are as DynamoDB's protocol has them, such as `{ S: "date" }`. */
type Item = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/**
 * Speaks as much of DynamoDB's protocol (https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/Welcome.html)
 * as the apps use: `PutItem` on the tables that the program makes, by their keys.
 */
export class DynamodbStandIn {
  /** The items of each table by their keys. */
  readonly items: ReadonlyMap<string, Map<string, Item>>;
  private readonly server: JsonServer;

  constructor(private readonly tables: readonly Table[]) {
    this.items = new Map(tables.map(({ name }) => [name, new Map()]));
    this.server = new JsonServer(
      (_, body, { "x-amz-target": target }) =>
        this.answer(String(target), parseJson(body) as Partial<Input> | undefined),
      { contentType: "application/x-amz-json-1.0" },
    );
  }

  /** Listens on a free port of this machine; returns what a client needs to find it, as the AWS SDK reads it. */
  async listen(): Promise<Readonly<Record<string, string>>> {
    return {
      AWS_ENDPOINT_URL_DYNAMODB: `http://127.0.0.1:${await this.server.listen()}`,
      // On Fargate a role's credentials come from the task; here anything will do.
      AWS_ACCESS_KEY_ID: "local",
      AWS_SECRET_ACCESS_KEY: "local",
    };
  }

  close(): Promise<void> {
    return this.server.close();
  }

  private answer(target: string, { TableName: name, Item: item }: Partial<Input> = {}): ApiAnswer {
    const table = this.tables.find((candidate) => candidate.name === name);
    const items = this.items.get(name ?? "");
    if (target !== "DynamoDB_20120810.PutItem") {
      return failure("UnknownOperationException", `The stand-in does not know ${target}`);
    }
    if (table === undefined || items === undefined) {
      return failure("ResourceNotFoundException", "Requested resource not found");
    }
    const { key } = table;
    const value = item?.[key.name]?.[key.type];
    if (item === undefined || typeof value !== "string" || value === "") {
      return failure("ValidationException", `One of the required keys was not given a value: ${key.name}`);
    }
    items.set(value, item);
    return { status: 200, body: {} };
  }
}

interface Input {
  readonly TableName: string;
  readonly Item: Item;
}

function failure(type: string, message: string): ApiAnswer {
  return { status: 400, body: { __type: `com.amazonaws.dynamodb.v20120810#${type}`, message } };
}

/** The tables of the program, on this machine. */
export interface StandInTables {
  readonly standIn: DynamodbStandIn;
  /** How a container with such an environment finds them; nothing for one that uses none. */
  readonly environmentFor: (environment: Readonly<Record<string, string>>) => Readonly<Record<string, string>>;
}

/** Opens what stands for the tables, if there are any: it must be closed. */
export async function openTables(tables: readonly Table[]): Promise<StandInTables | undefined> {
  if (tables.length === 0) return undefined;
  const standIn = new DynamodbStandIn(tables);
  const endpoint = await standIn.listen();
  const names = tables.map(({ name }) => name);
  const uses = (environment: Readonly<Record<string, string>>) =>
    Object.values(environment).some((value) => names.includes(value));
  return { standIn, environmentFor: (environment) => (uses(environment) ? endpoint : {}) };
}
