import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import type { Table } from "../task/evaluatedTasks";

/** An attribute's value as DynamoDB's protocol has it, such as `{ S: "date" }`. */
type AttributeValue = Readonly<Record<string, unknown>>;
export type Item = Readonly<Record<string, AttributeValue>>;

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** The types of values, of which one has exactly one. */
const valueTypes = ["S", "N", "B", "SS", "NS", "BS", "M", "L", "NULL", "BOOL"];

/**
 * Speaks as much of DynamoDB's protocol (https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/Welcome.html)
 * as the apps use: `PutItem` and `GetItem` on the tables that the program makes, by their keys, as strictly as DynamoDB
 * does.
 */
export class DynamodbStandIn {
  /** The items of each table by their keys. */
  readonly items = new Map<string, Map<string, Item>>();
  private readonly tables: ReadonlyMap<string, Table>;
  private readonly server = createServer(async (request, response) => {
    const { status, body } = await this.answer(request);
    response.writeHead(status, { "content-type": "application/x-amz-json-1.0", "x-amzn-requestid": randomUUID() });
    response.end(JSON.stringify(body));
  });

  constructor(tables: readonly Table[]) {
    this.tables = new Map(tables.map((table) => [table.name, table]));
    for (const { name } of tables) this.items.set(name, new Map());
  }

  /** Listens on a free port of this machine; returns what a client needs to find it, as the AWS SDK reads it. */
  async listen(): Promise<Readonly<Record<string, string>>> {
    this.server.listen(0, "127.0.0.1");
    await once(this.server, "listening");
    const { port } = this.server.address() as AddressInfo;
    return {
      AWS_ENDPOINT_URL_DYNAMODB: `http://127.0.0.1:${port}`,
      // On Fargate a role's credentials come from the task; here anything will do.
      AWS_ACCESS_KEY_ID: "local",
      AWS_SECRET_ACCESS_KEY: "local",
    };
  }

  async close(): Promise<void> {
    this.server.close();
    this.server.closeAllConnections();
  }

  private async answer(request: IncomingMessage): Promise<Answer> {
    let text = "";
    for await (const chunk of request.setEncoding("utf8")) text += chunk;
    const { "x-amz-target": target, authorization = "" } = request.headers;
    const [, operation] = /^DynamoDB_20120810\.(\w+)$/.exec(String(target)) ?? [];
    if (!/^AWS4-HMAC-SHA256 Credential=[^/]+\/\d{8}\/[\w-]+\/dynamodb\/aws4_request, /.test(authorization)) {
      return refusal("MissingAuthenticationTokenException", "Request is missing Authentication Token");
    }
    const input = parseInput(text);
    if (input === undefined) return refusal("SerializationException", "The body is not JSON");
    const table = this.tables.get(String(input.TableName));
    if (table === undefined) return refusal("ResourceNotFoundException", "Requested resource not found");
    if (operation === "PutItem") return this.putItem(table, input.Item);
    if (operation === "GetItem") return this.getItem(table, input.Key);
    return refusal("UnknownOperationException", `The stand-in does not know ${operation ?? "such an operation"}`);
  }

  private putItem({ name, key }: Table, item: Item | undefined): Answer {
    const problem = itemProblem(item) ?? keyProblem(key, item);
    if (item === undefined || problem !== undefined) return refusal("ValidationException", problem ?? "");
    this.items.get(name)?.set(JSON.stringify(item[key.name]), item);
    return { status: 200, body: {} };
  }

  private getItem({ name, key }: Table, given: Item | undefined): Answer {
    const more = Object.keys(given ?? {}).some((attribute) => attribute !== key.name);
    const problem = more ? "The provided key element does not match the schema" : keyProblem(key, given);
    if (problem !== undefined) return refusal("ValidationException", problem);
    const item = this.items.get(name)?.get(JSON.stringify(given?.[key.name]));
    return { status: 200, body: item === undefined ? {} : { Item: item } };
  }
}

interface Input {
  readonly TableName?: unknown;
  readonly Item?: Item;
  readonly Key?: Item;
}

function parseInput(text: string): Input | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function itemProblem(item: Item | undefined): string | undefined {
  if (item === undefined) return "The parameter Item is missing";
  const wrong = Object.entries(item).find(([, value]) => {
    const [type, ...others] = Object.keys(value);
    return type === undefined || others.length > 0 || !valueTypes.includes(type);
  });
  return wrong && `The value of ${wrong[0]} must have exactly one type`;
}

function keyProblem(key: Table["key"], attributes: Item | undefined): string | undefined {
  const value = attributes?.[key.name];
  if (value === undefined) return `One of the required keys was not given a value: ${key.name}`;
  const content = value[key.type];
  if (content === undefined) return `Type mismatch for key ${key.name}: expected ${key.type}`;
  return content === "" ? `The key ${key.name} must not be empty` : undefined;
}

function refusal(type: string, message: string): Answer {
  return { status: 400, body: { __type: `com.amazonaws.dynamodb.v20120810#${type}`, message } };
}
