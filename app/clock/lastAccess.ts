import { DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { callAws, EnvironmentError, type TraceScope } from "@traced-fargate/tracing";

/** DynamoDB answers within some milliseconds; what takes longer than this is tried once more and then given up. */
const CONNECTION_MS = 300;
const ANSWER_MS = 700;
const ATTEMPTS = 2;

/** DynamoDB did not take an item, so the service can't do its part: 502. */
export class TableError extends Error {
  override readonly name = "TableError";
  readonly statusCode = 502;

  constructor(cause: unknown) {
    const { name, message } = cause as Error;
    super(`DynamoDB: ${message || name}`, { cause });
  }
}

/** The table which says when each service was last accessed. */
export class LastAccess {
  private readonly client: DynamoDBClient;

  private constructor(
    private readonly service: string,
    private readonly table: string,
    private readonly region: string,
  ) {
    this.client = new DynamoDBClient({
      region,
      // The name which the gateway endpoint is for; the SDK prefers one that begins with the account's id
      // (https://docs.aws.amazon.com/sdk-for-javascript/v3/developer-guide/ddb-account-based-endpoints-v3.html).
      accountIdEndpointMode: "disabled",
      maxAttempts: ATTEMPTS,
      requestHandler: {
        connectionTimeout: CONNECTION_MS,
        requestTimeout: ANSWER_MS,
        // Without it a slow answer is only warned of.
        throwOnRequestTimeout: true,
      },
    });
  }

  /**
   * Reads the environment: `TABLE_NAME` and `AWS_REGION`.
   *
   * @param service name of the item, the only one its role may write
   * @throws EnvironmentError when one is absent
   */
  static fromEnvironment(environment: NodeJS.ProcessEnv, service: string): LastAccess {
    const { TABLE_NAME: table = "", AWS_REGION: region = "" } = environment;
    if (table === "") {
      throw new EnvironmentError("TABLE_NAME", table, "use the name of a DynamoDB table");
    }
    if (region === "") {
      throw new EnvironmentError("AWS_REGION", region, "use the region of that table, as in eu-central-1");
    }
    return new LastAccess(service, table, region);
  }

  /**
   * Writes down that the service was accessed now, in a subsegment.
   *
   * @param scope where that belongs in the trace; the current trace unless given
   * @throws TableError when DynamoDB refuses, or does not answer in time
   */
  async write(now: Date, scope?: TraceScope): Promise<void> {
    const item = { SubAppId: { S: this.service }, LastAccessed: { S: now.toISOString() } };
    const call = { service: "DynamoDB", operation: "PutItem", region: this.region, aws: { table_name: this.table } };
    const put = new PutItemCommand({ TableName: this.table, Item: item });
    await callAws(call, () => this.client.send(put), scope).catch((error: unknown) => {
      throw new TableError(error);
    });
  }

  /** Ends its connections. */
  close(): void {
    this.client.destroy();
  }
}
